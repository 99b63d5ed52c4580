import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { engineTools, toolDefinitions } from "../../../src/effects/tools/registry.ts"
import { SETTING_KEYS } from "../../../src/runtime/settings.ts"
import { loom, makePlace } from "../loom.ts"

const settled = () => {
  const place = makePlace()
  mkdirSync(place.home, { recursive: true })
  mkdirSync(join(place.root, ".loom"))
  writeFileSync(
    join(place.home, "config.toml"),
    'model = "openai:mine"\nmax_steps = 9\ndeny = ["Bash(rm *)"]\nappend_system_prompt = "be \\u001b[2Jkind"\n'
  )
  writeFileSync(join(place.root, ".loom/config.toml"), 'max_steps = 5\nallow = ["Bash(make)"]\n')
  return { ...place, own: join(place.home, "config.toml") }
}

test("config says each setting as it holds and who gave it; of a workspace that is not trusted what it would say", async () => {
  const place = settled()
  const shown = async (...words: readonly string[]) => (await loom(place, ["config", ...words])).stdout.split("\n")
  const lines = await shown("--permission-mode", "plan")
  expect(SETTING_KEYS.filter((key) => !lines.some((line) => line.startsWith(`${key} `)))).toEqual([])
  const of = (key: string): string | undefined => lines.find((line) => line.startsWith(`${key} `))?.replace(/ +/, " ")
  expect(["model", "permission_mode", "allow", "deny", "max_steps", "max_output_tokens", "append_system_prompt", "oracle"].map(of)).toEqual(
    [
      `model openai:mine  ${place.own}`,
      "permission_mode plan  flag",
      "allow not set",
      `deny Bash(rm *)  ${place.own}`,
      `max_steps 9  ${place.own}`,
      "max_output_tokens 16000  default",
      `append_system_prompt be \\x1b[2Jkind  ${place.own}`,
      "oracle not set"
    ]
  )
  expect(lines.slice(-4)).toEqual([
    "not trusted: nobody said so  `loom trust` would let this hold:",
    "  allow Bash(make)  .loom/config.toml",
    "  max_steps = 5  .loom/config.toml",
    ""
  ])
}, 60_000)

test("config KEY says what others said of it, in the order in which it counts; --json says both to programs", async () => {
  const place = settled()
  const flags = ["--trust", "--max-steps", "3"]
  expect((await loom(place, ["config", "max_steps", ...flags])).stdout).toBe(
    `max_steps              3  flag\n                       instead of 5  .loom/config.toml\n                       instead of 9  ${place.own}\n`
  )
  expect(JSON.parse((await loom(place, ["config", "max_steps", "--json", ...flags])).stdout)).toEqual({
    value: 3,
    from: [{ source: "flag", value: 3 }],
    instead: [
      { source: ".loom/config.toml", value: 5 },
      { source: place.own, value: 9 }
    ]
  })
  const all = JSON.parse((await loom(place, ["config", "--json", "--trust"])).stdout) as Readonly<Record<string, unknown>>
  expect(Object.keys(all)).toEqual([...SETTING_KEYS])
  expect([all["allow"], all["model"], all["max_tokens"]]).toEqual([
    { value: ["Bash(make)"], from: [{ source: ".loom/config.toml", value: "Bash(make)" }], instead: [] },
    { value: "openai:mine", from: [{ source: place.own, value: "openai:mine" }], instead: [] },
    { value: null, from: [], instead: [] }
  ])
}, 60_000)

test("a default that follows from another setting is the one that holds", async () => {
  const place = settled()
  writeFileSync(place.own, 'sandbox_hosts = ["example.com"]\n')
  const said = JSON.parse((await loom(place, ["config", "--json"])).stdout) as Readonly<
    Record<string, { readonly value: unknown; readonly from: readonly { readonly source: string }[] }>
  >
  expect(["sandbox_hosts", "sandbox_network", "zone_rules_tokens"].map((key) => [said[key]?.value, said[key]?.from[0]?.source])).toEqual([
    [["example.com"], place.own],
    ["hosts", "default"],
    [expect.any(Number), "default"]
  ])
}, 60_000)

test("a setting, and a key of a file, that is not known is refused with the nearest one", async () => {
  const place = settled()
  const unknown = await loom(place, ["config", "max_step"])
  expect([unknown.code, unknown.stdout, unknown.stderr]).toEqual([
    2,
    "",
    "loom config: there is no setting max_step; did you mean max_steps?\n"
  ])
  writeFileSync(place.own, "modell = 1\n")
  const wrong = await loom(place, ["config"])
  expect([wrong.code, wrong.stdout, wrong.stderr]).toEqual([
    2,
    "",
    `read the settings: ${place.own} has the unknown key modell; did you mean model?\n`
  ])
}, 60_000)

test("tools lists all that there are, and says which are not set up; NAME, in whoever's words, gives what the model is told", async () => {
  const place = makePlace()
  const listed = (await loom(place, ["tools"])).stdout.split("\n")
  expect(listed.slice(0, -2).map((line) => line.split(" ")[0])).toEqual(engineTools.map(({ name }) => name))
  const setUp = (lines: readonly string[]) => lines.filter((line) => line.includes("not set up here")).map((line) => line.split(" ")[0])
  expect(setUp(listed)).toEqual(["oracle", "web_search"])
  writeFileSync(join((mkdirSync(place.home, { recursive: true }), place.home), "config.toml"), 'oracle = "openai:wise"\n')
  expect(setUp((await loom(place, ["tools"])).stdout.split("\n"))).toEqual(["web_search"])
  const [definition] = toolDefinitions().filter(({ name }) => name === "file_edit")
  const page = (await loom(place, ["tools", "Edit"])).stdout
  expect(page).toContain(`\n${definition?.description}\n\n${JSON.stringify(definition?.inputSchema, null, 2)}\n`)
  const told = JSON.parse((await loom(place, ["tools", "--json"])).stdout) as readonly {
    readonly name: string
    readonly inputSchema: unknown
    readonly description: string
  }[]
  expect(told.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))).toEqual(toolDefinitions())
  const unknown = await loom(place, ["tools", "Edti"])
  expect([unknown.code, unknown.stderr]).toEqual([2, "loom tools: there is no tool Edti; did you mean Edit?\n"])
}, 60_000)
