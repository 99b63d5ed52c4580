import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { Tokenizer, type Encoding as Packaged } from "ai-tokenizer"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { countJoined, openVocabulary, packVocabulary } from "../../../src/effects/llm/byte-pairs.ts"
import { encodingFiles, encodingOf, ENCODINGS, PIECES, type EncodingName } from "../../../src/effects/llm/encoding.ts"
import { countTokens, cutToTokens, fitsTokens } from "../../../src/effects/llm/tokens.ts"
import { utf8Bytes } from "../../../src/machine/bytes.ts"

const FACTOR = Math.max(1, Number(process.env["LOOM_RUNS"] ?? 1))

const names = Object.keys(ENCODINGS) as readonly EncodingName[]
/** Without a prototype: the package takes `valueOf` for a token of its tables. */
const packaged = (name: EncodingName): Packaged => {
  const encoding: Packaged = createRequire(import.meta.url)(ENCODINGS[name].source)
  return { ...encoding, stringEncoder: Object.assign(Object.create(null), encoding.stringEncoder) }
}
const referenceByName = new Map(names.map((name) => [name, new Tokenizer(packaged(name))]))
const reference = (name: EncodingName, text: string): number => referenceByName.get(name)?.encode(text, "all").length ?? 0

/** A model for which nothing is added to the encoding's own count. */
const OPENAI = "openai:gpt-5"

const exact = (name: EncodingName, text: string): number => {
  const encoding = encodingOf(name)
  if (encoding === null) throw new Error(`${name} is not there`)
  const pieces = Array.from(text.matchAll(encoding.pieces), ([piece]) => new TextEncoder().encode(piece))
  return pieces.reduce((sum, piece) => sum + countJoined(encoding.vocabulary, piece, piece.length), 0)
}

/** Anything that a budget may meet: words, code, scripts without blanks, runs of one character, halves of pairs. */
const anyText = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.lorem({ maxCount: 8 }),
    fc.constantFrom("\n", "\r\n", "    ", "const x = { a: [1, 2] }\n", "漢字仮名", "👩‍👩‍👧", "\ud800", "<EOT>", "<|endoftext|>", "valueOf", "I'LL we've"),
    fc.tuple(fc.constantFrom("a", "A", " ", "\n", "=", "é", "7", "\n "), fc.nat(60)).map(([unit, times]) => unit.repeat(times))
  ),
  { maxLength: 12 }
).map((parts) => parts.join(""))

describe("tokens are counted as the encodings count them (CONTEXT-40)", () => {
  test.each(names)("%s: as the package that carries it does, for any text", (name) => {
    fc.assert(fc.property(anyText, (text) => exact(name, text) === reference(name, text)), { numRuns: 400 * FACTOR })
  })

  test.each(names)("%s: its pieces are the package's, and a file of sources comes to the same", (name) => {
    const source = readFileSync(new URL(import.meta.url), "utf8")
    expect(PIECES[name]).toBe(packaged(name).pat_str)
    expect(exact(name, source)).toBe(reference(name, source))
  })

  test("a model is counted by the encoding of its maker; of one that nobody knows, a quarter is added; without a model, as for Claude", () => {
    const text = "the quick brown fox jumps over the lazy dog, ".repeat(40)
    const claude = Math.ceil((reference("claude", text) * 110) / 100)
    const openai = reference("o200k", text)
    const counted = (model?: string) => countTokens(text, model)
    expect([counted("anthropic:claude-sonnet-4-5"), counted("openai-compatible:anthropic/claude-x"), counted()]).toEqual([claude, claude, claude])
    expect([counted("openai:gpt-5"), counted("openai-compatible:openai/gpt-4o"), counted("openai-compatible:o3")]).toEqual([openai, openai, openai])
    expect(counted("openai-compatible:llama3")).toBe(Math.ceil((openai * 125) / 100))
    expect(countTokens("")).toBe(0)
  })

  test("no text comes to more tokens than it has bytes, before what is added", () => {
    fc.assert(fc.property(anyText, (text) => countTokens(text, OPENAI) <= utf8Bytes(text)), { numRuns: 300 * FACTOR })
  })

  test.each([
    ["30 kB of one letter", "a".repeat(30_000), 3750],
    ["1 MB of emoji", "😀".repeat(250_000), 250_000],
    ["1 MB of blanks", `${" ".repeat(1_000_000)}x`, 7814],
    ["halves of surrogate pairs", "\ud83d".repeat(1000), 1000 / 8]
  ])("%s is counted without a long wait", (_, text, count) => {
    expect(countTokens(text, OPENAI)).toBe(count)
  })

  test("a block that is damaged, cut short or of something else is none", () => {
    const [block] = Object.values(encodingFiles())
    const whole = block as Uint8Array
    expect(openVocabulary(whole)).not.toBeNull()
    expect(openVocabulary(whole.slice(0, -1))).toBeNull()
    expect(openVocabulary(whole.slice(0, 5))).toBeNull()
    expect(openVocabulary(new Uint8Array(100))).toBeNull()
    const small = openVocabulary(packVocabulary(["a", "b", "ab"].map((token) => new TextEncoder().encode(token))))
    expect(small === null ? null : countJoined(small, new TextEncoder().encode("abab"), 4)).toBe(2)
  })
})

describe("a text is cut to a budget (CONTEXT-41)", () => {
  test("never over it, a beginning of the text, no character in two, whole where it fits", () => {
    fc.assert(
      fc.property(anyText, fc.nat(60), fc.constantFrom(OPENAI, "", "openai-compatible:x"), (text, budget, model) => {
        const kept = cutToTokens(text, budget, model)
        expect(countTokens(kept, model)).toBeLessThanOrEqual(budget)
        expect(text.startsWith(kept)).toBe(true)
        expect(fitsTokens(text, budget, model)).toBe(kept === text)
        const [last, next] = [kept.charCodeAt(kept.length - 1), text.charCodeAt(kept.length)]
        expect(last >= 0xd800 && last < 0xdc00 && next >= 0xdc00 && next < 0xe000).toBe(false)
      }),
      { numRuns: 500 * FACTOR }
    )
  })

  test("at the end of a line, where that keeps the most of it; else in the line", () => {
    expect(cutToTokens("one two\nthree four\n", 4, OPENAI)).toBe("one two\n")
    expect(cutToTokens(`one\n${"word ".repeat(50)}`, 20, OPENAI)).toBe(`one\n${"word ".repeat(18).trimEnd()}`)
    expect(cutToTokens("a".repeat(100_000), 10, OPENAI).length).toBeGreaterThan(60)
    expect(cutToTokens("anything", 0)).toBe("")
    // Cut at its line, the run of blanks is no token of its own any more: it would come to 4.
    expect(countTokens(cutToTokens("=====\n \n \n \n \n ", 3))).toBe(3)
  })

  test("most of the budget is used", () => {
    const text = Array.from({ length: 2000 }, (_, line) => `line ${line} of a long file\n`).join("")
    for (const budget of [50, 500, 5000]) expect(countTokens(cutToTokens(text, budget))).toBeGreaterThan(budget - 12)
  })
})
