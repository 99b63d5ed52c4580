import fc from "fast-check"
import { beforeAll, expect, test } from "vitest"
import type { CommandFact } from "../../../../src/machine/event.ts"
import { decide } from "../../../../src/machine/policy/permission.ts"
import { loadGrammar } from "../../../../src/effects/os/grammar.ts"
import { lineFacts, treeFacts, type LineFacts } from "../../../../src/effects/tools/shell/line.ts"
import { commandText, plainCommands } from "../../../../src/effects/tools/shell/words.ts"
import { folder } from "../../os/folder.ts"
import { composedLine, thrownLine } from "./lines.ts"
import { recorder, shells } from "./recorder.ts"

/** How many times more lines than a run of all tests tries. */
const FACTOR = Number(process.env["LOOM_RUNS"] ?? 1)

const home = folder()
const record = recorder(home.root)
beforeAll(() => loadGrammar("bash"))

const isTold = (argv: readonly string[], commands: readonly CommandFact[]): boolean => {
  const text = commandText(argv)
  return commands.some((fact) => (fact.sure === undefined ? fact.text === text : text === fact.sure || text.startsWith(`${fact.sure} `)))
}

/** What a shell did that vetting had not told. */
const untold = (line: string, { commands, opened, moves }: LineFacts): readonly string[] => {
  // Behind a `cd` a relative file makes the whole line one that is not told apart.
  if (commands === "unparsed" || (moves && opened.length > 0)) return []
  const written = opened.filter(({ access }) => access === "write").map(({ path }) => path)
  return shells.flatMap((shell) => {
    const { programs, files } = record(shell, line)
    return [
      ...programs.filter((argv) => !isTold(argv, commands)).map((argv) => `${shell} ran ${commandText(argv)}`),
      ...files.filter((file) => !written.includes(file)).map((file) => `${shell} wrote ${file}`)
    ]
  })
}

test.each([
  ["of sense", composedLine, 40, 0.2],
  ["thrown together", thrownLine, 250, 0]
] as const)("law: whatever real shells run, and write to, in lines %s was told, or the line was not told apart", { timeout: 120_000 * FACTOR }, (_, lines, runs, share) => {
  let tried = 0
  let told = 0
  fc.assert(
    fc.property(lines, (line) => {
      const facts = lineFacts(line)
      tried++
      if (facts.commands !== "unparsed") told++
      expect(untold(line, facts)).toEqual([])
    }),
    { numRuns: runs * FACTOR }
  )
  // A law that only ever saw lines that were not told apart would say nothing.
  expect(told).toBeGreaterThan(Math.max(10, tried * share))
})

test("law: the quick way and the grammar agree wherever both have an answer", () => {
  const piece = fc.constantFrom(
    "ls",
    "git",
    "cd",
    "a",
    "-x",
    "'a b'",
    '"c d"',
    "a'b'",
    "''",
    "=",
    "~",
    ".",
    "/bin/a",
    "[",
    "]",
    "test",
    "find",
    "-name",
    "&&",
    "||",
    ";",
    "|",
    "sort",
    "src/a.ts",
    "-o",
    "HEAD^",
    "a:b",
    "@",
    "%",
    "+",
    "exit",
    "set -e"
  )
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
      const line = pieces.join(" ")
      if (plainCommands(line) === null) return
      const tree = treeFacts(line)
      if (tree !== null) expect(tree).toEqual(lineFacts(line))
    }),
    { numRuns: 2_000 * FACTOR }
  )
})

test("law: no line that holds more than a rule is about is allowed by it, and one more allow rule makes nothing harder", () => {
  const vetted = (line: string, rules: readonly string[]) => {
    const { commands, seen } = lineFacts(line)
    const facts = { call: "call_1", changes: true, paths: [], commands, seen, hosts: [] }
    const given = rules.map((rule) => ({ decision: rule.startsWith("!") ? ("deny" as const) : ("allow" as const), rule: rule.replace("!", ""), source: "test" }))
    return decide("shell", facts, { rules: given, approvals: [], mode: "default", attended: true }).decision
  }
  const rule = fc.constantFrom("shell(a *)", "shell(git *)", "shell(b x)", "shell(c *)", "shell(*x*)", "shell(ls *)", "shell(cat *)", "shell(env *)", "shell(x)", "shell(*)")
  const severity = { allow: 0, ask: 1, deny: 2, invalid: 3 }
  fc.assert(
    fc.property(composedLine, fc.array(rule, { maxLength: 4 }), rule, (line, rules, more) => {
      const { commands } = lineFacts(line)
      const onlyGit = commands !== "unparsed" && commands.every(({ text }) => /^git( |$)/.test(text))
      if (vetted(line, ["shell(git *)"]) === "allow") expect(onlyGit).toBe(true)
      expect(severity[vetted(line, [...rules, more, "!shell(rm *)"])]).toBeLessThanOrEqual(severity[vetted(line, [...rules, "!shell(rm *)"])])
    }),
    { numRuns: 500 * FACTOR }
  )
})

test("the recorder notices what is not told", () => {
  const told = (text: string): LineFacts => ({ commands: [{ text, reads: false }], seen: [], opened: [], moves: false, words: [] })
  expect(untold("a x; rm y", told("a x"))).toEqual(shells.map((shell) => `${shell} ran rm y`))
  expect(untold("a x > f1", told("a x"))).toEqual(shells.map((shell) => `${shell} wrote f1`))
  expect(untold("a x >/dev/null 2>&1 &", told("b"))).toEqual(shells.map((shell) => `${shell} ran a x`))
})
