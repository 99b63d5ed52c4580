import type { ModelFailure } from "./piece.ts"
import { VARIABLES } from "./config.ts"
import type { ModelName } from "./model-name.ts"
import { retryAfterMs } from "./retry-after.ts"

/** What could be learned of an error, whatever SDK or stream it came from. */
export interface ErrorFacts {
  /** HTTP status; `null` where no response came, or the stream itself reported the error. */
  readonly status: number | null
  /** The provider's words for the kind of error: its type and its code. */
  readonly kinds: readonly string[]
  readonly message: string
  readonly header: (name: string) => string | null
  /** The code of the operating system or of TLS, where no response came. */
  readonly cause: string | null
}

/** To whom the request went; for the message. `baseUrl` as it was in force. */
export interface Asked {
  readonly model: ModelName
  readonly baseUrl: string
}

/**
 * Sorts an error by what should follow: `transient` and `rate-limited` may pass, `overflow` asks for a shorter request, `permanent` for a person.
 * Units: `nowMs` ms since the epoch, for a `retry-after` that is a date.
 */
export const sortFailure = (facts: ErrorFacts, asked: Asked, nowMs: number): ModelFailure => {
  const status = facts.status ?? statusOf(facts.kinds)
  const words = wordsOf(facts.message)
  const tell = (what: string, todo: string): string => `ask ${asked.model.name}: ${what}${words === "" ? "" : ` (${words})`}${todo}`
  const wait = retryAfterMs(facts.header, nowMs)
  const passing = (failure: "transient" | "rate-limited", what: string): ModelFailure => ({
    failure,
    message: tell(what, ""),
    ...(wait === null ? {} : { retryAfterMs: wait })
  })
  if (isOverflow(status, facts)) return { failure: "overflow", message: tell("the request is longer than the model's window", "") }
  if (facts.kinds.some((kind) => OUT_OF_MONEY.test(kind))) {
    return { failure: "permanent", message: tell("the account has no credit left", "; add credit, or choose another model") }
  }
  if (status === null) return facts.cause === null ? passing("transient", "the provider reported an error") : unreachable(facts.cause, asked)
  if (status === 429) return passing("rate-limited", "the provider limits the rate of requests")
  if (status >= 500 || PASSING.includes(status)) return passing("transient", `the provider failed with status ${status}`)
  return { failure: "permanent", message: tell(refused(status), `; ${todo(status, asked)}`) }
}

/** Request timeout, conflict, too early. */
const PASSING: readonly number[] = [408, 409, 425]

const OUT_OF_MONEY = /insufficient_quota|billing_hard_limit|billing_error/

const statusOf = (kinds: readonly string[]): number | null => {
  for (const kind of kinds) {
    const known = STATUS_BY_KIND[kind] ?? (/^[45]\d\d$/.test(kind) ? Number(kind) : undefined)
    if (known !== undefined) return known
  }
  return null
}

/** What providers call their errors inside a stream, as the status they would have had outside. */
const STATUS_BY_KIND: Readonly<Record<string, number>> = {
  overloaded_error: 529,
  api_error: 500,
  server_error: 500,
  timeout_error: 504,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  authentication_error: 401,
  invalid_api_key: 401,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
  request_too_large: 413,
  invalid_request_error: 400,
  invalid_prompt: 400
}

const isOverflow = (status: number | null, { kinds, message }: ErrorFacts): boolean =>
  kinds.includes("context_length_exceeded") ||
  status === 413 ||
  ((status === 400 || status === 422 || status === null) && OVERFLOW.test(message))

/** How the providers, and the servers that imitate them, say that a request is too long. */
const OVERFLOW = new RegExp(
  [
    "prompt is too long",
    "exceed(s|ed)? (the )?(model's )?(context|available context|maximum context)",
    "maximum context length",
    "context (length|window|limit)[^.]{0,40}exceed",
    "exceed[^.]{0,40}context (length|window|limit|size)",
    "input (length|tokens)[^.]{0,60}exceed",
    "too many input tokens",
    "reduce the length of the (messages|prompt)"
  ].join("|"),
  "i"
)

const refused = (status: number): string => {
  switch (status) {
    case 401:
      return "the provider refused the key"
    case 402:
      return "the account has to be paid for"
    case 403:
      return "the key may not do this"
    case 404:
      return "the provider knows no such model or address"
    default:
      return `the provider refused the request with status ${status}`
  }
}

const todo = (status: number, { model, baseUrl }: Asked): string => {
  if (model.provider === "scripted") return "check the script"
  const { key, baseUrl: variable } = VARIABLES[model.provider]
  switch (status) {
    case 401:
      return `set ${key} to a key that is valid at ${baseUrl}`
    case 403:
      return `use a key (${key}) that has access to ${model.model}, or choose another model`
    case 404:
      return `check the name of the model, and ${variable} (now ${baseUrl})`
    default:
      return "it will not pass by trying again; change the model or the settings"
  }
}

const unreachable = (cause: string, { model, baseUrl }: Asked): ModelFailure => {
  if (UNSENDABLE.test(cause)) return unsendable(cause, model)
  const variable = model.provider === "scripted" ? "the address" : VARIABLES[model.provider].baseUrl
  const permanent = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|INVALID_URL|INVALID_ARG/.test(cause)
  const hint = permanent ? `check ${variable} and the certificates` : `check the network and ${variable}`
  return { failure: permanent ? "permanent" : "transient", message: `ask ${model.name}: could not connect to ${baseUrl} (${cause}); ${hint}` }
}

/** What Node says of a header whose value no header may have. */
const UNSENDABLE = /INVALID_CHAR|ByteString|invalid header value/i

const unsendable = (cause: string, { name, provider }: ModelName): ModelFailure => ({
  failure: "permanent",
  message: `ask ${name}: the key holds a character that cannot be sent (${cause}); set ${provider === "scripted" ? "it" : VARIABLES[provider].key} to the key and nothing else`
})

const WORDS_MAX = 500

/** The provider's own words on one line, without the status that SDKs put before them. */
const wordsOf = (message: string): string => {
  const line = message.replace(/^\d{3} /, "").replaceAll(/\s+/g, " ").trim()
  return line.length <= WORDS_MAX ? line : `${line.slice(0, WORDS_MAX)}…`
}

/** The facts of an error object as a wire's JSON holds it: `{type, code, message}`. */
export const factsOfBody = (error: unknown, status: number | null = null): ErrorFacts => {
  const { type, code, message } = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {}
  return {
    status,
    kinds: [code, type].filter((kind) => typeof kind === "string" || typeof kind === "number").map(String),
    message: typeof message === "string" ? message : typeof error === "string" ? error : "",
    header: () => null,
    cause: null
  }
}

/** The code that says why no response came, looked for through the causes. */
export const causeOf = (error: unknown): string => {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code: unknown = (at as { readonly code?: unknown }).code
    if (typeof code === "string" && code !== "") return code
    if (at.cause === undefined) return at.message
  }
  return String(error)
}
