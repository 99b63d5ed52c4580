import { expect, test } from "vitest"
import { columnsOf, cutTo } from "../../../src/interfaces/view/width.ts"

test("wide letters and pictures take two columns, marks on letters none", () => {
  expect([columnsOf("abc"), columnsOf("漢字"), columnsOf("é"), columnsOf("🙂"), columnsOf("한글"), columnsOf("…")]).toEqual([3, 4, 1, 2, 4, 1])
})

test("a text is cut to the columns that are there, never in the middle of a letter", () => {
  expect(cutTo("a long line", 6)).toBe("a lon…")
  expect(cutTo("a long line", 11)).toBe("a long line")
  expect(cutTo("漢字漢字", 6)).toBe("漢字…")
  expect(cutTo("🙂🙂🙂", 4)).toBe("🙂…")
  expect(cutTo("abc", 0)).toBe("")
  for (let columns = 1; columns < 12; columns++) expect(columnsOf(cutTo("a漢b🙂c 한글", columns))).toBeLessThanOrEqual(columns)
})
