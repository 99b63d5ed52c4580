import fc from "fast-check"
import { expect, test } from "vitest"
import { utf8Bytes } from "../../src/machine/bytes.ts"

test("bytes are counted as UTF-8 writes them, lone surrogates as their replacement", () => {
  expect(["", "a", "é", "€", "𝄞", "\ud834", "\udd1e\ud834"].map(utf8Bytes)).toEqual([0, 1, 2, 3, 4, 3, 6])
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0xd700, max: 0xe0ff })),
      (units) => utf8Bytes(String.fromCharCode(...units)) === Buffer.byteLength(String.fromCharCode(...units))
    )
  )
})
