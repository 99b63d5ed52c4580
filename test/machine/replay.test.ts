import { expect, test } from "vitest"
import type { Event } from "../../src/machine/event.ts"
import { openEffectsOf, violations } from "../../src/machine/invariant.ts"
import { firstDivergence, replay, trace } from "../../src/machine/replay.ts"
import { opening } from "../properties/harness/opening.ts"
import { asked, called, last, stateAfter } from "./talk.ts"

const log: readonly Event[] = [opening(), ...[...asked("go"), ...called(["file_read"], 2)].map((event, index) => ({ ...event, at: index + 1 }) as Event)]
const rows = [...trace(log)].map(({ event, step }) => ({ event, actions: step.actions }))

test("a log is replayed to its state, from its beginning or from any state", () => {
  const state = replay(log)
  expect(state.name).toBe("ProcessingResponse")
  expect(replay(log.slice(3), replay(log.slice(0, 3)))).toEqual(state)
  expect([...trace(log)].map(({ before }) => before?.name ?? "nothing")).toEqual(["nothing", "WaitingForInput", "CallingLlm", "CallingLlm", "CallingLlm"])
})

test("what is no log is said to be none", () => {
  expect(() => replay([])).toThrow("replay a log: it holds no event; the first must be SessionOpened")
  expect(() => replay(log.slice(1))).toThrow("replay a log: its first event is UserInput, not SessionOpened; it is not whole")
})

test("the first event that did something else is found, with what was recorded and what is done now", () => {
  expect(firstDivergence(rows)).toBe(null)
  const other = rows.with(1, { event: rows[1]?.event as Event, actions: [] })
  expect(firstDivergence(other)).toEqual({ index: 1, expected: [], actual: rows[1]?.actions })
})

test("a sound state has nothing wrong with it, a broken one says what", () => {
  const vetting = stateAfter("ProcessingResponse", [...asked("go"), ...called(["file_read"], 2)])
  expect([violations(vetting), openEffectsOf(vetting)]).toEqual([[], [3]])
  expect(violations({ ...vetting, effect: 9 })).toEqual(["effect 9 is open but was never given out (newest 3)"])
  const { session } = vetting
  expect(violations({ name: "WaitingForInput", why: "completed", session: { ...session, queue: [[]] } })).toEqual([
    "1 messages are queued in WaitingForInput",
    "calls call_1 are followed by results of none"
  ])
  expect(violations({ ...vetting, session: { ...session, window: { ...session.window, base: 9 } } })).toEqual([
    "the window begins at 9 of 2",
    "a window that begins later has a marker, and no other"
  ])
  const running = last([
    ...asked("go"),
    ...called(["file_read", "file_read"], 2),
    {
      type: "ToolCallsVetted",
      effect: 3,
      facts: ["call_1", "call_2"].map((call) => ({ call, changes: false, paths: [], commands: [], hosts: [] }))
    }
  ]).state
  if (running.name !== "ExecutingTools") throw new Error("two reads run")
  expect(violations({ ...running, executions: running.executions.map((execution) => ({ ...execution, changes: true })) })).toEqual([
    "a call that may change something runs beside another"
  ])
  expect(violations({ ...running, executions: [] })).toEqual(["a batch waits for nothing"])
})

test("a session shut down in the midst of a turn can be gone on with, one shut down at rest waits for words", () => {
  const reopened = (events: readonly Event[]) =>
    replay([...events, { type: "ShutdownRequested", at: 90 }, { type: "SessionResumed", at: 91 }] satisfies readonly Event[])
  expect(reopened(log)).toMatchObject({ name: "WaitingForInput", why: "interrupted" })
  expect(reopened([opening()])).toMatchObject({ name: "WaitingForInput", why: "opened" })
  const answered: readonly Event[] = [
    opening(),
    { type: "UserInput", at: 1, parts: [{ type: "text", text: "hello" }] },
    { type: "ContextGathered", at: 2, effect: 1, fragments: [] },
    { type: "LlmTextDelta", at: 3, effect: 2, text: "hello" },
    { type: "LlmCompleted", at: 4, effect: 2, stop: "end" }
  ]
  expect(reopened(answered)).toMatchObject({ name: "WaitingForInput", why: "opened" })
})

test("a model that nobody knows is no setting", () => {
  const before = replay(log)
  const after = replay([...log, { type: "SettingsChanged", at: 80, model: "nobody:knows", mode: "bypass" }])
  expect(after).toEqual(before)
})
