import fc from "fast-check"
import { expect, test } from "vitest"
import { backoff, BACKOFF_BASE_MS, BACKOFF_CAP_MS, mayRetry } from "../../../src/machine/policy/retry.ts"

test("only failures that may pass are retried, and only while attempts are left", () => {
  const kinds = ["transient", "rate-limited", "permanent", "overflow"] as const
  expect(kinds.map((kind) => mayRetry(kind, 2, 3))).toEqual([true, true, false, false])
  expect(kinds.map((kind) => mayRetry(kind, 3, 3))).toEqual([false, false, false, false])
  expect(mayRetry("transient", 1, 0)).toBe(false)
})

test("law 12: the backoff doubles from its base to its cap, with jitter in the upper half, never under what the provider asks", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.oneof(fc.nat(90_000), fc.double({ min: -10, max: 1e9, noNaN: true })), fc.nat(0xffffffff), (attempt, asked, random) => {
      const { delayMs } = backoff(attempt, asked, random)
      const cap = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1))
      expect(delayMs).toBeGreaterThanOrEqual(Math.max(cap / 2, asked))
      expect(delayMs).toBeLessThanOrEqual(Math.max(cap, Math.ceil(asked)))
    }),
    { numRuns: 2000 }
  )
})

test("the caps are 500 ms, 1 s, 2 s … 30 s, and jitter reaches both ends of its half", () => {
  const delays = (attempt: number) => Array.from({ length: 4000 }, (_, random) => backoff(attempt, 0, random * 1_000_003).delayMs)
  for (const [attempt, cap] of [[1, 500], [2, 1000], [3, 2000], [6, 16_000], [7, 30_000], [2000, 30_000]] as const) {
    const all = delays(attempt)
    expect(Math.min(...all)).toBeLessThan(cap * 0.51)
    expect(Math.max(...all)).toBeGreaterThan(cap * 0.99)
  }
})

test("the same generator gives the same wait, and moves on", () => {
  expect(backoff(1, 0, 7)).toEqual(backoff(1, 0, 7))
  expect(backoff(1, 0, 7).random).not.toBe(7)
})
