import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import type { LogStats } from "../../../src/runtime/replay/stats.ts"
import { startModelServer, type ModelServer } from "../../support/model-server/server.ts"
import { scripted } from "../../support/model-server/script.ts"
import { calls, loom, makePlace, says } from "../loom.ts"

const servers: ModelServer[] = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

test("a session that freed its window says which request broke the prefix, which event did that, and what it cost", async () => {
  const server = await startModelServer({
    wire: "anthropic",
    answer: scripted({
      answers: [calls("file_read", { path: "README.md" }), says("Two lines."), says("Still two."), says("As I said.")],
      otherwise: says("As I said.")
    })
  })
  servers.push(server)
  const bare = makePlace()
  const place = { ...bare, environment: { ...bare.environment, ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "k", LOOM_MODEL: "anthropic:scripted" } }
  expect((await loom(place, [], { input: "how long is it?\nsure?\n/compact\nand now?\n" })).code).toBe(0)
  const [{ id }] = JSON.parse((await loom(place, ["sessions", "--json"])).stdout) as [{ readonly id: string }]
  await loom(place, ["export", id, "--to", "s.jsonl"])
  const elsewhere = makePlace()
  const file = join(place.root, "s.jsonl")
  const stats = JSON.parse((await loom(elsewhere, ["stats", file, "--json"])).stdout) as LogStats
  expect({ ...stats, breaks: stats.breaks.map(({ path, cause, after }) => [path, cause?.type, after.includes("earlier messages of this")]) }).toMatchObject({
    session: id,
    turns: 3,
    steps: 4,
    requests: 4,
    tools: { file_read: { calls: 1, byStatus: { ok: 1 } } },
    breaks: [["message 1 block 1", "ContextOffloaded", true]]
  })
  const shown = await loom(elsewhere, ["stats", file], { environment: { COLUMNS: "60" } })
  expect([shown.code, shown.stderr]).toEqual([0, ""])
  expect(shown.stdout).toMatch(/^.*anthropic:scripted\n3 turns, 4 steps, \d+ events, .*\n[\d,]+ tokens: .* · \d+ % from cache · /)
  expect(shown.stdout).toMatch(
    /the cached prefix broke once\n {2}event \d+, byte [\d,]+, message 1 block 1 after ContextOffloaded, event \d+\n {4}- .*\n {4}\+ .*\n {4}from cache [\d,]+ → [\d,]+ tokens, read anew [\d,]+ → [\d,]+\n$/
  )
  expect(shown.stdout.split("\n").filter((line) => line.length > 60 && !line.includes("ContextOffloaded"))).toEqual([])
}, 30_000)

test("several logs give a line each and a total; one that cannot be read is named, and the others are counted", async () => {
  const place = makePlace()
  const model = place.script(calls("file_read", { path: "README.md" }), says("Two lines."))
  for (const name of ["one.jsonl", "two.jsonl"]) {
    const ran = await loom(place, ["-q", "-p", "how long?", "--model", model, "--output-format", "stream-json"])
    writeFileSync(join(place.root, name), ran.stdout)
  }
  const ran = await loom(place, ["stats", "one.jsonl", "gone.jsonl", "two.jsonl", "--json"])
  const [one, two, { total }] = ran.stdout.trimEnd().split("\n").map((line) => JSON.parse(line)) as [LogStats, LogStats, { total: Record<string, unknown> }]
  expect([ran.code, ran.stderr]).toEqual([2, "read gone.jsonl: there is no such file\n"])
  expect(total).toMatchObject({ turns: 2, steps: 4, calls: 2, events: one.events + two.events, totalMs: one.time.totalMs + two.time.totalMs, cost: 0 })
  const shown = (await loom(place, ["stats", "one.jsonl", "two.jsonl"])).stdout.split("\n")
  expect(shown.map((line) => line.split(/ {2,}/)[0])).toEqual(["log", "one.jsonl", "two.jsonl", "together", ""])
  const narrow = (await loom(place, ["stats", "one.jsonl", "two.jsonl"], { environment: { COLUMNS: "30" } })).stdout
  expect(narrow).toMatch(/^one\.jsonl\n {2}time .*\n {2}at work .*\n {2}turns +1\n/)
}, 30_000)
