import { expect, test } from "vitest"
import { differenceWords } from "../../../src/runtime/replay/difference-words.ts"

test("only what differs is told, by its place, and a long text from shortly before where it parts", () => {
  const long = "x".repeat(500)
  expect(differenceWords({ a: 1, b: [1, { c: "same" }] }, { a: 2, b: [1, { c: "same" }, 3] })).toEqual([
    { path: "a", expected: "1", actual: "2" },
    { path: "b[2]", expected: "nothing", actual: "3" }
  ])
  expect(differenceWords({ text: `${long}one` }, { text: `${long}two` })).toEqual([{ path: "text", expected: `"…${"x".repeat(16)}one"`, actual: `"…${"x".repeat(16)}two"` }])
  expect(differenceWords([{}], {})).toEqual([{ path: "", expected: "[{}]", actual: "{}" }])
  expect(differenceWords({ a: long }, { a: null })[0]!.expected.length).toBeLessThan(80)
  expect(differenceWords(rich, structuredClone(rich))).toEqual([])
})

const rich = { a: [null, true, "ü", { b: 1.5 }] }
