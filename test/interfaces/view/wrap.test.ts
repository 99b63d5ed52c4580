import fc from "fast-check"
import { expect, test } from "vitest"
import { keyLines } from "../../../src/interfaces/view/question.ts"
import { span } from "../../../src/interfaces/view/shown.ts"
import { columnsOf } from "../../../src/interfaces/view/width.ts"
import { wrapped } from "../../../src/interfaces/view/wrap.ts"

const texts = (spans: Parameters<typeof wrapped>[0], columns: number): readonly string[] => wrapped(spans, columns).map((row) => row.map(({ text }) => text).join(""))

test("the keys of a question stand whole on a narrow terminal, each with what it means", () => {
  const lines = keyLines({
    type: "RequestApproval",
    effect: 1,
    call: { type: "tool-call", id: "call_1", name: "shell", arguments: '{"command":"npm test"}' },
    reason: "",
    rules: ["shell(npm test)"],
    question: null
  })
  const rows = lines.flatMap((line) => (line.type === "line" ? texts(line.spans, 39) : []))
  expect(rows).toEqual(["  for this session and always mean:", "shell(npm test)", "  y once  s for this session  a always", "  n no, and say why  Esc interrupts"])
})

test("tones go with their letters, a word that is too long is broken, and nothing gets lost", () => {
  expect(wrapped([span("strong", "  y"), span("plain", " once"), span("dim", "  Esc interrupts")], 9)).toEqual([
    [span("strong", "  y"), span("plain", " once")],
    [span("dim", "  Esc")],
    [span("dim", "interrupt")],
    [span("dim", "s")]
  ])
  expect(texts([span("plain", "漢字漢字")], 5)).toEqual(["漢字", "漢字"])
  expect(wrapped([], 9)).toEqual([[]])
  const some = fc.array(fc.constantFrom("a", "bc", " ", "  ", "漢", "e\u0301", "longer-word"), { maxLength: 30 })
  fc.assert(
    fc.property(fc.array(some, { maxLength: 5 }), fc.integer({ min: 2, max: 30 }), (parts, columns) => {
      const spans = parts.map((letters) => span("plain", letters.join("")))
      const rows = texts(spans, columns)
      expect(rows.join("").replaceAll(" ", "")).toBe(spans.map(({ text }) => text).join("").replaceAll(" ", ""))
      expect(rows.filter((row) => columnsOf(row) > columns)).toEqual([])
    })
  )
})
