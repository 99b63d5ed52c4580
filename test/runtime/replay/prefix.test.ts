import fc from "fast-check"
import { expect, test } from "vitest"
import type { Event } from "../../../src/machine/event.ts"
import { canonicalRequest } from "../../../src/machine/request.ts"
import type { CallingLlm } from "../../../src/machine/state.ts"
import { brokenAt } from "../../../src/runtime/replay/prefix-break.ts"
import { piecesOf, REQUEST_END } from "../../../src/runtime/replay/request-pieces.ts"
import { statsOf } from "../../../src/runtime/replay/stats.ts"
import { opening } from "../../properties/harness/opening.ts"
import type { Recorded } from "../event-log/support/conversation.ts"
import { sessions } from "../event-log/support/random-sessions.ts"
import { logOf } from "./support/log-of.ts"

const RUNS = 150 * Math.max(1, Number(process.env["LOOM_RUNS"] ?? 1))

/** The requests of a session, whole, with the event that sent each. */
const requestsOf = (recorded: readonly Recorded[]): readonly { readonly n: number; readonly state: CallingLlm; readonly bytes: Buffer }[] =>
  recorded.flatMap(({ state, actions }, index) =>
    state.name === "CallingLlm" && actions.some(({ type }) => type === "SendLlmRequest")
      ? [{ n: index + 1, state, bytes: Buffer.from(JSON.stringify(canonicalRequest(state))) }]
      : []
  )

const firstDifference = (earlier: Buffer, later: Buffer): number | null => {
  const end = earlier.length - (earlier.toString().endsWith(REQUEST_END) ? REQUEST_END.length : "]}".length)
  for (let at = 0; at < end; at++) if (earlier[at] !== later[at]) return at
  return null
}

test("the pieces of a request are its canonical bytes, through every turn, model, offload and setting", () => {
  fc.assert(
    fc.property(sessions, (recorded) => {
      for (const { state, bytes } of requestsOf(recorded)) expect(`${[...piecesOf(state)].map(({ text }) => text).join("")}${REQUEST_END}`).toBe(bytes.toString())
    }),
    { numRuns: RUNS }
  )
})

test("exactly the requests are named that do not begin with the one before, each at its first byte, and blamed on what changed settings or window", () => {
  let broken = 0
  fc.assert(
    fc.property(sessions, (recorded) => {
      const requests = requestsOf(recorded)
      const expected = requests.flatMap(({ n, bytes }, index) => {
        const before = requests[index - 1]
        const offset = before === undefined ? null : firstDifference(before.bytes, bytes)
        return offset === null || before === undefined ? [] : [{ n, previous: before.n, offset }]
      })
      const { breaks } = statsOf(logOf(recorded.map(({ event }) => event)))
      expect(breaks.map(({ n, previous, offset }) => ({ n, previous, offset }))).toEqual(expected)
      for (const { cause, n, previous, path } of breaks) {
        broken++
        expect(["SettingsChanged", "ContextOffloaded"]).toContain(cause?.type)
        expect(cause!.n > previous && cause!.n <= n).toBe(true)
        if (path === "model") expect(cause!.type).toBe("SettingsChanged")
      }
    }),
    { numRuns: RUNS }
  )
  expect(broken).toBeGreaterThan(RUNS / 20)
})

const pieces = function* (...texts: readonly string[]) {
  for (const [index, text] of texts.entries()) yield { path: `piece ${index + 1}`, text }
}

test("the first byte that differs is found within a letter, and across pieces that are cut elsewhere", () => {
  expect(brokenAt(pieces("ab", "cdé"), pieces("abc", "dè", "more"))).toEqual({ offset: 5, path: "piece 2", before: "cdé", after: "dè" })
  expect(brokenAt(pieces("ab", "c"), pieces("abcd"))).toBeNull()
  expect(brokenAt(pieces("ab", "c"), pieces("ab"))).toEqual({ offset: 2, path: "piece 2", before: "c", after: "ab]}]}" })
  const long = "x".repeat(500)
  expect(brokenAt(pieces(`${long}1${long}`), pieces(`${long}2${long}`))).toEqual({
    offset: 500,
    path: "piece 1",
    before: `…${"x".repeat(32)}1${"x".repeat(79)}…`,
    after: `…${"x".repeat(32)}2${"x".repeat(79)}…`
  })
})

const USED = { inputTokens: 10, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 90, cost: 5 } as const
const CACHED = { ...USED, cacheReadTokens: 90, cacheWriteTokens: 0 } as const

test("a model, a limit and an offload between two requests are each the cause of a break, with what the provider said of both", () => {
  const events: readonly Event[] = [
    opening(),
    ...turn(10, 1, USED),
    ...turn(20, 3, CACHED),
    { type: "SettingsChanged", at: 28, limits: { outputTokensMax: 500 } },
    ...turn(30, 5, CACHED),
    { type: "SettingsChanged", at: 38, mode: "plan" },
    ...turn(40, 7, CACHED),
    { type: "OffloadRequested", at: 48 },
    { type: "ContextOffloaded", at: 49, effect: 9, ok: true, keeper: "keeper-1" },
    ...turn(50, 10, USED),
    { type: "SettingsChanged", at: 58, model: "test:two" },
    ...turn(60, 12, undefined)
  ]
  const { breaks, requests } = statsOf(logOf(events))
  expect(requests).toBe(6)
  expect(breaks).toEqual([
    {
      n: 14,
      previous: 8,
      offset: 52,
      path: "parameters",
      before: '…"parameters":{"outputTokensMax":1000}',
      after: '…"parameters":{"outputTokensMax":500}',
      cause: { n: 12, type: "SettingsChanged" },
      usageBefore: CACHED,
      usageAfter: CACHED
    },
    {
      n: 27,
      previous: 20,
      offset: 450,
      path: "message 1 block 1",
      before: expect.stringMatching(/"text":"words 10"\}$/),
      after: expect.stringMatching(/"text":"\[7 earlier messages of this/),
      cause: { n: 25, type: "ContextOffloaded" },
      usageBefore: CACHED,
      usageAfter: USED
    },
    {
      n: 33,
      previous: 27,
      offset: 15,
      path: "model",
      before: '{"model":"test:one"',
      after: '{"model":"test:two"',
      cause: { n: 31, type: "SettingsChanged" },
      usageBefore: USED,
      usageAfter: null
    }
  ])
})

/** A turn of five events from `at` on; its effects are `effect` and the next one. */
function* turn(at: number, effect: number, usage: typeof USED | typeof CACHED | undefined): Generator<Event, void> {
  yield { type: "UserInput", at, parts: [{ type: "text", text: `words ${at}` }] }
  yield { type: "ContextGathered", at: at + 1, effect, fragments: [] }
  yield { type: "LlmStarted", at: at + 2, effect: effect + 1, hash: "" }
  yield { type: "LlmTextDelta", at: at + 3, effect: effect + 1, text: `answer ${at}` }
  yield { type: "LlmCompleted", at: at + 4, effect: effect + 1, stop: "end", ...(usage === undefined ? {} : { usage }) }
}

test("10,000 requests over a long transcript are compared without building any of them whole", () => {
  function* long(): Generator<Event, void> {
    yield opening({ limits: { stepsMax: 1e9 } })
    for (let index = 0; index < 10_000; index++) {
      yield* turn(10 + index * 10, 1 + index * 2, undefined)
      if (index === 9_000) yield { type: "SettingsChanged", at: 19 + index * 10, model: "test:two" }
    }
  }
  const endless = { windowTokens: 1e12, outputTokensMax: 4096, images: false, priced: true }
  const { breaks, requests } = statsOf(
    logOf(
      [...long()].map((event) =>
        event.type === "SessionOpened" ? { ...event, modelsByName: { "test:one": endless, "test:two": endless } } : event
      )
    )
  )
  expect([requests, breaks.map(({ path }) => path)]).toEqual([10_000, ["model"]])
})
