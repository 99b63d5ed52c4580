import fc from "fast-check"
import { expect, test } from "vitest"
import { escapeGlob, matchesGlob } from "../../../src/machine/policy/glob.ts"

const matching = (pattern: string, kind: "path" | "text", texts: readonly string[]): readonly string[] => texts.filter((text) => matchesGlob(pattern, text, kind))

test("in a path * and ? stop at /, ** does not, and **/ may be no folder at all", () => {
  const paths = ["a.ts", "src/a.ts", "src/b/a.ts", "src/b/c/a.ts", "src", "src/"]
  expect(matching("*.ts", "path", paths)).toEqual(["a.ts"])
  expect(matching("src/*", "path", paths)).toEqual(["src/a.ts", "src/"])
  expect(matching("src/**", "path", paths)).toEqual(["src/a.ts", "src/b/a.ts", "src/b/c/a.ts", "src/"])
  expect(matching("src/**/a.ts", "path", paths)).toEqual(["src/a.ts", "src/b/a.ts", "src/b/c/a.ts"])
  expect(matching("**/a.ts", "path", paths)).toEqual(["a.ts", "src/a.ts", "src/b/a.ts", "src/b/c/a.ts"])
  expect(matching("src?a.ts", "path", paths)).toEqual([])
})

test("in a command * and ? take every character", () => {
  const commands = ["git", "git log", "git log a/b", "gitk", "rm /tmp"]
  expect(matching("git *", "text", commands)).toEqual(["git log", "git log a/b"])
  expect(matching("git*", "text", commands)).toEqual(["git", "git log", "git log a/b", "gitk"])
  expect(matching("rm ?tmp", "text", commands)).toEqual(["rm /tmp"])
})

test("a backslash takes the next character as it is; one at the end is itself", () => {
  expect(matching("a\\*", "text", ["a*", "ab", "a\\*"])).toEqual(["a*"])
  expect(matching("a\\", "text", ["a\\", "a"])).toEqual(["a\\"])
})

test("an escaped text matches itself and nothing else", () => {
  expect(matching(escapeGlob("a?*\\"), "text", ["a?*\\", "ab*\\", "a?b\\", "a?*", "a?*b"])).toEqual(["a?*\\"])
  const odd = fc.string({ unit: fc.constantFrom("a", "*", "?", "\\", "/", " ", "𝄞"), maxLength: 8 })
  fc.assert(
    fc.property(odd, odd, fc.constantFrom("path" as const, "text" as const), (text, other, kind) => {
      expect(matchesGlob(escapeGlob(text), text, kind)).toBe(true)
      expect(matchesGlob(escapeGlob(text), other, kind)).toBe(other === text)
    }),
    { numRuns: 500 }
  )
})

test("a pattern of many stars ends at once where a regular expression would not", () => {
  expect(matchesGlob("*a".repeat(200), `${"a".repeat(2000)}b`, "text")).toBe(false)
})

test("the matcher agrees with a regular expression", () => {
  const pattern = fc.array(fc.constantFrom("a", "b", "/", ".", "*", "**", "**/", "?"), { maxLength: 6 }).map((pieces) => pieces.join(""))
  const name = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 8 })
  fc.assert(
    fc.property(pattern, name, (glob, path) => {
      expect(matchesGlob(glob, path, "path")).toBe(asExpression(glob).test(path))
    }),
    { numRuns: 2000 }
  )
})

/** `**` + `/` at the beginning of a segment is any number of folders; every other `**` is any run. */
const asExpression = (glob: string): RegExp => {
  const pieces = glob.match(/(?<=^|\/)\*\*\/|\*\*|[^]/g) ?? []
  const written: Readonly<Record<string, string>> = { "**/": "(?:[^]*/)?", "**": "[^]*", "*": "[^/]*", "?": "[^/]", ".": "\\." }
  return new RegExp(`^${pieces.map((piece) => written[piece] ?? piece).join("")}$`)
}
