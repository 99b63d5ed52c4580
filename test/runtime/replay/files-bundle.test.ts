import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { filesAt } from "../../../src/runtime/replay/files-at.ts"
import { takeFilesOf, writeFilesOf } from "../../../src/runtime/replay/files-bundle.ts"
import { turnsOf } from "../../../src/runtime/replay/turns.ts"
import { emptyDirectory, filesOf } from "../../effects/git/place.ts"
import { workedSession } from "./support/worked-session.ts"

const exported = (async () => {
  const worked = await workedSession()
  const file = join(emptyDirectory("exported"), "log.jsonl")
  const written = await Effect.runPromise(writeFilesOf({ log: worked.log, file: null, dataDirectory: worked.place.data }, file))
  // Another machine: the workspace and what was kept of it are not there.
  renameSync(worked.place.folder, `${worked.place.folder}.gone`)
  return { ...worked, file, written, bytes: readFileSync(`${file}.bundle`) }
})()

/** The log file with this bundle beside it, and a data directory of a machine that never saw the session. */
const elsewhere = async (bytes: Buffer) => {
  const { log } = await exported
  const folder = emptyDirectory("elsewhere")
  const file = join(folder, "log.jsonl")
  writeFileSync(`${file}.bundle`, bytes)
  return { source: { log, file, dataDirectory: join(folder, "data") }, into: join(folder, "into"), folder }
}

test("git itself reads the bundle: it names every checkpoint of the log, and each turn", async () => {
  const { written, log, bytes } = await exported
  const { folder } = await elsewhere(bytes)
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
  git("init", "-q")
  git("bundle", "verify", "-q", "log.jsonl.bundle")
  const heads = git("bundle", "list-heads", "log.jsonl.bundle").trim().split("\n")
  expect(heads.filter((head) => head.includes("/tree/"))).toHaveLength(written.written)
  expect(heads.filter((head) => head.includes("/turn/"))).toHaveLength(turnsOf(log.rows).length)
  expect([written.missing, written.written > 10]).toEqual([0, true])
})

test("from the bundle beside a log file come the files of every event, and nothing is left behind of reading it", async () => {
  const { bytes, log, filesByEvent } = await exported
  const { source, into, folder } = await elsewhere(bytes)
  for (const { from } of turnsOf(log.rows)) {
    await Effect.runPromise(filesAt(source, from, into))
    expect(filesOf(into)).toEqual(filesByEvent.get(from))
  }
  expect(readdirSync(folder).sort()).toEqual(["into", "log.jsonl.bundle"])
})

test("taken in, the checkpoints are found without the file, those of turns that changed nothing, too; taking in twice is no mistake", async () => {
  const { bytes, log, filesByEvent } = await exported
  const { source, into } = await elsewhere(bytes)
  const counts = [await Effect.runPromise(takeFilesOf(source)), await Effect.runPromise(takeFilesOf(source))]
  expect(counts[0]).toBeGreaterThan(10)
  expect(counts[1]).toBe(counts[0])
  for (const { from } of turnsOf(log.rows)) {
    await Effect.runPromise(filesAt({ ...source, file: null }, from, into))
    expect(filesOf(into)).toEqual(filesByEvent.get(from))
  }
})

test("a bundle that is cut, damaged or none is refused with a sentence, and nothing of it is kept", async () => {
  const { bytes, log } = await exported
  const said: string[] = []
  for (const wrong of [bytes.subarray(0, -30), Buffer.concat([bytes.subarray(0, -200), Buffer.alloc(20, 7), bytes.subarray(-180)]), Buffer.from("no bundle"), Buffer.alloc(0)]) {
    const { source, into, folder } = await elsewhere(wrong)
    for (const trying of [takeFilesOf(source), filesAt(source, log.rows.length, into)]) {
      const { message } = await Effect.runPromise(Effect.flip(trying as Effect.Effect<unknown, { readonly message: string }>))
      said.push(message.replaceAll(folder, "").replace(/\(.*\)/, "(why)"))
    }
    expect(existsSync(into)).toBe(false)
  }
  const damaged = "read /log.jsonl.bundle: it is damaged or cut (why); write it again with `loom export --with-files`"
  const none = "read /log.jsonl.bundle: it is no bundle of checkpoints; `loom export --with-files` writes one"
  expect(said.map((sentence) => sentence.replace("checkpoint: read", "read"))).toEqual([...Array(4).fill(damaged), ...Array(4).fill(none)])
})
