import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { encodeAnthropic } from "../../../src/effects/llm/anthropic-encode.ts"
import type { Images } from "../../../src/effects/llm/images.ts"
import { encodeChat } from "../../../src/effects/llm/openai-chat-encode.ts"
import { encodeResponses, sealOf } from "../../../src/effects/llm/openai-responses-encode.ts"
import type { CanonicalRequest, Content, Message } from "../../../src/machine/request.ts"
import { anthropicRefusal } from "../../support/model-server/anthropic-rules.ts"
import { compatibleRefusal } from "../../support/model-server/openai-compatible-rules.ts"
import { openaiRefusal } from "../../support/model-server/openai-rules.ts"
import { seal } from "../../support/model-server/seal.ts"
import { MODELS, READ, requestOf, says } from "./support.ts"

const PIXEL = "iVBORw0KGgo="
const images: Images = new Map([["hash", PIXEL]])
const image: Content = { type: "image", mediaType: "image/png", blob: "hash", bytes: 8 }
const call = (id: string, input: Readonly<Record<string, unknown>> = { path: id }): Content => ({ type: "tool-call", id, name: "file_read", input })
const result = (id: string, failed: boolean, ...texts: readonly string[]): Content => ({
  type: "tool-result",
  id,
  failed,
  content: texts.map((text) => ({ type: "text", text }))
})

const conversation = (model: string, signature: string): CanonicalRequest =>
  requestOf(
    model,
    says("user", "look at this", image),
    says("assistant", { type: "thinking", text: "hm", signature, redacted: false }, "I look", call("call_1"), call("call_2")),
    says("user", result("call_1", false, "text of 1", "more"), result("call_2", true), "and hurry")
  )

describe("Anthropic's wire", () => {
  test("has thinking with its signature, failed results, images, and four marks for the cache", () => {
    const signature = seal("hm", undefined)
    const body = encodeAnthropic(conversation(MODELS.anthropic, signature), "claude-sonnet-5-5", images)
    const cached = { cache_control: { type: "ephemeral" } }
    expect(anthropicRefusal(body as never)).toBe(null)
    expect(body).toEqual({
      model: "claude-sonnet-5-5",
      max_tokens: 4096,
      stream: true,
      system: [{ type: "text", text: "You are a careful agent.", ...cached }],
      tools: [{ name: "file_read", description: "reads a file", input_schema: READ.inputSchema, ...cached }],
      thinking: { type: "adaptive", display: "summarized" },
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look at this" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL }, ...cached }
          ]
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hm", signature },
            { type: "text", text: "I look" },
            { type: "tool_use", id: "call_1", name: "file_read", input: { path: "call_1" } },
            { type: "tool_use", id: "call_2", name: "file_read", input: { path: "call_2" } }
          ]
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "call_1",
              content: [
                { type: "text", text: "text of 1" },
                { type: "text", text: "more" }
              ]
            },
            { type: "tool_result", tool_use_id: "call_2", content: "(no output)", is_error: true },
            { type: "text", text: "and hurry", ...cached }
          ]
        }
      ]
    })
  })

  test("gives hidden thinking back as it came", () => {
    const hidden: Content = { type: "thinking", text: "", signature: "sealed:x", redacted: true }
    const body = encodeAnthropic(requestOf("anthropic:m", says("user", "a"), says("assistant", hidden, "b"), says("user", "c")), "m", images)
    expect(body.messages[1]).toEqual({ role: "assistant", content: [{ type: "redacted_thinking", data: "sealed:x" }, { type: "text", text: "b" }] })
  })

  test("asks a model it does not know for no thinking", () => {
    expect(encodeAnthropic(requestOf("anthropic:m"), "m", images)).not.toHaveProperty("thinking")
  })
})

describe("the Responses wire", () => {
  test("stores nothing there, and has reasoning, calls and results as items of their own", () => {
    const signature = sealOf("rs_1", seal("hm", undefined))
    const body = encodeResponses(conversation(MODELS.openai, signature), "gpt-6-sol", images)
    expect(openaiRefusal(body as never)).toBe(null)
    expect(body).toEqual({
      model: "gpt-6-sol",
      max_output_tokens: 4096,
      stream: true,
      store: false,
      include: ["reasoning.encrypted_content"],
      instructions: "You are a careful agent.",
      tools: [{ type: "function", name: "file_read", description: "reads a file", parameters: READ.inputSchema, strict: false }],
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "look at this" },
            { type: "input_image", detail: "auto", image_url: `data:image/png;base64,${PIXEL}` }
          ]
        },
        { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: seal("hm", undefined) },
        { role: "assistant", content: "I look" },
        { type: "function_call", call_id: "call_1", name: "file_read", arguments: '{"path":"call_1"}' },
        { type: "function_call", call_id: "call_2", name: "file_read", arguments: '{"path":"call_2"}' },
        { type: "function_call_output", call_id: "call_1", output: "text of 1\nmore" },
        { type: "function_call_output", call_id: "call_2", output: "(no output)" },
        { role: "user", content: [{ type: "input_text", text: "and hurry" }] }
      ]
    })
  })

  test("asks no sealed reasoning of a model that has none", () => {
    expect(encodeResponses(requestOf("openai:gpt-4.1"), "gpt-4.1", images)).not.toHaveProperty("include")
  })
})

describe("the Chat Completions wire", () => {
  test("has one message an answer, one a result, and images of results beside what was said", () => {
    const shown: Content = { type: "tool-result", id: "call_3", failed: false, content: [{ type: "image", mediaType: "image/png", blob: "hash", bytes: 8 }] }
    const { messages, ...request } = conversation(MODELS["openai-compatible"], "s")
    const body = encodeChat({ ...request, messages: [...messages, says("assistant", call("call_3")), says("user", shown)] }, "qwen3:8b", images)
    expect(compatibleRefusal(body as never)).toBe(null)
    const picture = { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } }
    const called = (id: string) => ({ id, type: "function", function: { name: "file_read", arguments: `{"path":"${id}"}` } })
    expect(body).toEqual({
      model: "qwen3:8b",
      max_tokens: 4096,
      stream: true,
      stream_options: { include_usage: true },
      tools: [{ type: "function", function: { name: "file_read", description: "reads a file", parameters: READ.inputSchema } }],
      messages: [
        { role: "system", content: "You are a careful agent." },
        { role: "user", content: [{ type: "text", text: "look at this" }, picture] },
        { role: "assistant", content: "I look", tool_calls: [called("call_1"), called("call_2")] },
        { role: "tool", tool_call_id: "call_1", content: "text of 1\nmore" },
        { role: "tool", tool_call_id: "call_2", content: "(no output)" },
        { role: "user", content: "and hurry" },
        { role: "assistant", content: null, tool_calls: [called("call_3")] },
        { role: "tool", tool_call_id: "call_3", content: "[an image, shown below]" },
        { role: "user", content: [{ type: "text", text: "[the image of the result of call_3]" }, picture] }
      ]
    })
  })
})

test("an image whose bytes are gone is told, not lost in silence", () => {
  const gone = "[an image of 8 bytes was here; its data is no longer stored]"
  const request = requestOf("anthropic:m", says("user", image))
  expect(encodeAnthropic(request, "m", new Map()).messages[0]?.content).toMatchObject([{ type: "text", text: gone }])
  expect(JSON.stringify(encodeResponses(request, "m", new Map()).input)).toContain(gone)
  expect(encodeChat(request, "m", new Map()).messages.at(-1)).toEqual({ role: "user", content: gone })
})

// ── whatever the machine may send ────────────────────────────────────────────────────────────────────────────────
// Proves MODELS-1.

const text = fc.constantFrom("a", "b\n", "ä👀").map((said): Content => ({ type: "text", text: said }))
const shown = fc.constant(image)
const thought = (sealing: (said: string) => string) =>
  fc.constantFrom("", "hm").map((said): Content => ({ type: "thinking", text: said, signature: sealing(said), redacted: false }))

/** Transcripts as the machine renders them: interrupted answers keep thinking that nothing follows, calls have results, messages alternate. */
const transcripts = (sealing: (said: string) => string): fc.Arbitrary<readonly Message[]> =>
  fc
    .array(
      fc.record({
        said: fc.array(fc.oneof(text, shown), { minLength: 1, maxLength: 2 }),
        blocks: fc.array(fc.oneof(text, thought(sealing)), { minLength: 1, maxLength: 3 }),
        calls: fc.array(fc.record({ failed: fc.boolean(), parts: fc.array(fc.oneof(text, shown), { maxLength: 2 }) }), { maxLength: 3 }),
        followed: fc.boolean()
      }),
      { maxLength: 5 }
    )
    .map((turns) => {
      let count = 0
      const messages: Message[] = []
      let results: Content[] = []
      for (const { said, blocks, calls, followed } of turns) {
        messages.push(says("user", ...results, ...(results.length > 0 && !followed ? [] : said)))
        const ids = calls.map(() => `call_${(count += 1)}`)
        messages.push(says("assistant", ...blocks, ...ids.map((id) => call(id))))
        results = calls.map(({ failed, parts }, index) => ({ type: "tool-result", id: ids[index] ?? "", failed, content: parts as never }))
      }
      return [...messages, says("user", ...results, "go on")]
    })

const runs = { numRuns: 300 }

test("Anthropic at its strictest accepts whatever the machine sends", () => {
  fc.assert(
    fc.property(transcripts((said) => seal(said, undefined)), (messages) => {
      expect(anthropicRefusal(encodeAnthropic(requestOf(MODELS.anthropic, ...messages), "m", images) as never)).toBe(null)
    }),
    runs
  )
})

test("OpenAI at its strictest accepts whatever the machine sends", () => {
  fc.assert(
    fc.property(transcripts((said) => sealOf("rs_1", seal(said, undefined))), (messages) => {
      expect(openaiRefusal(encodeResponses(requestOf(MODELS.openai, ...messages), "m", images) as never)).toBe(null)
    }),
    runs
  )
})

test("the strictest of those who imitate OpenAI accepts whatever the machine sends", () => {
  fc.assert(
    fc.property(transcripts(() => "s"), (messages) => {
      expect(compatibleRefusal(encodeChat(requestOf(MODELS["openai-compatible"], ...messages), "m", images) as never)).toBe(null)
    }),
    runs
  )
})

/** Proves MODELS-2. */
test("the blocks of a request begin with those of the one before, so that the provider finds them in its cache", () => {
  const bare = (request: CanonicalRequest): string => JSON.stringify(encodeAnthropic(request, "m", images).messages).replaceAll(',"cache_control":{"type":"ephemeral"}', "")
  fc.assert(
    fc.property(transcripts((said) => seal(said, undefined)), (messages) => {
      const more = [...messages, says("assistant", "done"), says("user", "next")]
      const now = bare(requestOf(MODELS.anthropic, ...messages))
      expect(bare(requestOf(MODELS.anthropic, ...more)).startsWith(now.slice(0, -1))).toBe(true)
    }),
    runs
  )
})
