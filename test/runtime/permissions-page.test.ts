import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import type { CallFacts } from "../../src/machine/event.ts"
import { SPELLINGS } from "../../src/machine/policy/permission-rule.ts"
import { decide } from "../../src/machine/policy/permission.ts"
import { TOOL_BY_NAME } from "../../src/runtime/rule-words.ts"
import { MODES } from "../../src/runtime/settings.ts"
import { WORKSPACE_MAY } from "../../src/runtime/workspace/keys.ts"
import { CATEGORIES, DECISION_WORDS } from "../../src/runtime/workspace/operations.ts"

const facts = (found: Partial<CallFacts>): CallFacts => ({ call: "call_1", changes: false, paths: [], commands: [], hosts: [], ...found })

/** One call of each kind that a mode tells apart. */
const KINDS: Readonly<Record<string, CallFacts>> = {
  "reads a file": facts({ paths: [{ path: "a", access: "read", inside: true }] }),
  "runs a command": facts({ changes: true, commands: [{ text: "make", reads: false }] }),
  "runs one in the sandbox": facts({ changes: true, commands: [{ text: "make", reads: false }], sandboxed: true }),
  "runs one that only reads": facts({ commands: [{ text: "ls", reads: true }] }),
  "writes a file": facts({ changes: true, paths: [{ path: "a", access: "write", inside: true }] }),
  "touches a path outside": facts({ changes: true, paths: [{ path: "/a", access: "write", inside: false }] }),
  "reaches a host": facts({ hosts: ["example.com"] }),
  "changes something else": facts({ changes: true })
}

const VERDICTS = { allow: "runs", ask: "asks", deny: "denied", invalid: "invalid" } as const

const HOLD = { say: "as they are said", tighten: "where they are no looser than the person's own word", not: "never: a file that says one is a fault" } as const

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`
const head = (...cells: readonly string[]): string => `${row(...cells)}\n${row(...cells.map(() => "---"))}`
const grouped = (pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] =>
  [...new Set(pairs.map(([, value]) => value))].map((value) => [value, pairs.flatMap(([key, other]) => (other === value ? [`\`${key}\``] : [])).join(" ")])

const page = (): string =>
  [
    "Where no rule speaks, and somebody is there:",
    "",
    head("a call that", ...MODES.map((mode) => `\`${mode}\``)),
    ...Object.entries(KINDS).map(([kind, call]) => row(kind, ...MODES.map((mode) => VERDICTS[decide("tool", call, { rules: [], approvals: [], mode, attended: true }).decision]))),
    "",
    "Names that other agents use in rules: " + [...Object.entries(SPELLINGS), ...TOOL_BY_NAME].map(([theirs, ours]) => `\`${theirs}\` is \`${ours}\``).join(", ") + ".",
    "",
    head("lines of a rules file about", "are rules for"),
    ...grouped(Object.entries(CATEGORIES)).map(([tool, words]) => row(words, tool === "" ? "what the pattern itself names" : `\`${tool}\``)),
    "",
    head("with, behind it,", "they"),
    ...grouped(Object.entries(DECISION_WORDS)).map(([decision, words]) => row(words, decision)),
    "",
    head("settings of a trusted workspace", "hold"),
    ...grouped(Object.entries(WORKSPACE_MAY)).map(([may, keys]) => row(keys.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), HOLD[may as keyof typeof HOLD]))
  ].join("\n")

/** With UPDATE=1 the page is written anew instead. */
test("specs/permissions.md holds the modes, spellings and words as the code has them", () => {
  const file = fileURLToPath(new URL("../../specs/permissions.md", import.meta.url))
  const text = readFileSync(file, "utf8")
  const renewed = text.replace(/(<!-- permissions -->\n)[\s\S]*(<!-- \/permissions -->)/, (_, before: string, behind: string) => `${before}${page()}\n${behind}`)
  if (process.env["UPDATE"] === "1") writeFileSync(file, renewed)
  expect(process.env["UPDATE"] === "1" ? renewed : text).toBe(renewed)
})
