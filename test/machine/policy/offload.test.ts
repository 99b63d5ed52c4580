import fc from "fast-check"
import { expect, test } from "vitest"
import { calibrated, offloadThreshold, offloadTo, requestTokens, TOKENS_PER_KILOBYTE, tokensOf } from "../../../src/machine/policy/offload.ts"
import type { Limits, Session } from "../../../src/machine/session.ts"
import { slice } from "../../../src/machine/vector.ts"
import { answered, asked, called, last, stateAfter, text, type Said } from "../talk.ts"

const withWindow = (windowTokens: number, outputTokensMax = 1): Session => {
  const { session } = stateAfter("WaitingForInput", [])
  return { ...session, modelsByName: { "test:one": { windowTokens, outputTokensMax, images: true, priced: true } } }
}

test("the threshold rises from 55 % of a window of 32 k to 93 % of one of 1 M", () => {
  const share = (windowTokens: number) => offloadThreshold(withWindow(windowTokens)) / windowTokens
  expect([32_768, 65_536, 131_072, 262_144, 524_288, 1_048_576].map((size) => Math.round(share(size) * 1000) / 10)).toEqual([55, 62.6, 70.2, 77.8, 85.4, 93])
  expect(share(8_000)).toBeCloseTo(0.55, 3)
  expect(share(4_000_000)).toBeCloseTo(0.93, 3)
  fc.assert(fc.property(fc.integer({ min: 1000, max: 2_000_000 }), fc.nat(5000), (size, more) => offloadThreshold(withWindow(size)) <= offloadThreshold(withWindow(size + more))))
})

test("room for the answer is kept, a limit of the person goes before, and a model nobody knows has none", () => {
  expect(offloadThreshold(withWindow(1500, 9_500))).toBe(500)
  const { session } = stateAfter("WaitingForInput", [], { limits: { windowTokensMax: 77 } })
  expect(offloadThreshold(session)).toBe(77)
  expect(offloadThreshold({ ...withWindow(1000), modelsByName: {} })).toBe(Number.MAX_SAFE_INTEGER)
})

test("a person may say the share of the window, and how much of it stays free for the answer", () => {
  const limited = (limits: Partial<Limits>, windowTokens: number): number => {
    const base = withWindow(windowTokens)
    return offloadThreshold({ ...base, settings: { ...base.settings, limits: { ...base.settings.limits, ...limits } } })
  }
  expect([limited({ offloadPercent: 40 }, 10_000), limited({ offloadPercent: 40 }, 1_000_000), limited({ offloadPercent: 100 }, 10_000)]).toEqual([4000, 400_000, 9_999])
  expect([limited({ answerTokensMin: 4096 }, 10_000), limited({ answerTokensMin: 6000 }, 10_000), limited({ answerTokensMin: 20_000 }, 10_000)]).toEqual([5500, 4000, 0])
  expect(limited({ answerTokensMin: 6000, offloadPercent: 90, windowTokensMax: 9999 }, 10_000)).toBe(9999)
})

test("tokens are estimated from bytes by a ratio that providers' reports correct, within bounds", () => {
  expect(tokensOf(1001, 250)).toBe(251)
  expect(calibrated(280, 3999, 3000)).toBe(280)
  expect(calibrated(280, 10_000, 0)).toBe(280)
  expect(calibrated(280, 10_000, 4000)).toBe(310)
  expect(calibrated(280, 10_000, 1e9)).toBe(460)
  expect(calibrated(280, 1e9, 1)).toBe(240)
  const big = [
    ...asked("x".repeat(5000)),
    { type: "LlmTextDelta", effect: 2, text: "y" },
    {
      type: "LlmCompleted",
      effect: 2,
      stop: "end",
      usage: { inputTokens: 2500, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0 }
    }
  ] as const
  expect(stateAfter("WaitingForInput", big).session.tokensPerKilobyte).toBeGreaterThan(TOKENS_PER_KILOBYTE)
})

const threeTurns: readonly Said[] = [
  ...asked("first"), ...called(["file_read"], 2), { type: "ToolCallsVetted", effect: 3, facts: [] }, ...answered("one", 4),
  ...asked("second", 5), ...answered("two", 6),
  ...asked("third", 7), ...called(["file_read"], 8), { type: "ToolCallsVetted", effect: 9, facts: [] }, ...answered("three", 10)
]

test("closed turns leave whole, oldest first, and only the latest turn loses its steps", () => {
  const { session } = stateAfter("WaitingForInput", threeTurns)
  expect(slice(session.transcript).map(({ type, turn }) => `${turn} ${type}`)).toEqual([
    "1 user", "1 assistant", "1 results", "1 assistant", "2 user", "2 assistant", "3 user", "3 assistant", "3 results", "3 assistant"
  ])
  const limited = (windowTokensMax: number): Session => ({ ...session, settings: { ...session.settings, limits: { ...session.settings.limits, windowTokensMax } } })
  const whole = requestTokens(session)
  expect(offloadTo(limited(whole * 10), "enough")).toBe(4)
  expect(offloadTo(limited(1), "enough")).toBe(9)
  expect(offloadTo(limited(whole * 10), "all")).toBe(9)
})

test("as much leaves as brings the window to 60 % of its threshold, so that the next step need not offload again", () => {
  const turns = [1, 3, 5, 7, 9].flatMap((effect): readonly Said[] => [...asked("q".repeat(100), effect), ...answered("a".repeat(100), effect + 1)])
  const { session } = stateAfter("WaitingForInput", turns)
  const threshold = Math.floor(requestTokens(session) * 0.99)
  const to = offloadTo({ ...session, settings: { ...session.settings, limits: { ...session.settings.limits, windowTokensMax: threshold } } }, "enough")
  const left = (base: number): number => tokensOf(session.opened.bytes + slice(session.transcript, base).reduce((sum, { bytes }) => sum + bytes, 0), session.tokensPerKilobyte)
  expect(left(to)).toBeLessThanOrEqual(threshold * 0.6)
  expect(left(to - 2)).toBeGreaterThan(threshold * 0.6)
})

test("where nothing may leave, the window stays where it is", () => {
  expect(offloadTo(stateAfter("WaitingForInput", []).session, "all")).toBe(0)
  expect(offloadTo(stateAfter("CallingLlm", asked("only words")).session, "all")).toBe(0)
})

test("a person who asks for it is told where there is nothing to offload", () => {
  const { session } = stateAfter("WaitingForInput", [{ type: "OffloadRequested" }])
  expect(session.window).toEqual({ base: 0, marker: null, bytes: 0 })
  const longer = [...asked("first ".repeat(100), 1), ...answered("one", 2), ...asked("second", 3), ...answered("two", 4)]
  expect(stateAfter("CallingLlm", [...longer, { type: "OffloadRequested" }]).call.stage).toEqual({ name: "offloading", for: "person", to: 3, counted: false })
})

test("a person who asks for it is told how much became free", () => {
  const longer = [...asked("first ".repeat(100), 1), ...answered("one", 2), ...asked("second", 3), ...answered("two", 4)]
  expect(last([...longer, { type: "OffloadRequested" }, { type: "ContextOffloaded", effect: 5, ok: true, keeper: "k" }]).actions[0]).toEqual({
    type: "DisplayMessage",
    text: "about 128 tokens of the window are free again: 3 messages left it, nothing of them is lost"
  })
  expect(last([...threeTurns, { type: "OffloadRequested" }, { type: "ContextOffloaded", effect: 11, ok: true, keeper: "k" }]).actions[0]).toEqual({
    type: "DisplayMessage",
    text: "9 messages left the window, nothing of them is lost; they were shorter than the note that stands for them, so it is no smaller"
  })
})

test("before a call that is too long its oldest part is stored; once that failed it goes out as it is", () => {
  const limits = { windowTokensMax: 50 }
  const long: readonly Said[] = [...asked("a".repeat(300)), ...answered("b", 2), ...asked("c", 3)]
  const offloading = stateAfter("CallingLlm", long, { limits })
  expect(offloading.call.stage).toEqual({ name: "offloading", for: "call", to: 2, counted: false })
  const failed = stateAfter("CallingLlm", [...long, { type: "ContextOffloaded", effect: 4, ok: false, reason: "full" }], { limits })
  expect([failed.call.stage.name, failed.session.window.base]).toEqual(["streaming", 0])
})

test("an overflow offloads and goes on, once a step; then it is permanent", () => {
  const overflow = (effect: number): Said => ({ type: "LlmFailed", effect, failure: "overflow", message: "too long" })
  const events: readonly Said[] = [...asked("a"), ...answered("b", 2), { type: "UserInput", parts: text("c") }, { type: "ContextGathered", effect: 3, fragments: [] }, overflow(4)]
  expect(stateAfter("CallingLlm", events).call.stage).toEqual({ name: "offloading", for: "overflow", to: 2, counted: true })
  const stored: Said = { type: "ContextOffloaded", effect: 5, ok: true, keeper: "k" }
  expect(stateAfter("CallingLlm", [...events, stored]).call).toMatchObject({ effect: 6, attempt: 1, stage: { name: "streaming" } })
  expect(stateAfter("Error", [...events, stored, overflow(6)])).toMatchObject({
    error: { kind: "overflow", message: "too long" },
    retry: null
  })
  expect(stateAfter("Error", [...events, { type: "ContextOffloaded", effect: 5, ok: false, reason: "full" }]).error.message).toBe(
    "the request is too long, and nothing could be offloaded: full"
  )
})
