import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { calibrated, requestTokens, TOKENS_PER_KILOBYTE, tokensOf } from "../../../src/machine/policy/offload.ts"
import type { ReportedUsage } from "../../../src/machine/session.ts"
import { asked, stateAfter, text, type Said } from "../talk.ts"

/*
 * The estimate is bytes times a ratio, and each report brings the ratio a quarter of the way to what was measured. It is one for all
 * models of a session: what is talked about makes more of a difference than who reads it, and a model that cuts otherwise is told the same way.
 */

describe("the estimate of tokens follows what providers report (CONTEXT-47)", () => {
  test("after k reports of steady traffic it is off by (3/4)^k of what it was off, and 2 tokens a kilobyte for whole numbers", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 120, max: 1000 }),
        fc.integer({ min: 120, max: 1000 }),
        fc.array(fc.integer({ min: 4000, max: 4_000_000 }), { minLength: 1, maxLength: 40 }),
        (start, truth, requests) => {
          let ratio = start
          for (const bytes of requests) ratio = calibrated(ratio, bytes, Math.round((bytes * truth) / 1000))
          expect(Math.abs(ratio - truth)).toBeLessThanOrEqual(0.75 ** requests.length * Math.abs(start - truth) + 2.5)
        }
      )
    )
  })

  test("from the first guess, 8 reports bring any text that people write within a tenth", () => {
    fc.assert(
      fc.property(fc.integer({ min: 180, max: 600 }), fc.integer({ min: 4000, max: 1_000_000 }), (truth, bytes) => {
        let ratio = TOKENS_PER_KILOBYTE
        for (let report = 0; report < 8; report++) ratio = calibrated(ratio, bytes, Math.round((bytes * truth) / 1000))
        const tokens = (bytes * truth) / 1000
        expect(Math.abs(tokensOf(bytes, ratio) - tokens) / tokens).toBeLessThan(0.1)
      })
    )
  })

  /** A turn of many words, and what its answer reports. */
  const reported = (usage: Partial<ReportedUsage>): readonly Said[] => [
    ...asked("x".repeat(20_000)),
    { type: "LlmTextDelta", effect: 2, text: "y" },
    { type: "LlmCompleted", effect: 2, stop: "end", usage: { inputTokens: 0, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0, ...usage } }
  ]
  const ratioAfter = (events: readonly Said[]): number => stateAfter("WaitingForInput", events).session.tokensPerKilobyte

  test("what was read from or written to a cache counts as what was sent does; the answer does not", () => {
    const sent = ratioAfter(reported({ inputTokens: 9000 }))
    expect(sent).toBeGreaterThan(TOKENS_PER_KILOBYTE)
    expect(ratioAfter(reported({ cacheReadTokens: 8000, inputTokens: 1000 }))).toBe(sent)
    expect(ratioAfter(reported({ cacheReadTokens: 4000, cacheWriteTokens: 5000 }))).toBe(sent)
    expect(ratioAfter(reported({ outputTokens: 9000, inputTokens: 9000 }))).toBe(sent)
    expect(ratioAfter(reported({}))).toBe(TOKENS_PER_KILOBYTE)
  })

  test("an image weighs as 6,000 bytes, whatever its file does, before and after the calibration", () => {
    const image = (bytes: number): Said => ({ type: "UserInput", parts: [...text("look"), { type: "image", mediaType: "image/png", blob: "0".repeat(64), bytes }] })
    const tokens = (bytes: number): number => requestTokens(stateAfter("CallingLlm", [image(bytes)]).session)
    const without = requestTokens(stateAfter("CallingLlm", [{ type: "UserInput", parts: text("look") }]).session)
    expect(tokens(5_000_000)).toBe(tokens(10))
    expect(Math.abs(tokens(10) - without - tokensOf(6000, TOKENS_PER_KILOBYTE))).toBeLessThanOrEqual(1)
  })

  test("another model goes on from the ratio there is, and its reports correct it", () => {
    const before = stateAfter("WaitingForInput", reported({ inputTokens: 9000 })).session.tokensPerKilobyte
    const changed: readonly Said[] = [
      ...reported({ inputTokens: 9000 }),
      {
        type: "SettingsChanged",
        model: "test:two",
        modelsByName: { "test:two": { windowTokens: 9_000, outputTokensMax: 1, images: false, priced: true } }
      }
    ]
    expect(ratioAfter(changed)).toBe(before)
  })
})
