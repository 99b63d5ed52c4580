import { execFileSync } from "node:child_process"
import { chmodSync, linkSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { expect, test } from "vitest"
import { readWhole, removeWhole, replaceWhole, WHOLE_BYTES_MAX } from "../../../src/effects/os/file.ts"
import { entriesIn, withDirectory } from "../../../src/effects/os/handle.ts"
import { locateInside } from "../../../src/effects/os/path.ts"
import { folder, refusal } from "./folder.ts"

const home = folder()
const outside = folder()
outside.write("secret.txt", "s")
const at = (path: string) => locateInside([home.root], path)
const put = (path: string, text: string) => {
  const place = at(path)
  replaceWhole(place, Buffer.from(text), place.kind === "missing" ? null : readWhole(place))
}

test("a file is read to its end", () => {
  home.write("whole.txt", "x".repeat(200_000))
  expect(readWhole(at("whole.txt")).bytes.toString()).toBe("x".repeat(200_000))
})

test("a directory, a pipe, a device and a socket are refused by name, without being opened", async () => {
  home.directory("dir")
  execFileSync("mkfifo", [home.path("fifo")])
  const server = createServer().listen(home.path("socket"))
  await new Promise((resolve) => server.once("listening", resolve))
  expect(refusal(() => readWhole(at("dir")))).toBe("dir is a directory; list it with directory_list")
  const special = "is no regular file but a device, pipe or socket; it is left alone"
  expect(refusal(() => readWhole(at("fifo")))).toBe(`fifo ${special}`)
  expect(refusal(() => readWhole(at("socket")))).toBe(`socket ${special}`)
  expect(refusal(() => readWhole(locateInside(["/dev"], "zero")))).toBe(`zero ${special}`)
  server.close()
})

test("what is a pipe only when it is opened is not waited for", () => {
  home.write("soon-pipe", "x")
  const place = at("soon-pipe")
  rmSync(place.absolute)
  execFileSync("mkfifo", [place.absolute])
  expect(refusal(() => readWhole(place))).toMatch(/no regular file/)
})

test("a file that became a link since it was looked for is not followed", () => {
  home.write("swapped.txt", "inside")
  const place = at("swapped.txt")
  rmSync(place.absolute)
  symlinkSync(outside.path("secret.txt"), place.absolute)
  expect(refusal(() => readWhole(place))).toMatch(/replaced by something else/)
})

test("a parent that became a link since the file was looked for is not followed, to read or to write", () => {
  home.write("parent/secret.txt", "inside")
  const place = at("parent/secret.txt")
  const before = readWhole(place)
  renameSync(home.path("parent"), home.path("parent-before"))
  symlinkSync(outside.root, home.path("parent"))
  expect(refusal(() => readWhole(place))).toMatch(/was replaced while it was opened/)
  expect(refusal(() => replaceWhole(place, Buffer.from("evil"), before))).toMatch(/replaced/)
  expect(outside.text("secret.txt")).toBe("s")
})

test("a new file is not made behind a parent that became a link", () => {
  home.directory("nest")
  const place = at("nest/new.txt")
  rmSync(home.path("nest"), { recursive: true })
  symlinkSync(outside.root, home.path("nest"))
  expect(refusal(() => replaceWhole(place, Buffer.from("evil"), null))).toMatch(/replaced/)
  expect(outside.names(".")).toEqual(["secret.txt"])
})

test("missing parents are made one by one, and one that appears as a link is not entered", () => {
  const place = at("deep/er/est/file.txt")
  symlinkSync(outside.root, home.path("deep"))
  expect(refusal(() => replaceWhole(place, Buffer.from("evil"), null))).toMatch(/replaced|outside/)
  rmSync(home.path("deep"))
  replaceWhole(place, Buffer.from("good"), null)
  expect(home.text("deep/er/est/file.txt")).toBe("good")
  expect(outside.names(".")).toEqual(["secret.txt"])
})

test("a directory outside the root is never entered for writing", () => {
  expect(refusal(() => withDirectory(home.root, outside.root, () => 1))).toMatch(/outside/)
})

test("a write keeps the mode, replaces the whole file at once and leaves nothing beside it", () => {
  home.write("modes/run.sh", "old", 0o750)
  const inode = statSync(home.path("modes/run.sh")).ino
  put("modes/run.sh", "new")
  expect(home.text("modes/run.sh")).toBe("new")
  expect(home.mode("modes/run.sh")).toBe(0o750)
  expect(statSync(home.path("modes/run.sh")).ino).not.toBe(inode)
  expect(home.names("modes")).toEqual(["run.sh"])
})

test("a new file gets the mode that any new file would get", () => {
  writeFileSync(home.path("ordinary.txt"), "")
  put("new.txt", "x")
  expect(home.mode("new.txt")).toBe(home.mode("ordinary.txt"))
})

test("a file with a second name keeps its old content under that", () => {
  home.write("one-name.txt", "old")
  linkSync(home.path("one-name.txt"), home.path("other-name.txt"))
  put("one-name.txt", "new")
  expect([home.text("one-name.txt"), home.text("other-name.txt")]).toEqual(["new", "old"])
})

test("a write through a link changes what the link names and keeps the link", () => {
  home.write("real.txt", "old")
  home.link("alias.txt", "real.txt")
  put("alias.txt", "new")
  expect(home.text("real.txt")).toBe("new")
  expect(lstatSync(home.path("alias.txt")).isSymbolicLink()).toBe(true)
})

test("what changed between reading and writing is not written over", () => {
  home.write("stale.txt", "one")
  const place = at("stale.txt")
  const before = readWhole(place)
  writeFileSync(place.absolute, "two")
  utimesSync(place.absolute, 1, 1)
  expect(refusal(() => replaceWhole(place, Buffer.from("mine"), before))).toBe("stale.txt changed while it was written; read it again")
  rmSync(place.absolute)
  expect(refusal(() => replaceWhole(place, Buffer.from("mine"), before))).toBe("stale.txt changed while it was written; read it again")
  expect(home.names(".").filter((name) => name.startsWith(".loom"))).toEqual([])
})

test("what changed since it was read is not taken away", () => {
  home.write("kept.txt", "one")
  const before = readWhole(at("kept.txt"))
  writeFileSync(home.path("kept.txt"), "one and more")
  expect(refusal(() => removeWhole(at("kept.txt"), before))).toBe("kept.txt changed while it was written; read it again")
  expect(home.text("kept.txt")).toBe("one and more")
  removeWhole(at("kept.txt"), readWhole(at("kept.txt")))
  expect(home.names(".")).not.toContain("kept.txt")
})

test("what appeared under the name of a new file is not written over", () => {
  const place = at("appears.txt")
  home.write("appears.txt", "first")
  expect(refusal(() => replaceWhole(place, Buffer.from("mine"), null))).toBe("appears.txt changed while it was written; read it again")
  expect(home.text("appears.txt")).toBe("first")
})

test("a link that appeared under the name of a new file is not followed", () => {
  const place = at("will-be-link.txt")
  symlinkSync(outside.path("fresh.txt"), place.absolute)
  expect(refusal(() => replaceWhole(place, Buffer.from("mine"), null))).toMatch(/changed/)
  expect(outside.names(".")).toEqual(["secret.txt"])
})

test("more than can be taken whole is refused with its size", () => {
  home.write("huge.bin", Buffer.alloc(WHOLE_BYTES_MAX + 1))
  expect(refusal(() => readWhole(at("huge.bin")))).toBe(`huge.bin has ${WHOLE_BYTES_MAX + 1} bytes, more than the ${WHOLE_BYTES_MAX} that are taken whole`)
})

test("what may not be written says so, and nothing is left behind", () => {
  mkdirSync(home.path("locked"))
  chmodSync(home.path("locked"), 0o500)
  const root = process.getuid?.() === 0
  const said = refusal(() => put("locked/x.txt", "x"))
  chmodSync(home.path("locked"), 0o700)
  expect(said).toMatch(root ? /not refused/ : /EACCES|permission/)
  expect(home.names("locked")).toEqual(root ? ["x.txt"] : [])
})

test("the entries of a directory are listed, of a link to one they are not", () => {
  home.link("to-outside", outside.root)
  expect(entriesIn(outside.root).map(({ name }) => name)).toEqual(["secret.txt"])
  expect(refusal(() => entriesIn(home.path("to-outside")))).toMatch(/replaced by something else/)
})
