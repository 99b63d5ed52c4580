import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { calls, loom, makePlace, says, startLoom, type Place } from "../loom.ts"

const git = (root: string, ...words: readonly string[]): string => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim()

/** A session of one turn that wrote a file by a command. */
const worked = async (): Promise<{ readonly place: Place; readonly id: string }> => {
  const place = makePlace()
  const ran = await loom(place, [
    "-p",
    "make it",
    "--permission-mode",
    "bypass",
    "--output-format",
    "json",
    "--model",
    place.script(calls("shell", { command: "echo one > made.txt" }), says("made"), says("made again"))
  ])
  expect([ran.code, ran.stderr.replace(/[\s\S]*NOTHING.*/, "")]).toEqual([0, expect.anything()])
  return { place, id: (JSON.parse(ran.stdout) as { session: string }).session }
}

test("a fork says its id, where it works, with which files and how to go on; that command goes on; the list is a tree", async () => {
  const { place, id } = await worked()
  writeFileSync(join(place.root, "made.txt"), "changed since\n")
  const forked = await loom(place, ["fork", id])
  const [fork] = forked.stdout.split("\n") as [string]
  const root = join(place.home, "data/forks", fork, "work")
  const events = /goes on from event (\d+) of/.exec(forked.stderr)?.[1]
  expect([forked.code, forked.stderr.replace(/checkpoint \w{12}/, "checkpoint C").replace(/event \d+ \(/, "event B (")]).toEqual([
    0,
    `${fork} goes on from event ${events} of ${id}\n` +
      `in the git worktree ${root}, with the files as they were after the tools of event B (checkpoint C)\n` +
      `go on with loom -C ${root} -r ${fork}\n`
  ])
  expect([readFileSync(join(root, "made.txt"), "utf8"), git(root, "status", "--porcelain")]).toEqual(["one\n", "?? made.txt"])
  const on = await loom(place, ["-C", root, "-r", fork, "-p", "again", "--permission-mode", "bypass", "-q"])
  expect([on.code, on.stdout]).toEqual([0, "made again\n"])
  expect((await loom(place, ["verify", fork, id])).code).toBe(0)
  const listed = await loom(place, ["sessions"])
  const lines = listed.stdout.split("\n").map((line) => line.slice(0, id.length + 2).trimEnd())
  expect(lines).toEqual([id, `└ ${fork}`, ""])
  expect(listed.stdout).toContain(`fork of ${id} at event ${events}, ${root}`)
  const json = JSON.parse((await loom(place, ["sessions", "--json"])).stdout) as readonly { readonly id: string; readonly parent: unknown }[]
  expect(Object.fromEntries(json.map((session) => [session.id, session.parent]))).toEqual({ [id]: null, [fork]: { session: id, n: Number(events) } })
})

test("as JSON it says the same; a wrong number, field or folder leaves with 2 and a sentence", async () => {
  const { place, id } = await worked()
  const forked = await loom(place, ["fork", id, "--at", "2", "--set", "2.text=other words", "--in", "../other place", "--json", "-q"])
  const into = join(place.root, "../other place")
  expect([forked.code, forked.stderr, JSON.parse(forked.stdout)]).toMatchObject([
    0,
    "",
    { parent: { session: id, n: 2, changes: ["set 2.text"] }, events: 2, root: into, place: "worktree", meaningless: [] }
  ])
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [["fork", id, "--at", "two"], "--at two: it is no number of an event; `loom replay LOG` shows them\n"],
    [["fork", id, "--at", "999"], expect.stringMatching(/^fork at event 999: the log has events 1 to \d+\n$/) as unknown as string],
    [["fork", id, "--set", "2.words=x"], "set 2.words: it has no field words; there are parts\n"],
    [["fork", id, "--set", "text=x"], "--set text=x: it is written N.FIELD=VALUE, as '12.text=another task' or '30.parts[0].text=…'\n"],
    [["fork", id, "--in", "../other place"], `fork into ${into}: it is not empty; name a directory that is, or that does not exist yet\n`],
    [["fork", "nowhere.jsonl"], "read nowhere.jsonl: there is no such file\n"],
    [["-p", "x", "--fork-session", "--model", place.script(says("x"))], "--fork-session says how to go on with a session; name it with --resume ID, or take the newest with --continue\n"]
  ]
  for (const [words, sentence] of wrong) expect([words, await loom(place, words)]).toEqual([words, { code: 2, stdout: "", stderr: sentence }])
})

test("a log of another machine needs its bundle, or a directory with the files; the sentence says which", async () => {
  const { place, id } = await worked()
  expect((await loom(place, ["export", id, "--to", "s.jsonl"])).code).toBe(0)
  const alone = await loom(place, ["fork", "s.jsonl"], { environment: { LOOM_HOME: join(place.home, "other") } })
  expect([alone.code, alone.stderr]).toEqual([
    2,
    expect.stringMatching(
      /is not on this machine; take it along with `loom export ID --to FILE --with-files` .*, or name a directory whose files shall do with --in\n$/
    )
  ])
  expect((await loom(place, ["export", id, "--to", "s.jsonl", "--with-files"])).code).toBe(0)
  const along = await loom(place, ["fork", "s.jsonl", "--in", "../from a bundle"], { environment: { LOOM_HOME: join(place.home, "other") } })
  expect([along.code, readFileSync(join(place.root, "../from a bundle/made.txt"), "utf8")]).toEqual([0, "one\n"])
  const imported = await loom(place, ["import", "s.jsonl"], { environment: { LOOM_HOME: join(place.home, "third") } })
  expect([imported.code, imported.stderr.split("\n")[1]]).toEqual([0, "2 checkpoints of its files came along"])
  const later = await loom(place, ["fork", id, "--in", "../from what was imported"], { environment: { LOOM_HOME: join(place.home, "third") } })
  expect([later.code, readFileSync(join(place.root, "../from what was imported/made.txt"), "utf8")]).toEqual([0, "one\n"])
})

test("--fork-session goes on in a fork and leaves the session as it is; /fork makes one and the conversation stays where it is", async () => {
  const { place, id } = await worked()
  const before = (await loom(place, ["export", id])).stdout
  const ran = await loom(place, ["-p", "-c", "--fork-session", "again", "--output-format", "json"])
  const { session, result } = JSON.parse(ran.stdout) as { readonly session: string; readonly result: string }
  expect([ran.code, session === id, result, (await loom(place, ["export", id])).stdout === before]).toEqual([0, false, "made again", true])
  expect(ran.stderr).toContain(`${session} goes on from event`)
  const talked = await loom(place, ["-r", id], { input: "/fork\n/quit\n" })
  expect([talked.code, talked.stdout + talked.stderr]).toEqual([0, expect.stringMatching(/goes on from event \d+ of[\s\S]*go on with loom -C /)])
})

test("a session whose process was killed in the midst of a command is forked with the files as they were before it, and goes on", async () => {
  const place = makePlace()
  const model = place.script(calls("shell", { command: "echo half > half.txt && echo begun && sleep 40" }), says("it was broken off"))
  const running = startLoom(place, ["-p", "make it", "--permission-mode", "bypass", "--output-format", "stream-json", "--model", model])
  await running.until("stdout", '"text":"begun')
  running.process.kill("SIGKILL")
  await running.done
  expect(existsSync(join(place.root, "half.txt"))).toBe(true)
  const forked = await loom(place, ["fork", await newest(place), "--json", "-q"])
  const { session, root, checkpoint } = JSON.parse(forked.stdout) as { readonly session: string; readonly root: string; readonly checkpoint: { readonly why: string } }
  expect([forked.code, checkpoint.why, existsSync(join(root, "half.txt")), existsSync(join(root, "README.md"))]).toEqual([0, "at the start of turn 1", false, true])
  const on = await loom(place, ["-p", "-r", session, "--permission-mode", "bypass", "-q"])
  expect([on.code, on.stdout]).toEqual([0, "it was broken off\n"])
  expect((await loom(place, ["verify", session])).code).toBe(0)
})

const newest = async (place: Place): Promise<string> => (JSON.parse((await loom(place, ["sessions", "--json"])).stdout) as readonly { readonly id: string }[])[0]?.id ?? ""
