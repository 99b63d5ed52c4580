import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { columnsOf } from "../../../src/interfaces/view/width.ts"
import { calls, loom, makePlace, says } from "../loom.ts"

const reads = calls("file_read", { path: "README.md" })
const edits = (text: string) => calls("file_edit", { path: "README.md", edits: [{ old: "two", new: text }] })

/** Two logs of the same task, held in different folders, in which the model writes another word. */
const twoLogs = async () => {
  const place = makePlace()
  const script = join(place.home, "..", "model.json")
  const answers = { "a.jsonl": "three", "b.jsonl": "4" }
  for (const [name, word] of Object.entries(answers)) {
    writeFileSync(script, JSON.stringify({ chunkMs: 0, answers: [reads, edits(word), says(`It says ${word} now, 漢字 and all.`)] }))
    const elsewhere = makePlace({ name: `work-on-${word}` })
    const ran = await loom(elsewhere, ["-q", "-p", "mend it", "--model", `scripted:${script}`, "--permission-mode", "accept-edits", "--output-format", "stream-json"])
    writeFileSync(join(place.root, name), ran.stdout)
  }
  return place
}

test("diff says where two logs part, shows both from there on, and leaves as diff does", async () => {
  const place = await twoLogs()
  const ran = await loom(place, ["diff", "a.jsonl", "b.jsonl"])
  expect([ran.code, ran.stderr]).toEqual([1, ""])
  expect(ran.stdout).toMatch(/^they part at event (\d+): the model's answer differs\n {2}arguments\n {2}A {2}.*three.*\n {2}B {2}.*4.*\n\n/)
  expect(ran.stdout).toMatch(/\n< \S+ {2}call 0 file_edit: .*\n(?:<.*\n)*> \S+ {2}call 0 file_edit: /)
  expect(ran.stdout).toMatch(/\nA {2}a\.jsonl {2}\S+\n {2}1 turn, 3 steps, \d+ events · .* · \$0\.00\n {2}1 file changed: README\.md\n {2}shut down\nB {2}b\.jsonl/)
  const wide = await loom(place, ["diff", "a.jsonl", "b.jsonl"], { environment: { COLUMNS: "120" } })
  expect(wide.stdout).toMatch(/\n *\S+ {2}read README\.md: ok: .* +│ *\S+ {2}read README\.md: ok: /)
  expect(wide.stdout).toMatch(/ ≠ /)
  for (const columns of [120, 40]) {
    const { stdout } = await loom(place, ["diff", "a.jsonl", "b.jsonl"], { environment: { COLUMNS: `${columns}` } })
    expect(stdout.split("\n").filter((line) => columnsOf(line) > columns && !line.startsWith("they part"))).toEqual([])
  }
  const json = JSON.parse((await loom(place, ["diff", "a.jsonl", "b.jsonl", "--json"])).stdout) as Record<string, unknown>
  expect(json).toMatchObject({
    equal: false,
    fork: null,
    opening: [],
    parting: { what: "model", fields: [{ path: "arguments" }] },
    a: { log: "a.jsonl", filesChanged: ["README.md"], cost: 0 }
  })
}, 30_000)

test("a log is no other than itself; one that cannot be read is trouble", async () => {
  const place = await twoLogs()
  const [same, gone, few, damaged] = await Promise.all([
    loom(place, ["diff", "a.jsonl", "a.jsonl", "--exact"]),
    loom(place, ["diff", "a.jsonl", "gone.jsonl"]),
    loom(place, ["diff", "a.jsonl"]),
    (writeFileSync(join(place.root, "bad.jsonl"), "{}\n"), loom(place, ["diff", "bad.jsonl", "a.jsonl"]))
  ])
  expect([same.code, same.stdout.split("\n")[0]]).toEqual([0, expect.stringMatching(/^both tell the same, over \d+ events$/)])
  expect([gone.code, gone.stderr, gone.stdout]).toEqual([2, "read gone.jsonl: there is no such file\n", ""])
  expect([few.code, few.stderr]).toEqual([2, expect.stringContaining("the command diff is written `loom diff A B`")])
  expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringMatching(/^read \S*bad\.jsonl: .*header/)])
}, 30_000)

test("a fork in a folder of its own is named as one, and parts from its parent only where it goes on", async () => {
  const place = makePlace()
  const model = place.script(reads, edits("three"), says("Mended."), says("And more."))
  await loom(place, ["-q", "-p", "mend it", "--model", model, "--permission-mode", "accept-edits"])
  const [{ id, events }] = JSON.parse((await loom(place, ["sessions", "--json"])).stdout) as [{ readonly id: string; readonly events: number }]
  const at = events - 2
  const fork = (await loom(place, ["fork", id, "--at", `${at}`])).stdout.trim().split("\n")[0]!.split(" ")[0]!
  await loom(place, ["-q", "-p", "more", "-r", fork, "--model", model])
  const ran = await loom(place, ["diff", id, fork])
  expect([ran.code, ran.stdout.split("\n")[0]]).toEqual([1, `B is a fork of A at event ${at}`])
  expect(ran.stdout).toMatch(new RegExp(`\\nthey part at event ${at + 1}: `))
}, 30_000)
