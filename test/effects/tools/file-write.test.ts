import { lstatSync, symlinkSync, truncateSync } from "node:fs"
import { expect, test } from "vitest"
import { WHOLE_BYTES_MAX } from "../../../src/effects/os/file.ts"
import { folder } from "../os/folder.ts"
import { workbench } from "./workbench.ts"

const bench = workbench()
const outside = folder()
const write = async (path: string, content: string): Promise<string> => {
  const { status, text } = await bench.call("file_write", { path, content })
  return `${status}: ${text}`
}

test("a new file is written with its parents", async () => {
  expect(await write("deep/er größe/x.txt", "a\nb\n")).toBe("ok: wrote deep/er größe/x.txt: 2 lines, 4 bytes, new")
  expect(bench.text("deep/er größe/x.txt")).toBe("a\nb\n")
})

test.each([
  ["", "0 lines, 0 bytes"],
  ["x", "1 line, 1 byte"],
  ["a\r\n\uFEFFb", "2 lines, 7 bytes"]
])("%j is written byte for byte", async (content, size) => {
  bench.restart()
  expect(await write(`exact-${content.length}.txt`, content)).toBe(`ok: wrote exact-${content.length}.txt: ${size}, new`)
  expect(bench.text(`exact-${content.length}.txt`)).toBe(content)
})

test("an existing file that was never read is not overwritten", async () => {
  bench.write("precious.txt", "old\n")
  expect(await write("precious.txt", "new\n")).toBe("error: write precious.txt: it exists and was not read in this session; read it first, or use file_edit")
  expect(bench.text("precious.txt")).toBe("old\n")
})

test("a file that was read is overwritten and keeps its mode", async () => {
  bench.write("tool.sh", "old\n", 0o744)
  await bench.call("file_read", { path: "tool.sh" })
  expect(await write("tool.sh", "new\n")).toBe("ok: wrote tool.sh: 1 line, 4 bytes")
  expect([bench.text("tool.sh"), bench.mode("tool.sh")]).toEqual(["new\n", 0o744])
})

test("a file that changed since it was read is not overwritten", async () => {
  bench.write("moving.txt", "one\n")
  await bench.call("file_read", { path: "moving.txt" })
  bench.write("moving.txt", "two\n")
  expect(await write("moving.txt", "mine\n")).toBe("error: write moving.txt: it changed since it was read; read it again")
  expect(bench.text("moving.txt")).toBe("two\n")
})

test("what the session wrote or edited itself counts as read", async () => {
  await write("own.txt", "1\n")
  expect(await write("own.txt", "2\n")).toMatch(/^ok/)
  await bench.call("file_edit", { path: "own.txt", edits: [{ old: "2", new: "3" }] })
  expect(await write("own.txt", "4\n")).toMatch(/^ok/)
})

test("after a restart nothing counts as read", async () => {
  await write("before.txt", "1\n")
  bench.restart()
  expect(await write("before.txt", "2\n")).toMatch(/^error: .*was not read in this session/)
})

test("an empty file has nothing to lose and may be written", async () => {
  bench.write("touched.txt", "")
  expect(await write("touched.txt", "x\n")).toMatch(/^ok/)
})

test("a file too large to be compared by content is compared by size and time", async () => {
  bench.write("big.bin", "text\n")
  truncateSync(bench.path("big.bin"), WHOLE_BYTES_MAX + 1)
  expect(await write("big.bin", "x")).toMatch(/was not read/)
  bench.write("big.log", `${"y".repeat(1_000)}\n`.repeat(17_000))
  await bench.call("file_read", { path: "big.log", limit: 1 })
  expect(await write("big.log", "x")).toMatch(/^error: .*only a part of it was read/)
  truncateSync(bench.path("big.log"), WHOLE_BYTES_MAX + 2)
  expect(await write("big.log", "x")).toMatch(/^error: .*changed since it was read/)
})

test("a link inside is written through, one that leads outside is refused", async () => {
  bench.write("real.txt", "")
  bench.link("alias.txt", "real.txt")
  bench.link("new-alias.txt", "made/by/link.txt")
  bench.link("escape.txt", outside.path("made.txt"))
  expect(await write("alias.txt", "x\n")).toBe("ok: wrote real.txt: 1 line, 2 bytes")
  expect(await write("new-alias.txt", "y\n")).toBe("ok: wrote made/by/link.txt: 1 line, 2 bytes, new")
  expect(lstatSync(bench.path("alias.txt")).isSymbolicLink()).toBe(true)
  expect(await write("escape.txt", "z\n")).toMatch(/^invalid: escape.txt leads to .*made.txt, outside the workspace/)
  expect(outside.names(".")).toEqual([])
})

test.each([
  ["../up.txt", /^invalid: .*outside the workspace/],
  ["/etc/loom-test", /^invalid: .*outside the workspace/],
  ["dir/", /^invalid: write dir\/: the path names a directory; give the name of a file/],
  ["~/x.txt", /^invalid: ~\/x.txt: ~ is not expanded/],
  [".git/hooks/post-commit", /^invalid: .git\/hooks\/post-commit belongs to git/],
  ["a\0b", /^invalid: the path contains a NUL character/],
  ["deep", /^error: deep is a directory/],
  ["deep/er größe/x.txt/y.txt", /^invalid: .*a part of the path is a file, not a directory/],
  [`${"n".repeat(256)}.txt`, /^invalid: .*a name in the path is too long/]
])("a write to %j is refused", async (path, why) => {
  expect(await write(path, "x")).toMatch(why)
})

test("a parent that became a link outside after vetting is not entered", async () => {
  bench.restart()
  const { status, text } = await bench.callAfter("file_write", { path: "fresh/x.txt", content: "evil" }, () => symlinkSync(outside.root, bench.path("fresh")))
  expect([status, text]).toEqual(["error", expect.stringMatching(/^fresh\/x.txt leads to .*outside the workspace/)])
  expect(outside.names(".")).toEqual([])
})

test("a file of which only a part was read is not written over, until the rest is read, too", async () => {
  const part = async (more: object) => (await bench.call("file_read", { path: "long.txt", ...more })).status
  bench.write("long.txt", "one\ntwo\nthree\nfour\n")
  expect(await part({ limit: 2 })).toBe("ok")
  expect(await write("long.txt", "all\n")).toBe("error: write long.txt: only a part of it was read, and the rest would be lost; read on from line 3, or use file_edit")
  expect(await part({ offset: 4 })).toBe("ok")
  expect(await write("long.txt", "all\n")).toMatch(/^error: .* read on from line 3,/)
  expect(bench.text("long.txt")).toBe("one\ntwo\nthree\nfour\n")
  expect(await part({ offset: 2, limit: 2 })).toBe("ok")
  expect(await write("long.txt", "all\n")).toMatch(/^ok/)
})

test("an edit needs no more than its place, and does not make the rest seen", async () => {
  bench.write("edited.txt", "one\ntwo\nthree\n")
  await bench.call("file_read", { path: "edited.txt", limit: 1 })
  expect((await bench.call("file_edit", { path: "edited.txt", edits: [{ old: "three", new: "3" }] })).status).toBe("ok")
  expect(await write("edited.txt", "all\n")).toMatch(/^error: .*only a part of it was read/)
  expect((await bench.call("apply_patch", { patch: "*** Begin Patch\n*** Update File: edited.txt\n@@\n-two\n+2\n*** End Patch" })).status).toBe("ok")
  expect(await write("edited.txt", "all\n")).toMatch(/^error: .*only a part of it was read/)
  expect(bench.text("edited.txt")).toBe("one\n2\n3\n")
})

test("parts of two versions do not add up", async () => {
  bench.write("versions.txt", "one\ntwo\n")
  await bench.call("file_read", { path: "versions.txt", limit: 1 })
  bench.write("versions.txt", "ONE\ntwo\n")
  await bench.call("file_read", { path: "versions.txt", offset: 2 })
  expect(await write("versions.txt", "all\n")).toMatch(/^error: .* read on from line 1,/)
})

test("a line that was cut was not seen whole", async () => {
  bench.write("wide.txt", `${"x".repeat(100_000)}\nlast\n`)
  await bench.call("file_read", { path: "wide.txt" })
  await bench.call("file_read", { path: "wide.txt", offset: 2 })
  expect(await write("wide.txt", "all\n")).toMatch(/^error: .* read on from line 1,/)
})
