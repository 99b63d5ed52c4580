import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decide } from "../../../src/machine/policy/permission.ts"
import type { CallFacts } from "../../../src/machine/event.ts"
import type { Rule } from "../../../src/machine/session.ts"
import { settingsHere } from "../../../src/runtime/settings-here.ts"
import { keepTrust } from "../../../src/runtime/workspace/trust.ts"
import { inFolder } from "../../../src/runtime/workspace/folder-rules.ts"
import { compileOperations } from "../../../src/runtime/workspace/operations.ts"
import { FOLDERS_MAX_ELSEWHERE, rulesFilesBelow } from "../../../src/runtime/workspace/rules-files.ts"

const FACTOR = Math.max(1, Number(process.env["LOOM_RUNS"] ?? 1))

const place = (files: Readonly<Record<string, string>>) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-folders-")))
  const root = join(folder, "work")
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  mkdirSync(root)
  for (const [name, text] of Object.entries(files)) put(name, text)
  const home = join(folder, "home")
  const read = () => Effect.runPromise(settingsHere({ environment: { LOOM_HOME: home, XDG_CONFIG_DIRS: join(folder, "system") }, cwd: root, flagsLayer: {}, trusted: false }))
  const trust = async () => keepTrust(join(home, "data"), { root, hash: (await read()).workspace!.hash, trusted: true, at: 1 })
  return { folder, root, put, read, trust }
}

const says = (...lines: readonly string[]): string => `## Allowed Operations\n${lines.map((line) => `- ${line}\n`).join("")}`
const compiled = (folder: string, ...lines: readonly string[]) => inFolder(compileOperations(says(...lines), `${folder}/LOOM.md`), folder)
const spoken = ({ rules }: { readonly rules: readonly Rule[] }) => rules.map(({ decision, rule }) => `${decision} ${rule}`)

const facts = (path: string, access: "read" | "write"): CallFacts => ({
  call: "c",
  changes: access === "write",
  paths: [{ path, access, inside: true }],
  commands: [],
  hosts: []
})
const decision = (rules: readonly Rule[], tool: string, path: string, access: "read" | "write") =>
  decide(tool, facts(path, access), { rules, approvals: [], mode: "default", attended: true }).decision

describe("a rules file of a folder speaks of that folder (PERMIT-16)", () => {
  test("its patterns begin there: names in any folder of it, paths from it", () => {
    expect(spoken(compiled("a/b", "File Write Denied: `.env*`, `src/**`, `./gen`, `*`", "File Read: `docs/**`", "File Write: `/x/**`"))).toEqual([
      "deny file_write(./a/b/**/.env*)",
      "deny file_write(./a/b/src/**)",
      "deny file_write(./a/b/gen)",
      "deny file_write(./a/b/**)",
      "allow file_read(./a/b/docs/**)",
      "allow file_write(./a/b/x/**)"
    ])
    expect(spoken(compiled("a", "Tools: `Edit(src/**)`, `file_write`"))).toEqual(["allow Edit(./a/src/**)", "allow file_write(./a/**)"])
    expect(spoken(compiled("odd [*] name", "File Write: `x`"))).toEqual(["allow file_write(./odd [\\*] name/**/x)"])
  })

  test("hosts and tools it allows are no rules; what it denies or asks of commands, hosts and tools holds everywhere", () => {
    const { rules, unread } = compiled(
      "a",
      "Shell: `cd b && npm *`",
      "Shell Denied: `rm *`",
      "Network Ask: `x.org`",
      "Tools: `mcp__db__query`",
      "File Read Denied: `~/keys`, `/etc/**`",
      "File Read: `~/keys`, `../b/**`",
      "File Write Denied: `../b/**`"
    )
    expect(spoken({ rules })).toEqual([
      "deny shell(rm *)",
      "ask web_fetch(x.org)",
      "deny file_read(~/keys)",
      "deny file_read(./a/etc/**)",
      "deny file_read(/etc/**)"
    ])
    expect(unread.map(({ text }) => text)).toEqual([
      "shell(cd b && npm *)",
      "mcp__db__query",
      "file_read(~/keys)",
      "file_read(../b/**)",
      "file_write(../b/**)"
    ])
  })

  test("commands it allows run in that folder and below it, not elsewhere and not where nobody can tell", () => {
    const { rules } = compiled("a/b", "Shell: `npm *`")
    const inFolderOf = (cwd: string | null | undefined) =>
      decide(
        "shell",
        {
          call: "c",
          changes: true,
          paths: [],
          commands: [{ text: "npm test", reads: false, ...(cwd === undefined ? {} : { cwd }) }],
          hosts: []
        },
        { rules, approvals: [], mode: "default", attended: true }
      ).decision
    expect(["a/b", "a/b/c/d", "a", "a/bc", undefined, null].map(inFolderOf)).toEqual(["allow", "allow", "ask", "ask", "ask", "ask"])
  })

  test("whatever it says of files, nothing outside the folder is decided otherwise by it", () => {
    const pattern = fc.constantFrom("*", "**", "src/**", "./src/*", "/src", "*.ts", "src", "a?c/**", "b/**/x.ts")
    const line = fc
      .tuple(fc.constantFrom("File Write", "File Write Denied", "File Read Denied", "File Write Ask", "File Read"), pattern)
      .map(([what, text]) => `${what}: \`${text}\``)
    const path = fc.array(fc.constantFrom("src", "b", "abc", "x.ts", "a"), { minLength: 1, maxLength: 4 }).map((names) => names.join("/"))
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), path, fc.constantFrom("read" as const, "write" as const), (lines, name, access) => {
        const tool = access === "read" ? "file_read" : "file_write"
        const atRoot = compileOperations(says(...lines), "LOOM.md").rules.filter(({ rule }) => !rule.includes("(/"))
        const { rules } = inFolder({ rules: atRoot, unread: [] }, "in/here")
        expect(decision(rules, tool, `elsewhere/${name}`, access)).toBe(decision([], tool, name, access))
        expect(decision(rules, tool, `in/here/${name}`, access)).toBe(decision(atRoot, tool, name, access))
      }),
      { numRuns: 500 * FACTOR }
    )
  })
})

describe("rules files of folders are found when settings are read (PERMIT-17)", () => {
  test("the first name that holds of each folder, from the root down; not in what tools fill, not behind links", () => {
    const { root, folder } = place({
      "LOOM.md": "",
      "b/CLAUDE.md": "",
      "b/AGENTS.md": "",
      "a/x/LOOM.md": "",
      "node_modules/p/LOOM.md": "",
      "a/.git/LOOM.md": "",
      ".github/AGENTS.md": "",
      "c/d": ""
    })
    mkdirSync(join(folder, "far"))
    writeFileSync(join(folder, "far/LOOM.md"), "")
    symlinkSync(join(folder, "far"), join(root, "link"))
    symlinkSync(root, join(root, "c/loop"))
    expect(rulesFilesBelow(root)).toEqual({ paths: [".github/AGENTS.md", "b/AGENTS.md", "a/x/LOOM.md"], whole: true })
  })

  test("what they deny holds at once; what they allow only where it was shown and trusted, and until it changes", async () => {
    const { read, trust, put } = place({ "packages/one/LOOM.md": says("File Write: `src/**`", "File Write Denied: `.env*`", "Network: `x.org`") })
    const denial = { decision: "deny", rule: "file_write(./packages/one/**/.env*)", source: "packages/one/LOOM.md" }
    const before = await read()
    expect([before.workspace?.trust, before.settings.rules]).toEqual(["unknown", [denial]])
    expect(before.workspace?.unread).toEqual([
      {
        file: "packages/one/LOOM.md",
        line: 0,
        text: "web_fetch(x.org)",
        why: "a folder's rules file speaks of files and commands in that folder"
      }
    ])
    await trust()
    expect((await read()).settings.rules).toEqual([denial, { decision: "allow", rule: "file_write(./packages/one/src/**)", source: "packages/one/LOOM.md" }])
    put("packages/two/AGENTS.md", says("File Write: `**`"))
    const after = await read()
    expect([after.workspace?.trust, after.settings.rules]).toEqual(["changed", [denial]])
  })

  test("one that leads outside, is a folder, is binary or may not be read is harmless; one that is too long is a fault, and what it denies holds", async () => {
    const { read, root, folder, put } = place({ "bin/LOOM.md": "\0\xff\0", "dir/LOOM.md/x": "", "shut/LOOM.md": says("File Write Denied: `x`") })
    writeFileSync(join(folder, "outside.md"), says("File Write: `**`"))
    mkdirSync(join(root, "out"))
    symlinkSync(join(folder, "outside.md"), join(root, "out/LOOM.md"))
    chmodSync(join(root, "shut/LOOM.md"), 0o000)
    const harmless = await read()
    expect(harmless.settings.rules.filter(({ source }) => source !== "shut/LOOM.md")).toEqual([])
    put("long/LOOM.md", `${says("File Write Denied: `x`")}${"words ".repeat(200_000)}`)
    const { workspace, settings } = await read()
    expect(workspace?.faults).toEqual(["long/LOOM.md: it is too long to be read for rules"])
    expect(settings.rules).toContainEqual({ decision: "deny", rule: "file_write(./long/**/x)", source: "long/LOOM.md" })
  })

  test("where there are more folders than are looked into, it is said", async () => {
    const { root, read } = place({})
    for (let index = 0; index < FOLDERS_MAX_ELSEWHERE + 1; index++) mkdirSync(join(root, `f${index}`))
    expect(rulesFilesBelow(root)).toEqual({ paths: [], whole: false })
    expect((await read()).workspace?.unseen).toContain(`only the first ${FOLDERS_MAX_ELSEWHERE} folders`)
  })
})
