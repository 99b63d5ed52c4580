import { mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { whyUnwritten } from "../../../src/effects/os/unwritten.ts"
import { writeFileOf } from "../../../src/runtime/event-log/write-file.ts"
import { makeScratch } from "../../../src/runtime/scratch.ts"
import { emptyDirectory } from "../git/place.ts"

const thrown = (code: string): Error => Object.assign(new Error(`${code}: as the system says it`), { code })

test("what could not be written says what stood in the way and what to do, never a bare code", () => {
  const folder = emptyDirectory("unwritten")
  writeFileSync(join(folder, "file"), "")
  const codes = ["ENOENT", "ENOTDIR", "EEXIST", "EISDIR", "EACCES", "EROFS", "ENOSPC", "ENAMETOOLONG", "EWHAT"]
  expect(codes.map((code) => whyUnwritten(join(folder, "file", "deep", "x"), thrown(code)).replaceAll(folder, "HERE"))).toEqual([
    "the folder HERE/file/deep does not exist; make it, or name another place",
    "HERE/file is a file and no folder; name another place",
    "HERE/file is a file and no folder; name another place",
    "it is a folder; name a file in it",
    "permission denied; name a place that you may write to",
    "the file system is read-only; name another place",
    "the disk is full; free some space, or name a place on another disk",
    "a name in the path is too long; give it a shorter one",
    "EWHAT; name another place"
  ])
})

test("a log goes into a file whole or not at all, and what is no file is never replaced by one", async () => {
  const folder = emptyDirectory("unwritten")
  const write = (file: string) =>
    Effect.runPromise(
      Effect.match(writeFileOf("s", join(folder, file), Stream.make("one\n", "two\n")), {
        onSuccess: ({ bytes }) => bytes,
        onFailure: ({ message }) => message.replaceAll(folder, "HERE")
      })
    )
  mkdirSync(join(folder, "folder"))
  execFileSync("mkfifo", [join(folder, "pipe")])
  const reader = spawn("cat", [join(folder, "pipe")], { stdio: ["ignore", "pipe", "ignore"] })
  const closed = once(reader, "close")
  let heard = ""
  reader.stdout.on("data", (piece: Buffer) => void (heard += piece))
  const wrote = [await write("log"), await write("pipe"), await write("missing/x"), await write("log/x"), await write("folder")]
  await closed
  expect([wrote, heard, readdirSync(folder).toSorted(), execFileSync("stat", ["-c", "%F", join(folder, "pipe")], { encoding: "utf8" })]).toEqual([
    [
      8,
      8,
      "export session s to HERE/missing/x: the folder HERE/missing does not exist; make it, or name another place",
      "export session s to HERE/log/x: HERE/log is a file and no folder; name another place",
      "export session s to HERE/folder: it is a folder; name a file in it"
    ],
    "one\ntwo\n",
    ["folder", "log", "pipe"],
    "fifo\n"
  ])
})

test("where no folder can be made for a while, the variable that says where is named", () => {
  const before = process.env["TMPDIR"]
  process.env["TMPDIR"] = "/nowhere/at/all"
  try {
    expect(() => makeScratch("loom-")).toThrow("make a folder for a while in /nowhere/at/all: it does not exist; set TMPDIR to a folder that can be written")
  } finally {
    if (before === undefined) delete process.env["TMPDIR"]
    else process.env["TMPDIR"] = before
  }
})
