import { expect, test } from "vitest"
import { exact, harmless, oneLine } from "../../../src/interfaces/view/visible.ts"

test("text for reading keeps lines, tabs and emoji, and nothing that moves the cursor", () => {
  expect(harmless("a\tb\r\nc 👨‍👩‍👧 é 漢字")).toBe("a\tb\nc 👨‍👩‍👧 é 漢字")
  expect(harmless("\u001b[2J\u001b]0;title\u0007 \u009b1A \u0008")).toBe("\\x1b[2J\\x1b]0;title\\x07 \\x9b1A \\x08")
  expect(harmless("safe\u202egnp.exe\u2066x\u2069")).toBe("safe\\u{202e}gnp.exe\\u{2066}x\\u{2069}")
})

test("text that a person decides on hides nothing", () => {
  expect(exact("rm\u200b -rf\u00ad x\ty\u{e0041}\ufeff")).toBe("rm\\u{200b} -rf\\u{ad} x\\ty\\u{e0041}\\u{feff}".replace("\\u{ad}", "\\xad"))
  expect(exact("one\ntwo")).toBe("one\ntwo")
  expect(oneLine("one\ntwo\rthree")).toBe("one\\ntwo\\rthree")
})

test("no control character survives, whichever it is", () => {
  const all = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join("")
  expect(exact(all).replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  expect(harmless(all).replaceAll(/[\n\t]/g, "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
})
