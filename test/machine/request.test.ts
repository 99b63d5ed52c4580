import fc from "fast-check"
import { expect, test } from "vitest"
import { canonicalRequest, objectOf, render } from "../../src/machine/request.ts"
import type { Entry, EntryBody } from "../../src/machine/session.ts"
import { answered, asked, called, stateAfter, text } from "./talk.ts"

const entry = (body: EntryBody): Entry => ({ ...body, turn: 1, bytes: 0 })
const contentOf = (body: EntryBody, model = "m", images = true) => render(entry(body), model, images)?.content ?? null

test("the request is model, limits, system, tools and the window, neighbours of one role joined", () => {
  const request = canonicalRequest(
    stateAfter("CallingLlm", [
      { type: "UserInput", parts: text("hello") },
      { type: "ContextGathered", effect: 1, fragments: [{ source: "map", text: "a map" }] }
    ])
  )
  expect({ ...request, tools: request.tools.length }).toEqual({
    model: "test:one",
    parameters: { outputTokensMax: 1000 },
    system: "help",
    tools: 4,
    messages: [{ role: "user", content: [{ type: "text", text: "hello" }, { type: "text", text: "a map" }] }]
  })
})

test("calls and results stand adjacent; a result without a word says so", () => {
  const events = [...asked("go"), ...called(["file_read", "no such tool!"], 2), { type: "ToolCallsVetted", effect: 3, facts: [] }] as const
  expect(canonicalRequest(stateAfter("CallingLlm", events)).messages.slice(1)).toEqual([
    { role: "assistant", content: [{ type: "tool-call", id: "call_1", name: "file_read", input: {} }, { type: "tool-call", id: "call_2", name: "no_such_tool_", input: {} }] },
    {
      role: "user",
      content: ["call_1", "call_2"].map((id) => ({ type: "tool-result", id, failed: true, content: text("invalid call: vetting found nothing about this call") }))
    }
  ])
  expect(contentOf({ type: "results", results: [{ call: "c", status: "ok", parts: [] }] })).toEqual([{ type: "tool-result", id: "c", failed: false, content: text("[no output]") }])
})

test("a model that spoke last is asked to go on", () => {
  const state = stateAfter("CallingLlm", [
    ...asked("go"),
    { type: "LlmTextDelta", effect: 2, text: "half" },
    { type: "InterruptRequested" },
    { type: "ContinueRequested" },
    { type: "ContextGathered", effect: 3, fragments: [] }
  ])
  expect(canonicalRequest(state).messages.map(({ role, content }) => [role, content])).toEqual([
    ["user", text("go")], ["assistant", text("half")], ["user", text("go on")]
  ])
})

test("blank text, unsigned thinking, another model's thinking and thinking at the end are left out; nothing left is no message", () => {
  const thinking = (signature: string | null) => ({ type: "thinking", text: "hm", signature, redacted: false }) as const
  const said = (...blocks: Extract<Entry, { type: "assistant" }>["blocks"]): EntryBody => ({ type: "assistant", model: "m", blocks, ended: "complete" })
  const words = { type: "text", text: "yes" } as const
  expect(contentOf(said(thinking("s"), words))).toEqual([thinking("s"), words])
  expect(contentOf(said(thinking(null), words))).toEqual([words])
  expect(contentOf(said(thinking("s"), words), "other")).toEqual([words])
  expect(contentOf(said(words, thinking("s")))).toEqual([words])
  expect(contentOf(said(thinking("s"), { type: "text", text: " \n" }))).toBe(null)
  expect(contentOf({ type: "user", parts: text("  ") })).toBe(null)
})

test("an image goes to a model that takes images, to another a word that it was left out", () => {
  const image = { type: "image", mediaType: "image/png", blob: "ab", bytes: 12 } as const
  expect(contentOf({ type: "user", parts: [image] })).toEqual([image])
  expect(contentOf({ type: "user", parts: [image] }, "m", false)).toEqual(text("[an image of 12 bytes was left out: this model takes none]"))
})

test("arguments go as the object they are, what is none as an empty one", () => {
  expect(['{"a":1}', "[1]", "null", "7", "", "{", '{"__proto__":{"b":2}}'].map((json) => JSON.stringify(objectOf(json)))).toEqual([
    '{"a":1}', "{}", "{}", "{}", "{}", "{}", '{"__proto__":{"b":2}}'
  ])
  fc.assert(fc.property(fc.string(), (json) => typeof objectOf(json) === "object"))
})

test("what a model says no more than once is asked for at most as long as it can speak", () => {
  const state = stateAfter("CallingLlm", [...asked("a"), ...answered("b", 2), { type: "SettingsChanged", model: "test:two" }, ...asked("c", 3)])
  expect([canonicalRequest(state).model, canonicalRequest(state).parameters]).toEqual(["test:two", { outputTokensMax: 500 }])
})
