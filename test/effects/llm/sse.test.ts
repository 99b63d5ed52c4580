import fc from "fast-check"
import { expect, test } from "vitest"
import { sseReader } from "../../../src/effects/llm/sse.ts"

const read = (...slices: readonly Uint8Array[]): readonly string[] => {
  const events: string[] = []
  const reader = sseReader((data) => events.push(data))
  for (const slice of slices) reader.push(slice)
  return events
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test("tells the data of each event, whatever stands beside it", () => {
  const text = "\uFEFF: a comment\n\nevent: x\nid: 7\ndata: one\n\ndata:two\nretry: 5\ndata:  lines\n\ndata\n\ndata: {}\n\n"
  expect(read(bytes(text))).toEqual(["one", "two\n lines", "{}"])
})

test("an event that its blank line has not ended is not told", () => {
  expect(read(bytes("data: one\n\ndata: two\n"))).toEqual(["one"])
})

test("all three line ends mean the same, wherever the bytes are cut", () => {
  const letters = fc.stringMatching(/^[a-zäß修👀"{}:]{0,8}$/u)
  const lineEnd = fc.constantFrom("\n", "\r\n", "\r")
  const events = fc.array(fc.tuple(letters, lineEnd), { maxLength: 6 })
  fc.assert(
    fc.property(events, fc.array(fc.nat(200), { maxLength: 20 }), (told, cuts) => {
      const whole = bytes(told.map(([data, end]) => `event: e${end}data: ${data}${end}${end}`).join("") + "\n")
      const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
      const slices = places.slice(1).map((end, index) => whole.subarray(places[index], end))
      expect(read(...slices)).toEqual(told.map(([data]) => data))
    }),
    { numRuns: 300 }
  )
})
