import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { afterEach, describe, expect, test } from "vitest"
import { startModelServer, type Answer, type Fault, type ModelServer, type Wire } from "../../support/model-server/server.ts"

const open: ModelServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})
const start = async (wire: Wire, answer: Answer | Fault, key?: string): Promise<ModelServer> => {
  const server = await startModelServer({ wire, answer: () => answer, ...(key === undefined ? {} : { key }) })
  open.push(server)
  return server
}

const PATHS = { anthropic: "/v1/messages", openai: "/responses", "openai-compatible": "/chat/completions" } as const
const post = (server: ModelServer, wire: Wire, body: unknown): Promise<Response> =>
  fetch(server.url + PATHS[wire], { method: "POST", headers: { authorization: "Bearer k" }, body: JSON.stringify(body) })

const tool = { name: "read", description: "reads", schema: { type: "object", properties: {} } }
const call = { name: "read", arguments: '{"path":"a"}' }
/** A request of each wire in which one call was made and answered. */
const WHOLE: Readonly<Record<Wire, { readonly [key: string]: unknown }>> = {
  anthropic: {
    model: "m",
    max_tokens: 10,
    stream: true,
    system: "be good",
    tools: [{ name: tool.name, description: tool.description, input_schema: tool.schema }],
    messages: [
      { role: "user", content: "hi" },
      { role: "assistant", content: [{ type: "text", text: "I look" }, { type: "tool_use", id: "c1", name: "read", input: { path: "a" } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "text of a" }] }
    ]
  },
  openai: {
    model: "m",
    stream: true,
    store: false,
    instructions: "be good",
    tools: [{ type: "function", name: tool.name, description: tool.description, parameters: tool.schema, strict: false }],
    input: [
      { role: "user", content: "hi" },
      { role: "assistant", content: [{ type: "output_text", text: "I look" }] },
      { type: "function_call", call_id: "c1", ...call },
      { type: "function_call_output", call_id: "c1", output: "text of a" }
    ]
  },
  "openai-compatible": {
    model: "m",
    stream: true,
    tools: [{ type: "function", function: { name: tool.name, description: tool.description, parameters: tool.schema } }],
    messages: [
      { role: "system", content: "be good" },
      { role: "user", content: "hi" },
      { role: "assistant", content: "I look", tool_calls: [{ id: "c1", type: "function", function: call }] },
      { role: "tool", tool_call_id: "c1", content: "text of a" }
    ]
  }
}
const WIRES = Object.keys(WHOLE) as readonly Wire[]
const LIST: Readonly<Record<Wire, "messages" | "input">> = { anthropic: "messages", openai: "input", "openai-compatible": "messages" }
const ANSWER: Answer = { blocks: [{ type: "text", text: "grüße 👋" }, { type: "tool-call", name: "read", arguments: '{"path":"b"}' }] }

describe.each(WIRES)("the %s model server", (wire) => {
  test("answers a whole transcript with a stream, and tells what it heard", async () => {
    const server = await start(wire, ANSWER)
    const response = await post(server, wire, WHOLE[wire])
    expect(response.status).toBe(200)
    expect(await response.text()).toContain("grüße 👋")
    expect(server.requests[0]?.heard).toEqual([
      { results: [], words: ["hi"] },
      { results: ["text of a"], words: [] }
    ])
    expect(await server.requests[0]?.ended).toBe("finished")
  })

  test("refuses a transcript that breaks any rule of any provider", async () => {
    const server = await start(wire, ANSWER)
    for (const [name, change] of broken(wire)) {
      const response = await post(server, wire, change(structuredClone(WHOLE[wire])))
      expect([name, response.status]).toEqual([name, 400])
    }
  })

  test("demands the key it was given", async () => {
    const server = await start(wire, ANSWER, "right")
    expect((await post(server, wire, WHOLE[wire])).status).toBe(401)
  })

  test("ends, cuts and stalls after the byte it was told", async () => {
    const whole = Buffer.from(await (await post(await start(wire, ANSWER), wire, WHOLE[wire])).arrayBuffer())
    const ended = await post(await start(wire, { fault: "end", after: 100, answer: ANSWER }), wire, WHOLE[wire])
    expect(Buffer.from(await ended.arrayBuffer())).toEqual(whole.subarray(0, 100))
    const cut = await post(await start(wire, { fault: "cut", after: 100, answer: ANSWER }), wire, WHOLE[wire])
    await expect(cut.text()).rejects.toThrow()
    const stalling = await start(wire, { fault: "stall", after: 100, answer: ANSWER })
    const reader = (await post(stalling, wire, WHOLE[wire])).body?.getReader()
    expect((await reader?.read())?.value?.length).toBe(100)
    await reader?.cancel()
    expect(await stalling.requests[0]?.ended).toBe("client-closed")
  })

  test("fails with the status and headers it was told", async () => {
    const server = await start(wire, { fault: "status", status: 429, headers: { "retry-after": "7" } })
    const response = await post(server, wire, WHOLE[wire])
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"])
  })
})

type Body = Record<string, any>

/** Ways to spoil a whole transcript, named. */
const broken = (wire: Wire): readonly (readonly [string, (body: Body) => Body])[] => {
  const list = LIST[wire]
  const entries = (body: Body): Body[] => body[list]
  const spoil = (change: (entries: Body[]) => unknown) => (body: Body): Body => {
    change(entries(body))
    return body
  }
  const last = (entries: Body[]): Body => entries.at(-1) ?? {}
  return [
    ["an unknown key", (body) => ({ ...body, surprise: 1 })],
    ["no streaming", (body) => ({ ...body, stream: false })],
    ["no messages", (body) => ({ ...body, [list]: [] })],
    ["a call without its result", spoil((entries) => entries.pop())],
    ["a result without its call", spoil((entries) => entries.splice(-2, 1))],
    ["two of the user in a row", spoil((entries) => entries.splice(entries.findIndex(({ role }) => role === "user"), 0, { role: "user", content: "hi" }))],
    ["blank text", spoil((entries) => Object.assign(entries.find(({ role }) => role === "user") ?? {}, { content: " " }))],
    ["a blank result", spoil((entries) => (wire === "anthropic" ? (last(entries)["content"][0].content = " ") : Object.assign(last(entries), { output: "", content: "" })))],
    [
      "arguments that are no object",
      spoil((entries) => {
        if (wire === "anthropic") entries[1]!["content"][1].input = "x"
        else if (wire === "openai") entries.at(-2)!["arguments"] = "[1]"
        else entries.at(-2)!["tool_calls"][0].function.arguments = "{"
      })
    ],
    ["two tools of one name", (body) => ({ ...body, tools: [...body["tools"], ...body["tools"]] })]
  ]
}

test("a server runs as a process of its own", async () => {
  const directory = mkdtempSync(join(tmpdir(), "loom-model-server-"))
  const script = join(directory, "script.json")
  const seen = join(directory, "seen.jsonl")
  writeFileSync(script, JSON.stringify({ answers: [{ blocks: [] }, { when: { lastResultContains: "of a" }, blocks: [{ type: "text", text: "answer {{n}}" }] }] }))
  const child = spawn(process.execPath, ["test/support/model-server/main.ts", "--wire", "openai", "--script", script, "--seen", seen], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  try {
    const [line] = (await once(createInterface(child.stdout), "line")) as [string]
    const { url } = JSON.parse(line) as { readonly url: string }
    const response = await post({ url } as ModelServer, "openai", WHOLE.openai)
    expect(await response.text()).toContain('"text":"answer 2"')
    expect(JSON.parse(readFileSync(seen, "utf8"))).toMatchObject({ path: "/v1/responses", body: WHOLE.openai })
  } finally {
    child.kill()
  }
})
