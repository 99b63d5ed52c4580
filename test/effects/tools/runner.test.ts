import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { problem } from "../../../src/effects/os/problem.ts"
import type { Unstamped } from "../../../src/effects/emit.ts"
import { executeCall, executeTools } from "../../../src/effects/tools/runner.ts"
import { told, type Tool, type ToolContext, type ToolOutcome } from "../../../src/effects/tools/tool.ts"
import { toolCall, workbench } from "./workbench.ts"

/** A tool of a host's own, that does what a test needs. */
const tool = (name: string, run: (context: ToolContext) => ReturnType<Tool["run"]>): Tool => ({
  name,
  summary: name,
  description: name,
  input: Schema.Struct({}),
  access: "reads",
  idempotent: true,
  limits: "none",
  facts: () => ({ changes: false }),
  run: (_, context) => run(context)
})

const ended: string[] = []
const begun = Promise.withResolvers<void>()
const bench = workbench({
  tools: [
    tool("fails", () => Effect.fail(problem("do it: it cannot be done"))),
    tool("throws", () => Effect.sync(() => { throw new TypeError("x is not a function") })),
    tool("throws-at-once", () => { throw new Error("at once") }),
    tool("dies", () => Effect.die("a reason")),
    tool("rejects", () => Effect.promise(() => Promise.reject(new Error("rejected")))),
    tool("interrupts-itself", () => Effect.interrupt),
    tool("long", () => Effect.succeed(told("ä".repeat(100_000)))),
    tool("long-parts", () =>
      Effect.succeed<ToolOutcome>({
        status: "ok",
        parts: [
          { type: "text", text: "a".repeat(60_000) },
          { type: "text", text: "b".repeat(60_000) },
          { type: "text", text: "c" }
        ]
      })
    ),
    tool("torn", () => Effect.succeed(told("a\ud800b"))),
    tool("hears", ({ hear }) => Effect.sync(() => (hear("stdout", Buffer.from("a")), hear("stdout", Buffer.from("b")), hear("stderr", Buffer.from("c")), told("done")))),
    tool("waits", ({ hear }) =>
      Effect.callback<ToolOutcome>(() => {
        hear("stdout", Buffer.from("late"))
        begun.resolve()
        return Effect.sync(() => void ended.push("waits"))
      })
    ),
    tool("marked", ({ marker, vetted }) => Effect.succeed(told(JSON.stringify({ marker, vetted }))))
  ]
})
const result = async (name: string) => {
  const { status, text } = await bench.call(name, {})
  return `${status}: ${text}`
}

test.each([
  ["fails", "error: do it: it cannot be done"],
  ["throws", "error: throws: x is not a function"],
  ["throws-at-once", "error: throws-at-once: at once"],
  ["dies", "error: dies: a reason"],
  ["rejects", "error: rejects: rejected"]
])("a tool that %s ends once, as an error with a sentence", async (name, said) => {
  expect(await result(name)).toBe(said)
})

test("a tool that interrupts itself ends once, as an error", async () => {
  expect(await result("interrupts-itself")).toMatch(/^error: interrupts-itself: /)
})

test("a call that cannot be decoded, or of no tool, ends once, as an error", async () => {
  for (const call of [toolCall("fails", "{"), toolCall("nope", {})]) {
    const events: Unstamped[] = []
    await bench.effect(executeCall({ effect: 5, call, changes: true }, (event) => void events.push(event)))
    expect(events).toEqual([{ type: "ToolCompleted", effect: 5, status: "error", parts: [{ type: "text", text: expect.any(String) }] }])
  }
})

test("a result of more than 64 kB is cut between characters, and says so", async () => {
  const { text } = await bench.call("long", {})
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
  expect(text).toMatch(/^ä+\n\(cut here: the result is longer than 64 kB\)$/)
})

test("of several parts, those beyond 64 kB together are left out", async () => {
  const { parts } = await bench.call("long-parts", {})
  const lengths = parts.map((part) => (part.type === "text" ? part.text.length : 0))
  expect([lengths.length, lengths[0], lengths.reduce((a, b) => a + b)]).toEqual([2, 60_000, 65_536])
})

test("halves of characters do not leave", async () => {
  expect(await result("torn")).toBe("ok: a\uFFFDb")
})

test("what is still waiting to be told comes before the end, merged by stream", async () => {
  const events = await bench.events("hears", {})
  expect(events.map((event) => (event.type === "ToolProgress" ? [event.stream, event.text] : event.type))).toEqual([["stdout", "ab"], ["stderr", "c"], "ToolCompleted"])
})

test("interrupted, a call cleans up and says nothing more, not even what was waiting", async () => {
  const events: Unstamped[] = []
  await bench.effect(
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(executeCall({ effect: 9, call: toolCall("waits", {}), changes: false }, (event) => void events.push(event)))
      yield* Effect.promise(() => begun.promise)
      yield* Fiber.interrupt(fiber)
    })
  )
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect([ended, events]).toEqual([["waits"], []])
})

test("calls of one action run side by side, each answered once by its own number", async () => {
  const events: Unstamped[] = []
  const calls = ["marked", "fails", "nope"].map((name, index) => ({ effect: 20 + index, call: toolCall(name, {}, `call_${index}`), changes: false }))
  await bench.effect(executeTools({ type: "ExecuteTools", calls }, (event) => void events.push(event)))
  expect(events.map((event) => (event.type === "ToolCompleted" ? [event.effect, event.status] : event)).sort()).toEqual([[20, "ok"], [21, "error"], [22, "error"]])
})

test("a call knows its marker, and what it was vetted with", async () => {
  expect(JSON.parse((await bench.call("marked", {})).text)).toEqual({ marker: expect.stringMatching(/^bench-\w+:\d+$/), vetted: [] })
})
