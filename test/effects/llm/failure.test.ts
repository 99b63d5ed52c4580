import { describe, expect, test } from "vitest"
import { factsOfBody, sortFailure, type Asked, type ErrorFacts } from "../../../src/effects/llm/failure.ts"
import type { ModelName } from "../../../src/effects/llm/model-name.ts"
import { retryAfterMs } from "../../../src/effects/llm/retry-after.ts"

const model: ModelName = { provider: "anthropic", model: "claude-x", name: "anthropic:claude-x" }
const asked: Asked = { model, baseUrl: "https://example.invalid" }
const NOW = Date.parse("2026-11-20T12:00:00Z")

const sort = (facts: Partial<ErrorFacts>) =>
  sortFailure({ status: null, kinds: [], message: "", header: () => null, cause: null, ...facts }, asked, NOW)

test.each([
  [400, "permanent"],
  [401, "permanent"],
  [402, "permanent"],
  [403, "permanent"],
  [404, "permanent"],
  [408, "transient"],
  [409, "transient"],
  [413, "overflow"],
  [422, "permanent"],
  [429, "rate-limited"],
  [500, "transient"],
  [502, "transient"],
  [503, "transient"],
  [529, "transient"]
] as const)("status %i is %s", (status, failure) => {
  expect(sort({ status }).failure).toBe(failure)
})

test.each([
  ["overloaded_error", "transient"],
  ["api_error", "transient"],
  ["server_error", "transient"],
  ["rate_limit_error", "rate-limited"],
  ["rate_limit_exceeded", "rate-limited"],
  ["429", "rate-limited"],
  ["502", "transient"],
  ["authentication_error", "permanent"],
  ["invalid_prompt", "permanent"],
  ["context_length_exceeded", "overflow"],
  ["insufficient_quota", "permanent"],
  ["never heard of", "transient"]
] as const)("an error in the stream of the kind %s is %s", (kind, failure) => {
  expect(sort({ kinds: [kind] }).failure).toBe(failure)
})

test("an account without credit is no rate limit that passes", () => {
  expect(sort({ status: 429, kinds: ["insufficient_quota"], message: "429 You exceeded your current quota" })).toEqual({
    failure: "permanent",
    message: "ask anthropic:claude-x: the account has no credit left (You exceeded your current quota); add credit, or choose another model"
  })
})

test.each([
  "prompt is too long: 212345 tokens > 200000 maximum",
  "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000",
  "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens",
  "Your input exceeds the context window of this model. Please adjust your input and try again.",
  "the request exceeds the available context size. try increasing the context size",
  "Please reduce the length of the messages or completion."
])("%s — is an overflow", (message) => {
  expect(sort({ status: 400, message }).failure).toBe("overflow")
})

test("a refusal of something else is no overflow", () => {
  expect(sort({ status: 400, message: "max_tokens: must be greater than 0" }).failure).toBe("permanent")
  expect(sort({ status: 404, message: "model: claude-x has no context window" }).failure).toBe("permanent")
})

test("permanent failures say what to set or change", () => {
  expect(sort({ status: 401, message: "401 invalid x-api-key" }).message).toBe(
    "ask anthropic:claude-x: the provider refused the key (invalid x-api-key); set ANTHROPIC_API_KEY to a key that is valid at https://example.invalid"
  )
  expect(sort({ status: 404, message: "model: claude-x" }).message).toBe(
    "ask anthropic:claude-x: the provider knows no such model or address (model: claude-x); check the name of the model, and ANTHROPIC_BASE_URL (now https://example.invalid)"
  )
})

test.each([
  ["ECONNREFUSED", "transient"],
  ["ENOTFOUND", "transient"],
  ["UND_ERR_SOCKET", "transient"],
  ["CERT_HAS_EXPIRED", "permanent"],
  ["ERR_INVALID_URL", "permanent"]
])("no connection because of %s is %s, and names the address", (cause, failure) => {
  const sorted = sort({ cause })
  expect(sorted.failure).toBe(failure)
  expect(sorted.message).toContain(`could not connect to https://example.invalid (${cause})`)
})

test("a key that no header can carry is told, and not tried again", () => {
  expect(sort({ cause: "ERR_INVALID_CHAR" })).toEqual({
    failure: "permanent",
    message: "ask anthropic:claude-x: the key holds a character that cannot be sent (ERR_INVALID_CHAR); set ANTHROPIC_API_KEY to the key and nothing else"
  })
})

describe("retry-after", () => {
  const after = (headers: Readonly<Record<string, string>>) => retryAfterMs((name) => headers[name] ?? null, NOW)
  test("is read in seconds, as a date, and in milliseconds, the most exact first", () => {
    expect(after({ "retry-after": "7" })).toBe(7000)
    expect(after({ "retry-after": "1.5" })).toBe(1500)
    expect(after({ "retry-after": "Fri, 20 Nov 2026 12:00:30 GMT" })).toBe(30_000)
    expect(after({ "retry-after": "7", "retry-after-ms": "250.5" })).toBe(251)
  })
  test("in the past, or unreadable, it asks for nothing", () => {
    expect(after({ "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" })).toBe(0)
    expect(after({ "retry-after": "soon" })).toBe(null)
    expect(after({})).toBe(null)
  })
  test("goes along with what may pass", () => {
    const header = (name: string): string | null => (name === "retry-after" ? "3" : null)
    expect(sort({ status: 429, header }).retryAfterMs).toBe(3000)
    expect(sort({ status: 529, header }).retryAfterMs).toBe(3000)
    expect(sort({ status: 401, header })).not.toHaveProperty("retryAfterMs")
  })
})

test("an error object of any shape gives what words it has", () => {
  expect(factsOfBody({ type: "a", code: 429, message: "m" })).toMatchObject({ kinds: ["429", "a"], message: "m" })
  expect(factsOfBody("model not found")).toMatchObject({ kinds: [], message: "model not found" })
  expect(factsOfBody(null)).toMatchObject({ kinds: [], message: "" })
})
