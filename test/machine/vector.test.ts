import { expect, test } from "vitest"
import fc from "fast-check"
import { append, at, emptyVector, lastOf, slice, type Vector } from "../../src/machine/vector.ts"

const vectorOf = (count: number): Vector<number> => {
  let vector: Vector<number> = emptyVector
  for (let item = 0; item < count; item++) vector = append(vector, item)
  return vector
}

test("a vector holds what was appended, in order, across every change of depth", () => {
  for (const count of [0, 1, 31, 32, 33, 64, 1023, 1024, 1055, 1056, 1057, 2000, 32 * 1024 + 33]) {
    const vector = vectorOf(count)
    expect(vector.length).toBe(count)
    expect(slice(vector)).toEqual(Array.from({ length: count }, (_, index) => index))
    expect(lastOf(vector)).toBe(count === 0 ? undefined : count - 1)
    for (const index of [0, 31, 32, count - 1]) if (index >= 0 && index < count) expect(at(vector, index)).toBe(index)
  }
})

test("appending leaves every older version as it was, also through JSON", () => {
  fc.assert(
    fc.property(fc.nat(2200), fc.nat(40), (count, more) => {
      const before = vectorOf(count)
      const text = JSON.stringify(before)
      let after = JSON.parse(text) as Vector<number>
      for (let item = 0; item < more; item++) after = append(after, count + item)
      expect(slice(after)).toEqual(Array.from({ length: count + more }, (_, index) => index))
      expect(JSON.stringify(before)).toBe(text)
    }),
    { numRuns: 30 }
  )
})

test("a slice is the part between its ends", () => {
  const vector = vectorOf(1100)
  fc.assert(
    fc.property(fc.nat(1200), fc.nat(1200), (from, to) => {
      expect(slice(vector, from, to)).toEqual(Array.from({ length: 1100 }, (_, index) => index).slice(from, to))
    })
  )
})
