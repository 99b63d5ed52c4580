import { appendFileSync, lstatSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { expect, test } from "vitest"
import { folder } from "../os/folder.ts"
import { workbench } from "./workbench.ts"

const bench = workbench()
const outside = folder()

/** Writes a file, edits it once, and gives back the result and what the file holds then. */
const edit = async (content: string | Uint8Array, ...edits: readonly { readonly old: string; readonly new: string; readonly all?: boolean }[]) => {
  bench.restart()
  bench.write("f.txt", content)
  const { status, text } = await bench.call("file_edit", { path: "f.txt", edits })
  return { status, text, content: bench.text("f.txt") }
}

test("exact text is replaced, and the diff says what happened", async () => {
  expect(await edit("one\ntwo\nthree\n", { old: "two", new: "zwei" })).toEqual({
    status: "ok",
    text: "made 1 edit in f.txt\n--- f.txt\n+++ f.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three",
    content: "one\nzwei\nthree\n"
  })
})

test.each([
  ["a deletion", "a\nb\nc\n", "b\n", "", "a\nc\n"],
  ["an insertion", "a\nc\n", "a\n", "a\nb\n", "a\nb\nc\n"],
  ["a part of a line", "const x = 1;\n", "= 1", "= 2", "const x = 2;\n"],
  ["several lines", "a\nb\nc\nd\n", "b\nc", "B\nC\nX", "a\nB\nC\nX\nd\n"],
  ["the whole text", "all\n", "all\n", "new\n", "new\n"],
  ["all of it away", "all\n", "all\n", "", ""],
  ["characters with a meaning elsewhere", "a.*b$1\\n\n", ".*b$1", "$& $1 \\", "a$& $1 \\\\n\n"],
  ["letters of several bytes", "größe 🙂 x\n", "🙂", "größer", "größe größer x\n"],
  ["tabs", "\tif x\n\t\ty\n", "\t\ty", "\t\tz", "\tif x\n\t\tz\n"]
])("an edit may be %s", async (_, before, old, replacement, after) => {
  expect(await edit(before, { old, new: replacement })).toMatchObject({ status: "ok", content: after })
})

test("several edits are made in order, each on what the one before left", async () => {
  expect(await edit("a\nb\n", { old: "a", new: "x" }, { old: "x\nb", new: "x\ny" })).toMatchObject({ status: "ok", content: "x\ny\n" })
})

test("where one of several edits does not fit, none is made, and which is said", async () => {
  expect(await edit("a\nb\n", { old: "a", new: "x" }, { old: "nope", new: "y" })).toEqual({
    status: "error",
    text: "edit f.txt, edit 2 of 2: the text to replace does not occur; nothing like it is in the file; read it again",
    content: "a\nb\n"
  })
})

test("text that occurs more than once is refused with its count and lines", async () => {
  expect((await edit("x = 1\ny\nx = 1\nx = 1\n", { old: "x = 1", new: "x = 2" })).text).toBe(
    "edit f.txt: the text to replace occurs 3 times, at lines 1, 3, 4; include more of its surroundings, or set all"
  )
  expect((await edit("aaa\n", { old: "aa", new: "b" })).text).toMatch(/occurs 2 times, at line 1;/)
  expect((await edit("x\n".repeat(30), { old: "x", new: "b" })).text).toMatch(/occurs 30 times, at lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and more;/)
})

test("with all every occurrence is replaced, of overlapping ones the first", async () => {
  expect(await edit("x = 1\ny\nx = 1\n", { old: "x = 1", new: "x = 2", all: true })).toMatchObject({ status: "ok", content: "x = 2\ny\nx = 2\n" })
  expect(await edit("aaaaa\n", { old: "aa", new: "b", all: true })).toMatchObject({ content: "bba\n" })
})

test.each([
  ["CRLF stays CRLF", "a\r\nb\r\nc\r\n", "b\nc", "B\nX\nC", "a\r\nB\r\nX\r\nC\r\n"],
  ["CRLF in the edit itself is understood", "a\r\nb\r\n", "a\r\nb", "x\r\ny", "x\r\ny\r\n"],
  ["LF stays LF though the edit brings CRLF", "a\nb\n", "a\r\nb", "x\r\ny", "x\ny\n"],
  ["mixed line ends stay as they are elsewhere", "a\r\nb\nc\r\nd\n", "b", "B", "a\r\nB\nc\r\nd\n"],
  ["new lines end as the lines they replace", "a\nb\r\nc\nd\n", "b\nc", "b\nx\nc", "a\nb\r\nx\r\nc\nd\n"],
  ["new lines end as the line they stand in", "a\r\nb\nc\r\n", "a", "a\nA", "a\r\nA\r\nb\nc\r\n"],
  ["a byte order mark stays", "\uFEFFa\nb\n", "a", "x", "\uFEFFx\nb\n"],
  ["a final newline stays though the edit forgets it", "a\nb\n", "b\n", "c", "a\nc\n"],
  ["a final CRLF stays though the edit forgets it", "a\r\nb\r\n", "b\n", "c", "a\r\nc\r\n"],
  ["no final newline is added", "a\nb", "b", "c", "a\nc"],
  ["a carriage return by itself is a character like any other", "a\rb\nc\n", "a\rb", "x\ry", "x\ry\nc\n"]
])("%s", async (_, before, old, replacement, after) => {
  expect(await edit(before, { old, new: replacement })).toMatchObject({ status: "ok", content: after })
})

test("what was not found letter by letter is said", async () => {
  expect(await edit("  if (a) {\n    b()\n  }\n", { old: "if (a) {\n  b()\n}", new: "if (a) {\n  c()\n}" })).toEqual({
    status: "ok",
    text: "made 1 edit in f.txt (found at line 2 although the indentation differs)\n--- f.txt\n+++ f.txt\n@@ -1,3 +1,3 @@\n   if (a) {\n-    b()\n+    c()\n   }",
    content: "  if (a) {\n    c()\n  }\n"
  })
})

test("a file is edited by way of a link, and the link stays one", async () => {
  bench.write("real.txt", "a\n")
  bench.link("by-link.txt", "real.txt")
  await bench.call("file_edit", { path: "by-link.txt", edits: [{ old: "a", new: "b" }] })
  expect([bench.text("real.txt"), lstatSync(bench.path("by-link.txt")).isSymbolicLink()]).toEqual(["b\n", true])
})

test("the mode stays", async () => {
  bench.write("run.sh", "#!/bin/sh\necho a\n", 0o755)
  await bench.call("file_edit", { path: "run.sh", edits: [{ old: "echo a", new: "echo b" }] })
  expect([bench.text("run.sh"), bench.mode("run.sh")]).toEqual(["#!/bin/sh\necho b\n", 0o755])
})

test.each([
  ["indentation by no rule", "x\n\tif (a) {\n    b()\n", "if (a) {\n  b()", 'the nearest place, line 2, differs only in blanks: line 2 is "\\tif (a) {" where "if (a) {" was given'],
  ["one changed line of several", "a()\nb(1)\nc()\n", "a()\nb(2)\nc()", 'the nearest place is line 1: line 2 is "b(1)" where "b(2)" was given\n1\ta()\n2\tb(1)\n3\tc()'],
  ["a line a little different", "const total = sum(items)\n", "const total = sum(item)", 'the nearest place is line 1: line 1 is "const total = sum(items)" where "const total = sum(item)" was given\n1\tconst total = sum(items)']
])("text that does not occur is told where it comes closest: %s", async (_, content, old, nearest) => {
  expect((await edit(content, { old, new: "other" })).text).toBe(`edit f.txt: the text to replace does not occur; ${nearest}`)
})

test.each([
  [{ old: "", new: "x" }, /the text to replace is empty/],
  [{ old: "a", new: "a" }, /the old and the new text are the same/]
])("%j is refused", async (change, why) => {
  const { status, text, content } = await edit("a\n", change)
  expect([status, content]).toEqual(["error", "a\n"])
  expect(text).toMatch(why)
})

test("no edits at all are invalid", async () => {
  expect(await bench.vet("file_edit", { path: "f.txt", edits: [] })).toMatchObject({ invalid: expect.stringMatching(/^file_edit: edits: expected/) })
})

test("binary files and text that is no UTF-8 are refused and stay as they are", async () => {
  expect((await edit(Buffer.from("a\0b"), { old: "a", new: "x" })).text).toBe("f.txt is binary, not UTF-8 text; change it with shell")
  expect((await edit(Buffer.from([0x61, 0xff, 0x0a]), { old: "a", new: "x" })).text).toBe("f.txt is not valid UTF-8 text; change it with shell")
  expect([...bench.bytes("f.txt")]).toEqual([0x61, 0xff, 0x0a])
})

test("a file that does not exist is not made", async () => {
  bench.write("name.ts", "")
  expect((await bench.call("file_edit", { path: "nane.ts", edits: [{ old: "a", new: "b" }] })).text).toBe(
    "edit nane.ts: it does not exist; near it: name.ts; make it with file_write"
  )
})

test("a file that changed since it was read is refused; read again, it can be edited", async () => {
  bench.write("shared.txt", "a\nb\n")
  await bench.call("file_read", { path: "shared.txt" })
  bench.write("shared.txt", "a\nb\nc\n")
  const change = { path: "shared.txt", edits: [{ old: "a", new: "x" }] }
  expect((await bench.call("file_edit", change)).text).toBe("edit shared.txt: it changed since it was read; read it again")
  await bench.call("file_read", { path: "shared.txt" })
  expect(await bench.call("file_edit", change)).toMatchObject({ status: "ok" })
  expect(bench.text("shared.txt")).toBe("x\nb\nc\n")
})

test("a file that was touched but holds the same counts as unchanged", async () => {
  bench.write("same.txt", "a\n")
  await bench.call("file_read", { path: "same.txt" })
  bench.write("same.txt", "a\n")
  expect(await bench.call("file_edit", { path: "same.txt", edits: [{ old: "a", new: "b" }] })).toMatchObject({ status: "ok" })
})

test("edits may follow one another without reading in between", async () => {
  bench.write("chain.txt", "1\n")
  await bench.call("file_read", { path: "chain.txt" })
  for (const [old, next] of [["1", "2"], ["2", "3"]]) {
    expect(await bench.call("file_edit", { path: "chain.txt", edits: [{ old, new: next }] })).toMatchObject({ status: "ok" })
  }
  expect(bench.text("chain.txt")).toBe("3\n")
})

test("after a restart a file that was not read can be edited where the text is exact", async () => {
  bench.write("after.txt", "a\n")
  await bench.call("file_read", { path: "after.txt" })
  bench.restart()
  bench.write("after.txt", "a\nmore\n")
  expect(await bench.call("file_edit", { path: "after.txt", edits: [{ old: "a", new: "b" }] })).toMatchObject({ status: "ok" })
})

test("what belongs to git is refused, in any case and at any depth, also by way of a link", async () => {
  bench.write(".git/config", "[core]\n")
  bench.link("innocent", ".git")
  for (const path of [".git/config", "./.git/config", "innocent/config", "sub/.GIT/hooks/pre-commit"]) {
    expect(await bench.vet("file_edit", { path, edits: [{ old: "a", new: "b" }] })).toMatchObject({ invalid: expect.stringMatching(/belongs to git/) })
  }
})

test("a parent swapped for a link after vetting is refused, and nothing outside changes", async () => {
  outside.write("x.txt", "a\n")
  bench.write("dir/x.txt", "a\n")
  const { status } = await bench.callAfter("file_edit", { path: "dir/x.txt", edits: [{ old: "a", new: "b" }] }, () => {
    renameSync(bench.path("dir"), bench.path("dir-before"))
    symlinkSync(outside.root, bench.path("dir"))
  })
  expect([status, outside.text("x.txt")]).toEqual(["error", "a\n"])
  rmSync(bench.path("dir"))
})

const manyLines = (count: number, more: string): string => Array.from({ length: count }, (_, index) => `line ${index}${more}\n`).join("")

test("a diff that is long is cut at a line, and says how much of it is missing", async () => {
  const { text } = await edit(manyLines(150, "x".repeat(100)), { old: "line", new: "Zeile", all: true })
  expect(text.split("\n").at(-1)).toMatch(/^\(\d+ more lines of the diff left out\)$/)
  expect(text.length).toBeLessThan(17_000)
})

test("a change too large for a diff is made all the same", async () => {
  const { status, text, content } = await edit(manyLines(3_000, ""), { old: "line", new: "Zeile", all: true })
  expect([status, text, content.split("\n")[2_999]]).toEqual(["ok", "made 1 edit in f.txt\n(too much changed for a diff)", "Zeile 2999"])
})

test("a file of 50 MB is edited in place, the diff shows where, and what changed since it was read is refused", async () => {
  bench.restart()
  const half = "0123456789abcdef0123456789abcde\n".repeat(800_000)
  bench.write("big.txt", `${half}the middle\n${half}`)
  await bench.call("file_read", { path: "big.txt", limit: 1 })
  const change = (old: string, next: string) => bench.call("file_edit", { path: "big.txt", edits: [{ old, new: next }] })
  const line = " 0123456789abcdef0123456789abcde\n".repeat(3)
  expect((await change("the middle", "the centre")).text).toBe(
    `made 1 edit in big.txt\n--- big.txt\n+++ big.txt\n@@ -799998,7 +799998,7 @@\n${line}-the middle\n+the centre\n${line.trimEnd()}`
  )
  expect((await change("the centre", "the core")).status).toBe("ok")
  appendFileSync(bench.path("big.txt"), "more\n")
  expect((await change("the core", "the heart")).text).toBe("edit big.txt: it changed since it was read; read it again")
  expect(bench.text("big.txt")).toBe(`${half}the core\n${half}more\n`)
})
