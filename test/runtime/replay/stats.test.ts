import fc from "fast-check"
import { expect, test } from "vitest"
import type { CallFacts, Event } from "../../../src/machine/event.ts"
import { cacheShare, statsOf } from "../../../src/runtime/replay/stats.ts"
import { opening } from "../../properties/harness/opening.ts"
import { sessions } from "../event-log/support/random-sessions.ts"
import { logOf } from "./support/log-of.ts"

const facts = (call: string, changes: boolean): CallFacts => ({ call, changes, paths: [], commands: changes ? [{ text: "make", reads: false }] : [], hosts: [] })
const usage = { inputTokens: 10, outputTokens: 4, cacheReadTokens: 30, cacheWriteTokens: 0, cost: 7 } as const

/** One turn, two steps: a failed attempt, two reads side by side, a command that is asked about; then an interrupt, and another process. */
const SESSION: readonly Event[] = [
  { ...opening(), at: 1000 },
  { type: "UserInput", at: 1500, parts: [{ type: "text", text: "go" }] },
  { type: "ContextGathered", at: 1510, effect: 1, fragments: [] },
  { type: "LlmStarted", at: 1515, effect: 2, hash: "" },
  { type: "LlmFailed", at: 1600, effect: 2, failure: "transient", message: "busy" },
  { type: "RetryTimeoutFired", at: 2200, effect: 3 },
  { type: "LlmStarted", at: 2201, effect: 4, hash: "" },
  { type: "LlmToolCallDelta", at: 2300, effect: 4, index: 0, name: "file_read", arguments: "{}" },
  { type: "LlmToolCallDelta", at: 2320, effect: 4, index: 1, name: "file_read", arguments: "{}" },
  { type: "LlmToolCallDelta", at: 2340, effect: 4, index: 2, name: "shell", arguments: "{}" },
  { type: "LlmCompleted", at: 2400, effect: 4, stop: "tool-calls", usage },
  { type: "ToolCallsVetted", at: 2405, effect: 5, facts: [facts("call_1", false), facts("call_2", false), facts("call_3", true)] },
  { type: "ToolCompleted", at: 2425, effect: 7, status: "ok", parts: [] },
  { type: "ToolCompleted", at: 2455, effect: 8, status: "error", parts: [] },
  { type: "ApprovalAnswered", at: 5455, effect: 6, answer: "once" },
  { type: "ToolCompleted", at: 5955, effect: 9, status: "ok", parts: [] },
  { type: "PostToolsHookCompleted", at: 5985, effect: 10, goOn: true },
  { type: "LlmStarted", at: 5990, effect: 11, hash: "" },
  { type: "LlmTextDelta", at: 6085, effect: 11, text: "well", usage: { ...usage, cost: "unknown" } },
  { type: "InterruptRequested", at: 6100 },
  { type: "ShutdownRequested", at: 7100 },
  { type: "ShutdownCompleted", at: 7105, effect: 12 },
  { type: "SessionResumed", at: 97105 },
  { type: "UserInput", at: 97205, parts: [{ type: "text", text: "more" }] }
]

test("a session is counted: where its time went by state and by what it waited for, its tokens, its tools, its troubles", () => {
  const stats = statsOf(logOf(SESSION))
  expect(stats).toEqual({
    session: "s",
    models: ["test:one"],
    events: 24,
    turns: 2,
    steps: 2,
    requests: 3,
    time: {
      totalMs: 96205,
      msByState: {
        WaitingForInput: 1600,
        CallingLlm: 415,
        Error: 600,
        ProcessingResponse: 5,
        ExecutingTools: 3550,
        PostToolsHook: 30,
        ShuttingDown: 90000 + 5
      },
      msByWait: {
        person: 1600,
        gathering: 10,
        "first-token": 90 + 100 + 100,
        retry: 600,
        streaming: 100 + 15,
        vetting: 5,
        tools: 550,
        approval: 3000,
        hook: 30,
        shutdown: 5,
        away: 90000
      },
      msByTools: { file_read: 50, shell: 500 }
    },
    usage: { inputTokens: 20, outputTokens: 8, cacheReadTokens: 60, cacheWriteTokens: 0, cost: 7, unpriced: 1 },
    tools: {
      file_read: { calls: 2, byStatus: { ok: 1, error: 1 }, medianMs: 20, longestMs: 50 },
      shell: { calls: 1, byStatus: { ok: 1 }, medianMs: 500, longestMs: 500 }
    },
    retries: 1,
    failures: { transient: 1 },
    interrupts: 1,
    restarts: 1,
    breaks: []
  })
  expect(cacheShare(stats.usage)).toBe(0.75)
})

test("a denied call is counted as such, and one that never came to an end has no time", () => {
  const events: readonly Event[] = [
    { ...opening({ settings: { attended: false } }), at: 0 },
    { type: "UserInput", at: 1, parts: [{ type: "text", text: "go" }] },
    { type: "ContextGathered", at: 2, effect: 1, fragments: [] },
    { type: "LlmToolCallDelta", at: 3, effect: 2, index: 0, name: "shell", arguments: "{}" },
    { type: "LlmCompleted", at: 4, effect: 2, stop: "tool-calls" },
    { type: "ToolCallsVetted", at: 5, effect: 3, facts: [facts("call_1", true)] }
  ]
  expect(statsOf(logOf(events)).tools).toEqual({ shell: { calls: 1, byStatus: { denied: 1 }, medianMs: null, longestMs: null } })
  expect(cacheShare(statsOf(logOf(events)).usage)).toBeNull()
})

test("in every session the time by state, by what was waited for, and by tools sums to the whole", () => {
  const sum = (record: Readonly<Record<string, number>>): number => Object.values(record).reduce((all, part) => all + part, 0)
  fc.assert(
    fc.property(sessions, (recorded) => {
      const events = recorded.map(({ event }) => event)
      const { time, usage, tools } = statsOf(logOf(events))
      const whole = events.at(-1)!.at - events[0]!.at
      expect([time.totalMs, sum(time.msByState), sum(time.msByWait), sum(time.msByTools)]).toEqual([whole, whole, whole, time.msByWait.tools ?? 0])
      expect(usage).toEqual(recorded.at(-1)!.state.session.usage)
      for (const { calls, byStatus } of Object.values(tools)) expect(sum(byStatus)).toBeLessThanOrEqual(calls)
    }),
    { numRuns: 150 }
  )
})
