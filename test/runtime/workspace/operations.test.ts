import { expect, test } from "vitest"
import { compileOperations } from "../../../src/runtime/workspace/operations.ts"

const compiled = (...lines: readonly string[]) => compileOperations(lines.join("\n"), "LOOM.md").rules.map(({ decision, rule }) => `${decision} ${rule}`)
const unread = (...lines: readonly string[]) => compileOperations(lines.join("\n"), "LOOM.md").unread.map(({ line, why }) => `${line}: ${why}`)
const ALLOWED = "## Allowed Operations"

test("the sections of a rules file become rules, each with its source", () => {
  expect(
    compileOperations(
      `# Project\n- Shell: \`rm *\`\n\n${ALLOWED}\n- Shell: \`mix *\`, \`git *\`\n- File Write: \`lib/**\`\n- File Write Denied: \`config/runtime.exs\`, \`.env*\`\n\n## Style\n- Shell: no`,
      "LOOM.md"
    )
  ).toEqual({
    rules: [
      { decision: "allow", rule: "shell(mix *)", source: "LOOM.md" },
      { decision: "allow", rule: "shell(git *)", source: "LOOM.md" },
      { decision: "allow", rule: "file_write(lib/**)", source: "LOOM.md" },
      { decision: "deny", rule: "file_write(config/runtime.exs)", source: "LOOM.md" },
      { decision: "deny", rule: "file_write(.env*)", source: "LOOM.md" }
    ],
    unread: []
  })
})

const TABLE: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["without backticks", [ALLOWED, "- Shell: npm *, git status"], ["allow shell(npm *)", "allow shell(git status)"]],
  ["without bullets", [ALLOWED, "Shell: npm *"], ["allow shell(npm *)"]],
  ["bold, either way", [ALLOWED, "- **Shell:** `a *`", "* **Shell**: `b *`", "+ __File Read__: `c`"], ["allow shell(a *)", "allow shell(b *)", "allow file_read(c)"]],
  ["any level, any case, a colon behind", ["### ALLOWED operations:", "- shell: `a`"], ["allow shell(a)"]],
  ["a pattern with a comma in brackets", [ALLOWED, "- Tools: Bash(a, b), mcp__db__*"], ["allow Bash(a, b)", "allow mcp__db__*"]],
  ["hosts", [ALLOWED, "- Network: `domain:example.com`"], ["allow web_fetch(domain:example.com)"]],
  ["denied in its own section", ["## Denied Operations", "- Shell: `rm *`", "- File Read: `.env*`"], ["deny shell(rm *)", "deny file_read(.env*)"]],
  ["ask", [ALLOWED, "- Shell Ask: `git push *`"], ["ask shell(git push *)"]],
  ["never in a comment", [ALLOWED, "<!-- - Shell: `rm *` -->", "<!--", "- Shell: `*`", "-->", "- Shell: `a`"], ["allow shell(a)"]],
  ["nor behind one that does not end", [ALLOWED, "- Shell: `a`", "<!--", "- Shell: `*`"], ["allow shell(a)"]],
  ["never in a fenced example", ["```md", ALLOWED, "- Shell: `*`", "```", "~~~", ALLOWED, "```", "- Shell: `*`", "~~~"], []],
  ["a section ends at the next heading", [ALLOWED, "- Shell: `a`", "### Notes", "- Shell: `b`"], ["allow shell(a)"]],
  ["line ends of other systems", [`${ALLOWED}\r`, "- Shell: `a *`\r"], ["allow shell(a *)"]]
]

test.each(TABLE)("%s", (_, lines, rules) => expect(compiled(...lines)).toEqual(rules))

test("what cannot be read as a rule is said with its line", () => {
  expect(unread(ALLOWED, "", "Be careful.", "- Coffee: black", "- Shell:", "- Tools: `shell(`")).toEqual([
    "3: it is not written as `Shell: npm *, git *`",
    "4: Coffee is not one of Shell, File Write, File Read, Network, Tools, each alone or with Denied or Ask behind it",
    "5: it names nothing",
    "6: shell( is no rule"
  ])
})
