import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { loom, makePlace, says } from "../loom.ts"

const golden = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "replays", "0.1.0-checkpoints.jsonl")

test("a folder is verified with all the logs in it, in order; one that is damaged is named, and what is no log is counted", async () => {
  const place = makePlace({ git: false })
  mkdirSync(join(place.root, "logs", "sub"), { recursive: true })
  cpSync(golden, join(place.root, "logs", "a.jsonl"))
  cpSync(golden, join(place.root, "logs", "sub", "exported"))
  writeFileSync(join(place.root, "logs", "b.jsonl"), readFileSync(golden, "utf8").replace("Mend it.", "Mend me."))
  writeFileSync(join(place.root, "logs", "notes.txt"), "none")
  const ran = await loom(place, ["verify", "logs", "gone.jsonl"])
  const [a, b, sub, gone, summary] = ran.stdout.split("\n")
  expect([ran.code, ran.stderr, a, sub, gone, summary]).toEqual([
    1, "", expect.stringMatching(/^logs\/a\.jsonl: exact: 76 events/), expect.stringMatching(/^logs\/sub\/exported: exact: /),
    "gone.jsonl: read gone.jsonl: there is no such file", "4 logs: 2 exact, 1 damaged, 1 unreadable; 1 other file passed over"
  ])
  expect(b).toMatch(/^logs\/b\.jsonl: damaged at events 1 to \d+: /)
  const json = (await loom(place, ["verify", "logs", "--json"])).stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { log: string; verdict: string })
  expect(json.map(({ log, verdict }) => [log, verdict])).toEqual([["logs/a.jsonl", "exact"], ["logs/b.jsonl", "damaged"], ["logs/sub/exported", "exact"]])
})

test("--all verifies every session of the database, and leaves with 0 where all of them hold; a folder without a log does not", async () => {
  const place = makePlace({ git: false })
  const model = place.script(says("one"), says("two"))
  for (const task of ["one", "two"]) expect((await loom(place, ["-p", task, "--model", model])).code).toBe(0)
  const all = await loom(place, ["verify", "--all"])
  expect([all.code, all.stdout.trimEnd().split("\n").at(-1)]).toEqual([0, "2 logs: 2 exact"])
  expect(await loom(place, ["verify", "."])).toMatchObject({ code: 1, stdout: "0 logs; 1 other file passed over\n" })
  expect(await loom(place, ["verify"])).toMatchObject({ code: 2, stderr: "verify: name a log, a folder or a session, or give --all\n" })
})
