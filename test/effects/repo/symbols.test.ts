import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { CAPTURE } from "../../../src/effects/os/finds.ts"
import { loadGrammar } from "../../../src/effects/os/grammar.ts"
import type { Said } from "../../../src/effects/repo/extract.ts"
import { readerOf } from "../../../src/effects/repo/reader.ts"
import type { Language } from "../../../src/effects/repo/symbols.ts"
import { TONGUES } from "../../../src/effects/repo/tongues.ts"

/*
 * What is read in a text of each language: `fixtures/LANGUAGE.txt` is read, `fixtures/LANGUAGE.symbols` is what must be found in it.
 * After a change that is meant: UPDATE=1, and read every line of the difference.
 */

const folder = join(import.meta.dirname, "fixtures")
const languages = Object.keys(TONGUES).sort() as Language[]

const textOf = (language: Language): string => readFileSync(join(folder, `${language}.txt`), "utf8")

/** Long enough for a busy machine. */
const PATIENCE_MS = 60_000

const shown = ({ definitions, references, imports }: Said): string =>
  [
    ...definitions.map(
      ({ name, kind, line, endLine, signature, scope, exported }) =>
        `${line}-${endLine} ${kind} ${scope === null ? "" : `${scope} . `}${name} (${exported === null ? "?" : exported ? "given out" : "kept"}): ${signature}`
    ),
    `uses ${references.map(({ name, count }) => (count === 1 ? name : `${name} ×${count}`)).join(", ")}`,
    ...imports.map(
      ({ specifier, names, aliases }) =>
        `takes ${[names.join(", "), specifier].filter((part) => part !== "").join(" from ")}${aliases === undefined ? "" : ` ${JSON.stringify(aliases)}`}`
    )
  ].join("\n") + "\n"

describe("every language has a text and what must be found in it", () => {
  test("and no text is of a language that is not read", () => {
    expect(readdirSync(folder).sort()).toEqual(languages.flatMap((language) => [`${language}.symbols`, `${language}.txt`]).sort())
  })

  test("and all of them can be loaded at once", async () => {
    const readers = await Promise.all(languages.map(readerOf))
    expect(readers.map((read) => read("", PATIENCE_MS))).toEqual(languages.map(() => ({ definitions: [], references: [], imports: [] })))
  })

  // What is read as numbers is what the package says in objects, of which a later version might mean other numbers.
  test.each(languages)("%s, pattern by pattern, is what the parser's own package finds", async (language) => {
    const grammar = await loadGrammar(language)
    const query = grammar.query(TONGUES[language].patterns)
    const tree = grammar.parse(textOf(language))
    if (tree === null) throw new Error("it was not parsed")
    const { numbers, startOf, endOf, rowOf, endPointOf } = query.find(tree, textOf(language), () => false)
    const found: unknown[] = []
    for (let at = 0; at < numbers.length; at += 2 + CAPTURE * (numbers[at + 1] as number)) {
      const places = Array.from({ length: numbers[at + 1] as number }, (_, index) => at + 2 + index * CAPTURE)
      if (numbers[at] !== -1)
        found.push([
          numbers[at],
          ...places.map((name) => [
            query.captureNames[numbers[name] as number],
            startOf(name + 1),
            endOf(name + 1),
            rowOf(name + 1),
            endPointOf(name + 1)
          ])
        ])
    }
    const said = query
      .matches(tree.rootNode)
      .map(({ patternIndex, captures }) => [
        patternIndex,
        ...captures.map(({ name, node }) => [name, node.startIndex, node.endIndex, node.startPosition.row, node.endPosition])
      ])
    tree.delete()
    expect(found).toEqual(said)
    expect(found.length).toBeGreaterThan(20)
  })

  test.each(languages)("%s", async (language) => {
    const found = shown((await readerOf(language))(textOf(language), PATIENCE_MS))
    const file = join(folder, `${language}.symbols`)
    if (process.env["UPDATE"] === "1") writeFileSync(file, found)
    expect(found).toBe(readFileSync(file, "utf8"))
  })

  test("a text is read the same, whatever was read before", async () => {
    const grammar = await loadGrammar("swift")
    const pieces = Array.from({ length: 50 }, (_, n) => `  func test${n}() throws {\n    parse(Bar.self, ["--a", "x"]) { bar in\n      #expect(bar.a == "x\\(${n})")\n    }\n  }\n`)
    const seen = Array.from({ length: 3 }, () => grammar.parse(pieces.join(""))?.rootNode.descendantCount)
    expect(new Set(seen)).toEqual(new Set([3401]))
  })

  // To a shell the other line ending is a letter of the word before it.
  test.each(languages.filter((language) => language !== "bash"))("%s, with the line endings of other systems", async (language) => {
    const found = shown((await readerOf(language))(textOf(language).replaceAll("\n", "\r\n"), PATIENCE_MS))
    expect(found).toBe(readFileSync(join(folder, `${language}.symbols`), "utf8"))
  })

  test.each(languages)("%s, cut off anywhere, is read as far as it goes", async (language) => {
    const read = await readerOf(language)
    const text = textOf(language)
    const whole = new Set(read(text, PATIENCE_MS).definitions.map(({ name }) => name))
    for (let part = 1; part < 8; part++) {
      const { definitions, references } = read(text.slice(0, Math.floor((text.length * part) / 8)), PATIENCE_MS)
      for (const { line, endLine, name, signature } of definitions) {
        expect(endLine).toBeGreaterThanOrEqual(line)
        expect(signature).toContain(name.split(".").at(-1))
      }
      expect(references.map(({ name }) => name)).toEqual([...new Set(references.map(({ name }) => name))].sort())
    }
    expect(whole.size).toBeGreaterThan(5)
  })
})
