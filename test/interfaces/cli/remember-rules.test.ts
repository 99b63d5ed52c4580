import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, lstatSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { rememberRules } from "../../../src/runtime/remember-rules.ts"

const remembered = async (before: string | null, rules: readonly string[]): Promise<string> => {
  const directory = mkdtempSync(join(tmpdir(), "loom-rules-"))
  if (before !== null) writeFileSync(join(directory, "config.toml"), before)
  await Effect.runPromise(rememberRules(directory, rules))
  return readFileSync(join(directory, "config.toml"), "utf8")
}

test.each([
  [null, 'allow = ["shell(npm test)"]\n'],
  ['# mine\nmodel = "anthropic:x" # keep\n', 'allow = ["shell(npm test)"]\n# mine\nmodel = "anthropic:x" # keep\n'],
  ['allow = []\nmax_steps = 3\n', 'allow = ["shell(npm test)"]\nmax_steps = 3\n'],
  ['allow = ["file_read"]\n', 'allow = ["file_read", "shell(npm test)"]\n'],
  [
    'allow = [\n  "shell(a]b)", # why ]\n  \'file_read\',\n]\ndeny = ["shell(rm *)"]\n',
    'allow = [\n  "shell(a]b)", # why ]\n  \'file_read\', "shell(npm test)"\n]\ndeny = ["shell(rm *)"]\n'
  ],
  ['allow = ["shell(npm test)"]\n', 'allow = ["shell(npm test)"]\n']
])("rules are appended and everything else stays: %j", async (before, after) => {
  expect(await remembered(before, ["shell(npm test)"])).toBe(after)
})

test("a rule with quotes, brackets and backslashes comes back as it was", async () => {
  const rule = 'shell(grep "a\\\\b" [x])'
  const text = await remembered('allow = ["file_read"]\n', [rule])
  const { parse } = await import("smol-toml")
  expect(parse(text)).toEqual({ allow: ["file_read", rule] })
})

test("a file with a mistake in it is left alone, and the mistake is named", async () => {
  await expect(remembered("modle = 1\n", ["file_read"])).rejects.toThrow(/has the unknown key modle; did you mean model\?/)
})

test("where the list cannot be found for sure, nothing is written", async () => {
  const directory = mkdtempSync(join(tmpdir(), "loom-rules-"))
  const text = "append_system_prompt = '''\nallow = [ ]\n'''\n"
  writeFileSync(join(directory, "config.toml"), text)
  await expect(Effect.runPromise(rememberRules(directory, ["file_read"]))).rejects.toThrow(/add the rules by hand/)
  expect(readFileSync(join(directory, "config.toml"), "utf8")).toBe(text)
})

test("a file that is linked from elsewhere stays linked", async () => {
  const directory = mkdtempSync(join(tmpdir(), "loom-rules-"))
  mkdirSync(join(directory, "dots"))
  writeFileSync(join(directory, "dots", "loom.toml"), "max_steps = 3\n")
  symlinkSync("dots/loom.toml", join(directory, "config.toml"))
  await Effect.runPromise(rememberRules(directory, ["file_read"]))
  expect(lstatSync(join(directory, "config.toml")).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(directory, "dots", "loom.toml"), "utf8")).toBe('allow = ["file_read"]\nmax_steps = 3\n')
})
