import fc from "fast-check"
import { expect, test } from "vitest"
import { Headers as PlainHeaders } from "../../scripts/plain-web.ts"

/*
 * What the build puts in the place of Node's `Headers` behaves as Node's own.
 */

const name = fc.constantFrom("Accept", "accept", "X-Api-Key", "x-api-key", "retry-after", "A")
const value = fc.constantFrom("1", " 1", "two words ", "\tx", "")

const change = fc.oneof(
  fc.record({ do: fc.constant("append" as const), name, value }),
  fc.record({ do: fc.constant("set" as const), name, value }),
  fc.record({ do: fc.constant("delete" as const), name, value })
)

const seenIn = (headers: Headers | PlainHeaders): unknown => {
  const visited: string[] = []
  headers.forEach((each: string, of: string) => void visited.push(`${of}=${each}`))
  return {
    entries: [...headers],
    keys: [...headers.keys()],
    values: [...headers.values()],
    visited,
    has: headers.has("ACCEPT"),
    get: headers.get("X-API-key"),
    none: headers.get("none")
  }
}

test("whatever is done to them, both say the same", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), fc.array(change), (init, changes) => {
      const pairs = init.map(([of, each]): [string, string] => [of, each])
      const [plain, real] = [new PlainHeaders(pairs), new Headers(pairs)]
      for (const headers of [plain, real]) for (const one of changes) headers[one.do](one.name, one.value)
      expect(seenIn(plain)).toEqual(seenIn(real))
    })
  )
})

test("both are made of an object, of others, and of nothing", () => {
  const object = { "Content-Type": "text/plain", a: "1" }
  expect(seenIn(new PlainHeaders(object))).toEqual(seenIn(new Headers(object)))
  expect(seenIn(new PlainHeaders(new PlainHeaders(object)))).toEqual(seenIn(new Headers(new Headers(object))))
  expect(seenIn(new PlainHeaders())).toEqual(seenIn(new Headers()))
})
