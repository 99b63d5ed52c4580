import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { calls, loom, makePlace, says, type Place } from "../loom.ts"
import { hasTmux, openScreen } from "../tmux.ts"

const RULES = "## Allowed Operations\n- Shell: `touch *`, `git *`\n- File Write Denied: `.env*`\n- Coffee: black\n"

const ruledPlace = (): Place => {
  const place = makePlace()
  writeFileSync(join(place.root, "LOOM.md"), RULES)
  mkdirSync(join(place.root, ".loom"))
  writeFileSync(join(place.root, ".loom/config.toml"), 'deny = ["Bash(git push *)"]\nmax_steps = 7\n')
  return place
}

test("permissions says what holds and who said it, and what trust would add", async () => {
  const place = ruledPlace()
  const ran = await loom(place, ["permissions", "--permission-mode", "auto", "--allowed-tools", "Read"])
  expect([ran.code, ran.stderr]).toEqual([0, ""])
  expect(ran.stdout.split("\n")).toEqual([
    "auto: writing inside the workspace is free; commands ask while no sandbox holds them; network and outside ask",
    "deny  file_write(.env*)  LOOM.md",
    "allow Read  flag",
    "  a deny rule wins, then an ask rule, then an allow rule, then the mode; each path, command and host of a call counts for itself",
    "",
    "not trusted: nobody said so  `loom trust` would let this hold:",
    "  deny  Bash(git push *)  .loom/config.toml",
    "  max_steps = 7  .loom/config.toml",
    "  allow shell(touch *)  LOOM.md",
    "  allow shell(git *)  LOOM.md",
    expect.stringMatching(/^ {2}LOOM.md:4 is no rule, only words for the model: - Coffee: black/),
    ""
  ])
  await loom(place, ["trust"])
  const told = JSON.parse((await loom(place, ["permissions", "--json"])).stdout) as {
    readonly rules: readonly { readonly rule: string }[]
    readonly workspace: { readonly trusted: boolean }
  }
  expect([told.rules.map(({ rule }) => rule), told.workspace.trusted]).toEqual([
    ["Bash(git push *)", "file_write(.env*)", "shell(touch *)", "shell(git *)"],
    true
  ])
}, 60_000)

test("explain tells of a call whether it runs, asks or is denied, and what decided", async () => {
  const place = ruledPlace()
  const explained = async (...words: readonly string[]) => (await loom(place, ["permissions", "explain", ...words, "--trust"])).stdout.split("\n").slice(0, 3)
  expect(await explained("git push --force")).toEqual([
    "denied  shell: the rule Bash(git push *) (.loom/config.toml) denies it",
    "  decided by deny  Bash(git push *)  .loom/config.toml",
    "  runs git push --force  deny Bash(git push *) (.loom/config.toml), allow shell(git *) (LOOM.md)"
  ])
  expect((await explained("--tool", "file_write", ".env.local"))[0]).toBe("denied  file_write: the rule file_write(.env*) (LOOM.md) denies it")
  expect((await explained("--tool", "Write", ".env.local"))[0]).toBe("denied  file_write: the rule file_write(.env*) (LOOM.md) denies it")
  expect((await explained("--tool", "file_read", "../secret"))[0]).toMatch(/^cannot run {2}file_read: \.\.\/secret leads to .*, outside the workspace/)
  expect((await explained("touch x && rm y"))[0]).toBe("asks  shell: it runs a command")
  const asJson = JSON.parse((await loom(place, ["permissions", "explain", "touch x", "--trust", "--json"])).stdout)
  expect(asJson).toMatchObject({ tool: "shell", verdict: { decision: "allow" }, ground: { type: "rules", rules: [{ rule: "shell(touch *)", source: "LOOM.md" }] } })
  expect((await loom(place, ["permissions", "explain"])).code).toBe(2)
}, 60_000)

test("in one shot the allow rules of a workspace hold only where it is trusted, for this run or for good, and until they change", async () => {
  const place = ruledPlace()
  const run = (...flags: readonly string[]) => loom(place, ["-p", "go", "--model", place.script(calls("shell", { command: "touch made" }), says("done")), ...flags])
  const untrusted = await run()
  expect(untrusted.code).toBe(4)
  expect(untrusted.stderr).toContain("this workspace is not trusted: its own settings and allow rules do not hold")
  expect((await run("--trust")).code).toBe(0)
  expect((await run()).code).toBe(4)
  const trusted = await loom(place, ["trust"])
  expect([trusted.code, trusted.stdout.split("\n")[0]]).toEqual([0, `trusted: ${place.root}; from now on this holds there, until it changes:`])
  expect((await run()).code).toBe(0)
  writeFileSync(join(place.root, "LOOM.md"), `${RULES}- Shell: \`rm *\`\n`)
  expect((await run()).code).toBe(4)
  await loom(place, ["trust"])
  expect((await run()).code).toBe(0)
  expect((await loom(place, ["trust", "--revoke"])).stdout).toBe(`${place.root} is no longer trusted\n`)
  expect((await run()).code).toBe(4)
}, 60_000)

test("what the rules file denies holds without trust, even where nothing asks", async () => {
  const place = ruledPlace()
  const model = place.script(calls("file_write", { path: "deep/.env.local", content: "x" }), says("done"))
  const ran = await loom(place, ["-p", "go", "--model", model, "--permission-mode", "bypass", "--output-format", "json"])
  expect(JSON.parse(ran.stdout)).toMatchObject({ denials: [{ tool: "file_write", reason: expect.stringContaining("the rule file_write(.env*) (LOOM.md) denies it") }] })
}, 60_000)

test.skipIf(!hasTmux)(
  "a conversation asks once about a workspace it does not know, shows all that would hold, and asks again when that changes",
  async () => {
    const place = ruledPlace()
    writeFileSync(join(place.root, ".loom.toml"), 'append_system_prompt = "a\\u001b[2Jb"\n')
    const start = () => {
      const screen = openScreen(place, ["--model", place.script(says("Hello."))], { columns: 120 })
      onTestFinished(screen.close)
      return screen
    }
    const first = start()
    const asked = await first.until("let this hold here? y or n ›")
    for (const line of [
      "this workspace brings settings of its own along:",
      "deny  Bash(git push *)  .loom/config.toml",
      "max_steps = 7",
      "append_system_prompt = a\\x1b[2Jb",
      "allow shell(touch *)  LOOM.md"
    ])
      expect(asked).toContain(line)
    first.type("y")
    first.press("Enter")
    await first.until("% of window")
    first.type("/permissions")
    first.press("Enter")
    expect(await first.until("trusted: the settings")).toContain("allow shell(touch *)  LOOM.md")
    first.close()
    const second = start()
    expect(await second.until("% of window")).not.toContain("let this hold")
    second.close()
    writeFileSync(join(place.root, ".loom.toml"), "")
    const third = start()
    await third.until("what this workspace would allow is not what you trusted:")
    third.type("n")
    third.press("Enter")
    await third.until("% of window")
    third.close()
    const fourth = start()
    expect(await fourth.until("% of window")).not.toContain("let this hold")
  },
  60_000
)
