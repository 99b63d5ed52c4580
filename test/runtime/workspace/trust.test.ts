import { cpSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { settingsHere } from "../../../src/runtime/settings-here.ts"
import type { Layer } from "../../../src/runtime/settings.ts"
import { forgetTrust, keepTrust } from "../../../src/runtime/workspace/trust.ts"

/** A home and a workspace with these files. */
const makeWorkspace = (files: Readonly<Record<string, string>>, own = "") => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-trust-")))
  const root = join(folder, "work")
  mkdirSync(root)
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  for (const [name, text] of Object.entries(files)) put(name, text)
  const home = join(folder, "home")
  mkdirSync(home)
  writeFileSync(join(home, "config.toml"), own)
  const read = (flagsLayer: Layer = {}, { cwd = root, ...more }: { readonly trusted?: boolean; readonly cwd?: string; readonly home?: string } = {}) =>
    Effect.runPromise(settingsHere({ environment: { LOOM_HOME: more.home ?? home, XDG_CONFIG_DIRS: join(folder, "system") }, cwd, flagsLayer, trusted: more.trusted ?? false }))
  const trust = async (cwd = root) => {
    const { workspace } = await read({}, { cwd })
    keepTrust(join(home, "data"), { root: cwd, hash: workspace!.hash, trusted: true, at: 1 })
  }
  return { folder, root, home, put, read, trust }
}

const FILES = {
  "LOOM.md": "## Allowed Operations\n- Shell: `npm *`\n- File Write Denied: `.env*`\n",
  ".loom/config.toml": 'allow = ["shell(make *)"]\nask = ["shell(git push *)"]\npermission_mode = "accept-edits"\nmodel = "openai:theirs"\n'
}
const OWN_DENIAL = { decision: "deny", rule: "file_write(.env*)", source: "LOOM.md" }
const ALL_RULES = [
  { decision: "ask", rule: "shell(git push *)", source: ".loom/config.toml" },
  { decision: "allow", rule: "shell(make *)", source: ".loom/config.toml" },
  OWN_DENIAL,
  { decision: "allow", rule: "shell(npm *)", source: "LOOM.md" }
]

test("of a workspace that was never trusted only what its rules file denies holds; trusted, all of it", async () => {
  const { read, trust, root, home } = makeWorkspace(FILES)
  const before = await read()
  expect([before.workspace?.trust, before.workspace?.trusted, before.settings.rules, before.settings.mode, before.settings.model]).toEqual([
    "unknown",
    false,
    [OWN_DENIAL],
    "default",
    null
  ])
  const once = await read({}, { trusted: true })
  expect([once.workspace?.trusted, once.settings.rules]).toEqual([true, ALL_RULES])
  expect((await read()).workspace?.trust).toBe("unknown")
  await trust()
  const after = await read()
  expect([after.workspace?.trust, after.settings.rules, after.settings.mode, after.settings.model]).toEqual(["trusted", ALL_RULES, "accept-edits", "openai:theirs"])
  expect((await read({ model: "anthropic:mine" })).settings.model).toBe("anthropic:mine")
  forgetTrust(join(home, "data"), root)
  expect((await read()).workspace?.trust).toBe("unknown")
})

test("what changes what it would allow takes the trust away; other words in the rules file do not", async () => {
  const { read, trust, put } = makeWorkspace(FILES)
  await trust()
  put("LOOM.md", `# Other words\n${FILES["LOOM.md"]}- File Read Denied: \`keys/**\`\n`)
  expect((await read()).workspace?.trust).toBe("trusted")
  put("LOOM.md", "## Allowed Operations\n- Shell: `*`\n")
  expect([(await read()).workspace?.trust, (await read()).settings.rules]).toEqual(["changed", []])
  put("LOOM.md", FILES["LOOM.md"])
  expect((await read()).workspace?.trust).toBe("trusted")
  put(".loom.toml", "")
  expect((await read()).workspace?.trust).toBe("changed")
})

test("a copy, a moved folder and a link are not what was trusted; the same folder under another name is", async () => {
  const { read, trust, root, folder } = makeWorkspace(FILES)
  await trust()
  cpSync(root, join(folder, "copy"), { recursive: true })
  expect((await read({}, { cwd: join(folder, "copy") })).workspace?.trust).toBe("unknown")
  renameSync(root, join(folder, "moved"))
  symlinkSync(join(folder, "moved"), root)
  expect((await read({}, { cwd: realpathSync(root) })).workspace?.trust).toBe("unknown")
})

test("a workspace that brings a trust file or a home along does not trust itself", async () => {
  const { read, root } = makeWorkspace(FILES)
  const home = join(root, "home")
  const { workspace } = await read()
  keepTrust(join(home, "data"), { root, hash: workspace!.hash, trusted: true, at: 1 })
  const inside = await read({}, { home })
  expect([inside.workspace?.trust, inside.workspace?.trusted]).toEqual(["impossible", false])
  expect(inside.settings.rules).toContainEqual({ decision: "deny", rule: "file_write(./home/data/**)", source: "Loom itself" })
  expect(inside.settings.rules).toContainEqual({ decision: "deny", rule: "file_write(./home/**)", source: "Loom itself" })
})

test("settings that lead outside the workspace, that are none, or that only a person may say, are a fault and never hold", async () => {
  const faults = async (files: Readonly<Record<string, string>>) => {
    const { read, root, folder } = makeWorkspace(files)
    if (Object.keys(files).length === 0) {
      writeFileSync(join(folder, "elsewhere.toml"), 'allow = ["shell"]\n')
      symlinkSync("../elsewhere.toml", join(root, ".loom.toml"))
    }
    const refused = await read({}, { trusted: true }).catch(String)
    return [(await read()).workspace?.faults, typeof refused === "string"]
  }
  expect([
    await faults({}),
    await faults({ ".loom.toml": 'permission_mode = "bypass"' }),
    await faults({ ".loom.toml": 'base_url = "http://evil"' }),
    await faults({ ".loom.toml": 'allow = ["shell("]' })
  ]).toEqual([
    [[".loom.toml: it leads outside the workspace"], true],
    [[".loom.toml says permission_mode = bypass, which only you can say: --permission-mode bypass"], true],
    [[expect.stringMatching(/^read the settings: .loom.toml has the unknown key base_url/)], true],
    [[".loom.toml says shell(, which is no rule; write it as shell(git *) or file_read"], true]
  ])
})

test("a trusted workspace is never looser than the person's own word, only stricter; flags win over both", async () => {
  const files = { ".loom.toml": 'permission_mode = "auto"\nmax_steps = 500\nmax_budget_usd = 2.0\n' }
  const { read, trust } = makeWorkspace(files, 'permission_mode = "default"\nmax_steps = 50\nmax_budget_usd = 5.0\ndeny = ["shell(git push *)"]\n')
  await trust()
  const { mode, limits, rules } = (await read()).settings
  expect([mode, limits.stepsMax, limits.costMax, rules.length]).toEqual(["default", 50, 2e9, 1])
  expect((await read({ permissionMode: "bypass" })).settings.mode).toBe("bypass")
})

test("the machine's settings come last, and hold where nobody says otherwise", async () => {
  const { read, folder } = makeWorkspace({}, "max_steps = 7\n")
  mkdirSync(join(folder, "system/loom"), { recursive: true })
  writeFileSync(join(folder, "system/loom/config.toml"), 'max_steps = 9\nmax_tokens = 11\ndeny = ["web_fetch"]\n')
  const { limits, rules } = (await read()).settings
  expect([limits.stepsMax, limits.tokensMax, rules]).toEqual([7, 11, [{ decision: "deny", rule: "web_fetch", source: join(folder, "system/loom/config.toml") }]])
  rmSync(folder, { recursive: true })
})
