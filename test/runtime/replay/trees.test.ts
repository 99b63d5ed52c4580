import { expect, test } from "vitest"
import type { Action } from "../../../src/machine/action.ts"
import type { Event } from "../../../src/machine/event.ts"
import type { Row } from "../../../src/runtime/event-log/line.ts"
import { treeAt, treesOf } from "../../../src/runtime/replay/trees.ts"

const rows = (...happened: readonly (readonly [event: Partial<Event>, ...actions: readonly unknown[]])[]): readonly Row[] =>
  happened.map(([event, ...actions], index) => ({ n: index + 1, event: { at: index, ...event } as Event, actions: actions as readonly Action[] }))

const gather = (turn: number) => ({ type: "GatherContext", effect: 1, turn })
const run = { type: "ExecuteTools", calls: [{ effect: 2, call: {}, changes: true }] }
const read = { type: "ExecuteTools", calls: [{ effect: 2, call: {}, changes: false }] }
const hook = (before: string, tree: string): Partial<Event> => ({ type: "PostToolsHookCompleted", effect: 3, goOn: true, before, tree })

test("the checkpoint before the first batch of a turn holds from its beginning, that before a later one from that batch on", () => {
  const log = rows(
    [{ type: "SessionOpened" }],
    [{ type: "UserInput" }, gather(1)],
    [{ type: "ToolCallsVetted" }, read],
    [{ type: "ToolCallsVetted" }, run],
    [hook("a", "b")],
    [{ type: "ToolCallsVetted" }, run],
    [hook("b", "c")]
  )
  expect(treesOf(log)).toEqual([
    { tree: "a", from: 2, why: "at the start of turn 1" },
    { tree: "b", from: 5, why: "after the tools of event 4" },
    { tree: "b", from: 6, why: "before the tools of event 6" },
    { tree: "c", from: 7, why: "after the tools of event 6" }
  ])
  expect([1, 4, 5, 6, 99].map((n) => treeAt(treesOf(log), n)?.tree)).toEqual(["a", "a", "b", "b", "c"])
  expect(treeAt([], 1)).toBeNull()
})

test("what a process that took a session up found before its first batch is not how the turn, or a batch that was broken off, began", () => {
  const inTurn = rows([{ type: "SessionOpened" }], [{ type: "UserInput" }, gather(1)], [{ type: "SessionResumed" }], [{ type: "ToolCallsVetted" }, run], [hook("a", "b")])
  expect(treesOf(inTurn)[0]).toEqual({ tree: "a", from: 4, why: "before the tools of event 4" })
  const inBatch = rows(
    [{ type: "SessionOpened" }],
    [{ type: "UserInput" }, gather(1)],
    [{ type: "ToolCallsVetted" }, run],
    [{ type: "SessionResumed" }],
    [{ type: "ToolCallsVetted" }, run],
    [hook("a", "b")]
  )
  expect(treesOf(inBatch)[0]).toEqual({ tree: "a", from: 5, why: "before the tools of event 5" })
})
