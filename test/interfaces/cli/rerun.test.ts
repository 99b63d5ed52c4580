import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import type { ScriptedAnswer } from "../../../src/effects/llm/script.ts"
import { scripted } from "../../support/model-server/script.ts"
import { startModelServer, type ModelServer } from "../../support/model-server/server.ts"
import { noSandbox } from "../../effects/os/sandbox/support.ts"
import { calls, loom, makePlace, says, type Place } from "../loom.ts"

/** Where no sandbox works, a log in a file runs its commands only if it is told to. */
const anyway = noSandbox ? ["--no-sandbox"] : []

const servers: ModelServer[] = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

/** A session in a log file, and its id. */
const recorded = async (place: Place, ...answers: readonly ScriptedAnswer[]): Promise<{ readonly id: string; readonly file: string }> => {
  await loom(place, ["-p", "go", "--model", place.script(...answers), "--permission-mode", "bypass"])
  const [{ id }] = JSON.parse((await loom(place, ["sessions", "--json"])).stdout)
  const file = join(place.root, "..", "log.jsonl")
  expect((await loom(place, ["export", id, "--to", file])).code).toBe(0)
  return { id, file }
}

test("rerun leaves with 0 where all is as it was, from a session and from its file; with 1 where it is not, and shows both texts", async () => {
  const place = makePlace()
  const { id, file } = await recorded(place, calls("shell", { command: "cat README.md; printf x > made" }), says("done"))
  const equal = {
    code: 0,
    stdout: expect.stringMatching(/^equal: 2 requests, none differs; 1 result, none differs\nit is session \S+\n$/),
    stderr: "the files as they were at the start of turn 1, in a repository of their own with one commit\n"
  }
  expect(await loom(place, ["rerun", id])).toEqual(equal)
  expect(await loom(place, ["rerun", file, ...anyway])).toEqual(equal)
  expect((await loom(place, ["sessions", "--all"])).stdout).toContain(`, rerun of ${id},`)
  const directory = join(place.root, "..", "copy")
  expect((await loom(place, ["rerun", id, "--in", directory, "--json"])).code).toBe(0)
  expect(existsSync(join(directory, "made"))).toBe(true)
  writeFileSync(join(directory, "README.md"), "# a project\n\nwith other lines\n")
  const { code, stdout } = await loom(place, ["rerun", id, "--in", directory])
  expect([code, stdout.replace(/session \S+,/, "session ID,")]).toEqual([
    1,
    "different: 2 requests, 1 differs; 1 result, 1 differs\n\nrequest 2 is the first that differs, at message 3 (user), result of call_1\n" +
      "  @@ -2,5 +2,5 @@\n   exit code 0\n   # a project\n   \n  -with two lines\n  +with other lines\n\n" +
      "the result of call_1 differs: $ cat README.md; printf x > made\n" +
      "  @@ -1,5 +1,5 @@\n   exit code 0\n   # a project\n   \n  -with two lines\n  +with other lines\n" +
      `it is session ID, its files are in ${directory}\n`
  ])
})

test("--tools recorded asks the model that is named over the wire, and says what it called that no record can answer", async () => {
  const place = makePlace()
  const { file } = await recorded(place, calls("shell", { command: "cat README.md; printf x > made" }), says("done"))
  const server = await startModelServer({
    wire: "anthropic",
    answer: scripted({
      answers: [calls("shell", { command: "cat README.md; printf x > made" }), calls("shell", { command: "rm -rf ." }), says("done")],
      chunkMs: 0
    })
  })
  servers.push(server)
  const environment = { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "k" }
  const { code, stdout } = await loom(place, ["rerun", file, "--tools", "recorded", "--model", "anthropic:live", "--json"], { environment })
  const report = JSON.parse(stdout)
  expect([code, report]).toEqual([
    1,
    expect.objectContaining({
      equal: false,
      error: null,
      requests: { recorded: 2, now: 3, differing: 0 },
      unrecorded: [expect.objectContaining({ name: "shell", arguments: '{"command":"rm -rf ."}' })]
    })
  ])
  expect(existsSync(join(place.root, "README.md"))).toBe(true)
})

test("wrong use is told in a sentence: no such log, a model without recorded tools, tools of no kind, a model without its key, no checkpoint", async () => {
  const place = makePlace()
  expect((await loom(place, ["rerun"])).stderr).toContain("the command rerun is written `loom rerun FILE|ID`")
  expect(await loom(place, ["rerun", "nothing.jsonl"])).toMatchObject({ code: 2, stderr: "read nothing.jsonl: there is no such file\n" })
  const { file } = await recorded(place, says("done"))
  expect(await loom(place, ["rerun", file, "--model", "anthropic:x"])).toMatchObject({
    code: 2,
    stderr: "rerun: a model is asked only where the tools answer from the log; add --tools recorded\n"
  })
  expect((await loom(place, ["rerun", file, "--tools", "imagined"])).code).toBe(2)
  expect((await loom(place, ["rerun", file, "--tools", "recorded", "--in", "x"])).code).toBe(2)
  const keyless = await loom(place, ["rerun", file, "--tools", "recorded", "--model", "anthropic:x"], { environment: { ANTHROPIC_API_KEY: "" } })
  expect(keyless).toMatchObject({ code: 1, stdout: expect.stringContaining("it ended in an error: ask anthropic:x: there is no key for") })
  const elsewhere = makePlace()
  expect(await loom(elsewhere, ["rerun", file])).toMatchObject({ code: 2, stderr: expect.stringContaining("or name a directory whose files shall do with --in") })
  writeFileSync(join(elsewhere.root, "x"), "x")
  expect((await loom(elsewhere, ["rerun", file, "--in", ".", ...anyway])).code).toBe(0)
})
