import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { afterEach, describe, expect, test } from "vitest"
import { Llm } from "../../../src/effects/llm/llm.ts"
import { llmConfigFromEnv } from "../../../src/effects/llm/config.ts"
import { isEnd, type Piece } from "../../../src/effects/llm/piece.ts"
import type { Answer, Fault, Wire } from "../../support/model-server/answer.ts"
import { startModelServer, type ModelServer, type SeenRequest } from "../../support/model-server/server.ts"
import { ask, askWith, blocksOf, configOf, endOf, MODELS, noBlobs, requestOf, says, WIRES } from "./support.ts"

const open: ModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})
const serve = async (
  wire: Wire,
  answer: Answer | Fault | ((request: SeenRequest, index: number) => Answer | Fault | Promise<Answer | Fault>),
  key?: string
): Promise<ModelServer> => {
  const server = await startModelServer({ wire, answer: typeof answer === "function" ? answer : () => answer, ...(key === undefined ? {} : { key }) })
  open.push(server)
  return server
}

const ANSWER: Answer = {
  deltaBytes: 5,
  blocks: [
    { type: "thinking", text: "which file?" },
    { type: "text", text: "Ich sehe nach 👀 修正" },
    { type: "tool-call", name: "file_read", arguments: '{"path":"src/ä.ts"}' }
  ],
  usage: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 30, cacheWriteTokens: 0 }
}
const BLOCKS = [/^thinking: which file\?$/, /^text: Ich sehe nach 👀 修正$/, /^call \d: file_read\{"path":"src\/ä.ts"\}$/]
const STATUS = (status: number, more: Omit<Extract<Fault, { fault: "status" }>, "fault" | "status"> = {}): Fault => ({ fault: "status", status, ...more })

describe.each(WIRES)("%s over HTTP", (wire) => {
  test("an answer streams in order, ends once, and says what it used", async () => {
    const pieces = await ask(wire, await serve(wire, ANSWER))
    for (const [index, block] of blocksOf(pieces).entries()) expect(block).toMatch(BLOCKS[index] ?? /never/)
    expect(blocksOf(pieces).length).toBe(BLOCKS.length)
    expect(pieces.filter(isEnd)).toMatchObject([
      { type: "LlmCompleted", stop: "tool-calls", usage: { inputTokens: 100, outputTokens: 20, cacheReadTokens: 30, cacheWriteTokens: 0 } }
    ])
  })

  test("an answer written byte by byte, letters torn apart, is the same answer", async () => {
    const whole = await ask(wire, await serve(wire, ANSWER))
    expect(await ask(wire, await serve(wire, { ...ANSWER, sliceBytes: 1 }))).toEqual(whole)
  })

  test("what was thought, called and answered goes back as the provider wants it", async () => {
    const server = await serve(wire, (_, index) => (index === 0 ? ANSWER : { blocks: [{ type: "text", text: "done" }] }))
    const first = requestOf(MODELS[wire], says("user", "look"))
    const pieces = await ask(wire, server, first)
    const signature = pieces.find((piece) => piece.type === "LlmThinkingDelta" && piece.signature !== undefined)
    const thinking =
      signature?.type === "LlmThinkingDelta"
        ? [{ type: "thinking", text: "which file?", signature: signature.signature ?? "", redacted: false } as const]
        : []
    const second = requestOf(
      MODELS[wire],
      says("user", "look"),
      says("assistant", ...thinking, "Ich sehe nach", { type: "tool-call", id: "call_1", name: "file_read", input: { path: "src/ä.ts" } }),
      says("user", { type: "tool-result", id: "call_1", failed: false, content: [{ type: "text", text: "content" }] })
    )
    expect(blocksOf(await ask(wire, server, second))).toEqual(["text: done"])
    expect(server.requests[1]?.heard).toEqual([
      { results: [], words: ["look"] },
      { results: ["content"], words: [] }
    ])
    expect(thinking.length).toBe(wire === "openai-compatible" ? 0 : 1)
  })

  /** Proves MODELS-3. */
  test("a stream cut anywhere fails as transient, however the connection ends", async () => {
    const body = Buffer.from(await streamOf(wire))
    const size = body.length
    // Once Chat Completions has said why it stopped, an end in good order is an end.
    const lasts = { cut: size - 20, end: wire === "openai-compatible" ? body.indexOf('"finish_reason":"tool_calls"') : size - 20 }
    for (const fault of ["cut", "end"] as const) {
      for (let after = 0; after < lasts[fault]; after += Math.ceil(size / 23)) {
        const pieces = await ask(wire, await serve(wire, { fault, after, answer: ANSWER }))
        expect(endOf(pieces), `${fault} after ${after} of ${size} bytes`).toMatchObject({ type: "LlmFailed", failure: "transient" })
        expect(pieces.filter(isEnd).length).toBe(1)
      }
    }
  })

  test("a stream that stalls, before or after its first byte, fails as transient once nobody spoke for long enough", async () => {
    const stalls = ["headers", 0, 700] as const
    const ends = await Promise.all(
      stalls.map(async (after) => {
        const server = await serve(wire, { fault: "stall", after, answer: ANSWER })
        const end = endOf(await ask(wire, server, undefined, { idleMs: 200 }))
        expect(await server.requests[0]?.ended).toBe("client-closed")
        return end
      })
    )
    for (const end of ends) {
      expect(end).toMatchObject({ type: "LlmFailed", failure: "transient", message: `ask ${MODELS[wire]}: nothing came for 0.2 s` })
    }
  })

  test("a slow stream is no stalled one", async () => {
    const server = await serve(wire, { ...ANSWER, deltaBytes: 3, delayMs: 30 })
    expect(endOf(await ask(wire, server, undefined, { idleMs: 400 }))).toMatchObject({ type: "LlmCompleted" })
  })

  /** Proves MODELS-7. */
  test.each([
    [STATUS(429, { headers: { "retry-after": "7" } }), { failure: "rate-limited", retryAfterMs: 7000 }],
    [STATUS(429, { headers: { "retry-after-ms": "120" } }), { failure: "rate-limited", retryAfterMs: 120 }],
    [STATUS(500), { failure: "transient" }],
    [STATUS(529, { headers: { "retry-after": "1" } }), { failure: "transient", retryAfterMs: 1000 }],
    [STATUS(400, { error: { message: "no such tool" } }), { failure: "permanent" }],
    [STATUS(400, { error: { code: "context_length_exceeded", message: "prompt is too long: 9 tokens > 8 maximum" } }), { failure: "overflow" }],
    [STATUS(502, { body: "<html>bad gateway</html>", headers: { "content-type": "text/html" } }), { failure: "transient" }]
  ] as const)("%j is sorted as %j, and asked only once", async (fault, failure) => {
    const server = await serve(wire, fault)
    const pieces = await ask(wire, server)
    expect(pieces).toMatchObject([{ type: "LlmFailed", ...failure }])
    expect(server.requests.length).toBe(1)
  })

  test("an error in the middle of the stream is sorted too, and what came before it stays", async () => {
    const server = await serve(wire, { fault: "error-event", answer: ANSWER, error: { type: "rate_limit_exceeded", message: "slow down" } })
    const pieces = await ask(wire, server)
    expect(endOf(pieces)).toMatchObject({ type: "LlmFailed", failure: "rate-limited", message: `ask ${MODELS[wire]}: the provider limits the rate of requests (slow down)` })
    expect(blocksOf(pieces)[0]).toMatch(/^thinking: which/)
  })

  test("arguments that are no JSON come as they are: the machine decides about them", async () => {
    const broken = await serve(wire, { blocks: [{ type: "tool-call", name: "file_read", arguments: '{"path": "a' }] })
    const pieces = await ask(wire, broken)
    expect(blocksOf(pieces)).toEqual([expect.stringMatching(/^call \d: file_read\{"path": "a$/)])
    expect(endOf(pieces)).toMatchObject({ type: "LlmCompleted", stop: "tool-calls" })
  })

  test("a stream of something else fails as transient, a document as permanent", async () => {
    const garbage = await ask(wire, await serve(wire, { fault: "body", body: "data: <oops>\n\n" }))
    expect(garbage).toMatchObject([{ type: "LlmFailed", failure: "transient" }])
    const page = await ask(wire, await serve(wire, { fault: "body", body: "<html>hi</html>", contentType: "text/html" }))
    expect(page).toMatchObject([{ type: "LlmFailed", failure: "permanent" }])
  })

  test("a wrong key is permanent, and the message says which variable to set", async () => {
    const server = await serve(wire, ANSWER, "the right key")
    const variable = { anthropic: "ANTHROPIC_API_KEY", openai: "OPENAI_API_KEY", "openai-compatible": "OPENAI_COMPATIBLE_API_KEY" }[wire]
    expect(await ask(wire, server, undefined, { key: "a wrong key" })).toEqual([
      {
        type: "LlmFailed",
        failure: "permanent",
        message: `ask ${MODELS[wire]}: the provider refused the key (invalid API key); set ${variable} to a key that is valid at ${server.url}`
      }
    ])
    expect(endOf(await ask(wire, server, undefined, { key: "the right key" }))).toMatchObject({ type: "LlmCompleted" })
  })

  test("no network is transient, and the message says where it tried", async () => {
    const url = `http://127.0.0.1:${await closedPort()}`
    expect(await ask(wire, { url })).toEqual([
      {
        type: "LlmFailed",
        failure: "transient",
        message: expect.stringContaining(`could not connect to ${url} (ECONNREFUSED)`) as string
      }
    ])
  })

  test("an address that is none is permanent", async () => {
    expect(await ask(wire, { url: "nonsense" })).toMatchObject([{ type: "LlmFailed", failure: "permanent" }])
  })

  /** Proves MODELS-6. */
  test("interrupted, it closes the connection before it returns and says nothing more", async () => {
    const middle = Math.round(Buffer.byteLength(await streamOf(wire)) / 2)
    for (const after of ["headers", middle] as const) {
      const server = await serve(wire, { fault: "stall", after, answer: ANSWER })
      const pieces: Piece[] = []
      const layer = Llm.layerProviders({ config: configOf(wire, server.url), resolveBlob: noBlobs })
      const asking = Llm.use((llm) => llm.ask(requestOf(MODELS[wire]), (piece) => pieces.push(piece)))
      const interrupted = Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(asking)
        yield* Effect.promise(async () => {
          while (server.requests.length === 0 || (after !== "headers" && pieces.length === 0)) await new Promise(setImmediate)
        })
        const before = pieces.length
        yield* Fiber.interrupt(fiber)
        expect(pieces.length).toBe(before)
      })
      await Effect.runPromise(Effect.provide(interrupted, layer))
      expect(await server.requests[0]?.ended).toBe("client-closed")
      expect(pieces.some(isEnd)).toBe(false)
    }
  })

  test("the connections of finished answers serve the next requests", async () => {
    const server = await serve(wire, ANSWER)
    const layer = Llm.layerProviders({ config: configOf(wire, server.url), resolveBlob: noBlobs })
    const once = Llm.use((llm) => llm.ask(requestOf(MODELS[wire]), () => {}))
    await Effect.runPromise(Effect.provide(Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], () => once), layer))
    expect(server.requests.length).toBe(8)
    expect(server.connections()).toBeLessThanOrEqual(2)
  })
})

test("a stream that the server does not end after the answer is let go soon", async () => {
  const server = await serve("anthropic", { fault: "stall", after: 1_000_000, answer: ANSWER })
  expect(endOf(await ask("anthropic", server))).toMatchObject({ type: "LlmCompleted" })
  expect(await server.requests[0]?.ended).toBe("client-closed")
})

test("a gateway that imitates Anthropic gets the key and the version such gateways know", async () => {
  const server = await serve("anthropic", ANSWER)
  await ask("anthropic", server, undefined, { key: "my key" })
  expect(server.requests[0]?.headers).toMatchObject({ "x-api-key": "my key", "anthropic-version": "2023-06-01" })
  expect(server.requests[0]?.headers).not.toHaveProperty("authorization")
})

test("without a key, or without an address, it says which variable to set and asks nobody", async () => {
  const empty = llmConfigFromEnv({})
  const messages = await Promise.all(WIRES.map(async (wire) => endOf(await askWith(empty, requestOf(MODELS[wire])))))
  expect(messages).toEqual([
    { type: "LlmFailed", failure: "permanent", message: "ask anthropic:claude-sonnet-5-5: there is no key for https://api.anthropic.com; set ANTHROPIC_API_KEY" },
    { type: "LlmFailed", failure: "permanent", message: "ask openai:gpt-6-sol: there is no key for https://api.openai.com/v1; set OPENAI_API_KEY" },
    {
      type: "LlmFailed",
      failure: "permanent",
      message:
        "ask openai-compatible:qwen3:8b: it is not known where; set OPENAI_COMPATIBLE_BASE_URL to the server's address, such as http://localhost:11434/v1"
    }
  ])
})

test("a server like Ollama needs no key, and gets none", async () => {
  const server = await serve("openai-compatible", ANSWER)
  const config = llmConfigFromEnv({ OPENAI_COMPATIBLE_BASE_URL: server.url })
  expect(endOf(await askWith(config, requestOf(MODELS["openai-compatible"])))).toMatchObject({ type: "LlmCompleted" })
  expect(server.requests[0]?.headers).not.toHaveProperty("authorization")
})

test("a server that puts its error's words elsewhere is understood as well", async () => {
  const body = JSON.stringify({ object: "error", message: "This model's maximum context length is 8 tokens", code: 400 })
  expect(await ask("openai-compatible", await serve("openai-compatible", STATUS(400, { body })))).toMatchObject([{ failure: "overflow" }])
})

test("a model nobody knows is refused with the right spelling", async () => {
  expect(await askWith(llmConfigFromEnv({}), requestOf("gemini:pro"))).toMatchObject([
    { type: "LlmFailed", failure: "permanent", message: expect.stringContaining("write PROVIDER:MODEL") as string }
  ])
})

test("images are read once each from where blobs are kept", async () => {
  const server = await serve("anthropic", ANSWER)
  const asked: string[] = []
  const image = (blob: string) => ({ type: "image", mediaType: "image/png", blob, bytes: 3 }) as const
  const request = requestOf(MODELS.anthropic, says("user", "see", image("a"), image("a"), image("gone")))
  const pieces = await askWith(configOf("anthropic", server.url), request, (hash) => {
    asked.push(hash)
    return Effect.succeed(hash === "a" ? new Uint8Array([1, 2, 3]) : null)
  })
  expect(endOf(pieces)).toMatchObject({ type: "LlmCompleted" })
  expect(asked).toEqual(["a", "gone"])
  expect(server.requests[0]?.raw).toContain('"data":"AQID"')
})

/** The stream of the answer as it goes over the wire. */
const streamOf = async (wire: Wire): Promise<string> => {
  const server = await serve(wire, ANSWER)
  const seen = await ask(wire, server)
  expect(endOf(seen)).toMatchObject({ type: "LlmCompleted" })
  const path = { anthropic: "/v1/messages", openai: "/responses", "openai-compatible": "/chat/completions" }[wire]
  const response = await fetch(server.url + path, { method: "POST", headers: { authorization: "Bearer k" }, body: server.requests[0]?.raw ?? "" })
  return response.text()
}

const closedPort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
