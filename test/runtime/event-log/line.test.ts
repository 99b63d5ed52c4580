import fc from "fast-check"
import { expect, test } from "vitest"
import type { Event } from "../../../src/machine/event.ts"
import { decodeRow, encodeRow } from "../../../src/runtime/event-log/line.ts"
import { parseLines } from "../../../src/runtime/event-log/parse-lines.ts"
import { sessions } from "./support/random-sessions.ts"

/** The same value with the keys of every object in another order. */
const shuffled = (value: unknown, random: () => number): unknown => {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, random))
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).sort(() => random() - 0.5)
  return Object.fromEntries(entries.map(([key, field]) => [key, OPEN.has(key) ? field : shuffled(field, random)]))
}

/** Maps, and JSON that is not ours: their order is theirs. */
const OPEN = new Set(["inputSchema", "modelsByName"])

const linesOf = (rows: Parameters<typeof encodeRow>[]): string => rows.map((row) => `${encodeRow(...row)}\n`).join("")

test("a row is the same line whatever the order of its keys, and the row again when it is read; proves LOG-1", () => {
  fc.assert(
    fc.property(sessions, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (rows, stream) => {
      const random = () => stream.next().value as number
      for (const [index, { event, actions }] of rows.entries()) {
        const line = encodeRow(index + 1, event, actions)
        expect(encodeRow(index + 1, shuffled(event, random) as Event, shuffled(actions, random) as typeof actions)).toBe(line)
        expect(decodeRow(line)).toEqual({ n: index + 1, event, actions })
      }
    }),
    { numRuns: 60 }
  )
})

test("the order of keys is number, type, time, the event's own, actions last", () => {
  const event: Event = { text: 'a "quoted" line\n', effect: 3, at: 1_700_000_000_000, type: "LlmTextDelta" }
  expect(encodeRow(7, event, [])).toBe('{"n":7,"type":"LlmTextDelta","at":1700000000000,"effect":3,"text":"a \\"quoted\\" line\\n"}')
  expect(encodeRow(8, { at: 5, type: "RetryTimeoutFired", effect: 4 }, [{ effect: 5, type: "GatherContext", turn: 1 }])).toBe(
    '{"n":8,"type":"RetryTimeoutFired","at":5,"effect":4,"actions":[{"type":"GatherContext","effect":5,"turn":1}]}'
  )
})

test("what a newer writer added is not lost", () => {
  const event = { type: "InterruptRequested", at: 1, because: { z: 1, a: 2 } } as unknown as Event
  expect(encodeRow(2, event, [])).toBe('{"n":2,"type":"InterruptRequested","at":1,"because":{"z":1,"a":2}}')
})

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.constantFrom("", "\u2028", "\ud800", "🙂\t\r", "\u0000", '"}\n', "\\"))

test("text and numbers survive exactly, the fast way of reading deltas included; proves LOG-1", () => {
  const delta = fc.record({
    effect: fc.nat(),
    text: anyText,
    at: fc.oneof(fc.nat(), fc.constantFrom(0, 1.5, 1e300, Number.MAX_SAFE_INTEGER, 123456789012345680000, 99999999999999990000, -3)),
    used: fc.boolean()
  })
  fc.assert(
    fc.property(fc.array(delta, { maxLength: 40 }), fc.nat(1e9), (deltas, first) => {
      const rows = deltas.map(({ effect, text, at, used }, index): Parameters<typeof encodeRow> => {
        const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, cost: "unknown" as const }
        return [first + index, { type: "LlmTextDelta", at, effect, text, ...(used ? { usage } : {}) }, []]
      })
      expect(parseLines(Buffer.from(linesOf(rows)))).toEqual(rows.map(([n, event]) => ({ n, ...event })))
    }),
    { numRuns: 300 }
  )
})

test("what is no JSON is not read the fast way either", () => {
  const line = '{"n":5,"type":"LlmTextDelta","at":6,"effect":7,"text":"words"}\n'
  expect(parseLines(Buffer.from(line))).toEqual([{ n: 5, type: "LlmTextDelta", at: 6, effect: 7, text: "words" }])
  for (const [found, instead] of [
    ['"n":5', '"n":05'],
    ['"at":6', '"at":'],
    ["words", 'wo"rds'],
    ["words", "wo\u0001rds"],
    ["words", "wo\\xrds"],
    ['"}', '"'],
    ['"}', '"}}']
  ] as const) {
    expect(() => parseLines(Buffer.from(line.replace(found, instead)))).toThrow(SyntaxError)
  }
})
