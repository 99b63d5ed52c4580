import { existsSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { workbench } from "./workbench.ts"

const bench = workbench()

type Files = Readonly<Record<string, string | null>>

/** Writes files, applies a patch, and gives back what it said and what the files hold then. */
const patched = async (files: Files, patch: string) => {
  bench.restart()
  for (const [name, content] of Object.entries(files)) if (content !== null) bench.write(name, content)
  const { status, text } = await bench.call("apply_patch", { patch })
  return { status, text, files: Object.fromEntries(Object.keys(files).map((name) => [name, existsSync(bench.path(name)) ? bench.text(name) : null])) }
}
const begin = (...lines: readonly string[]): string => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n")
const update = (path: string, ...lines: readonly string[]): string => begin(`*** Update File: ${path}`, ...lines)

let count = 0
const fresh = (): string => `dir${++count}/f.txt`

describe("*** Begin Patch", () => {
  test.each<readonly [name: string, before: string, lines: readonly string[], after: string]>([
    ["one change", "a\nb\nc\n", ["@@", " a", "-b", "+B", " c"], "a\nB\nc\n"],
    ["without @@", "a\nb\nc\n", [" a", "-b", "+B"], "a\nB\nc\n"],
    ["two changes", "a\nb\nc\nd\ne\n", ["@@", "-a", "+A", "@@", "-e", "+E"], "A\nb\nc\nd\nE\n"],
    ["lines added", "a\nb\n", ["@@", " a", "+x", "+y", " b"], "a\nx\ny\nb\n"],
    ["lines taken away", "a\nb\nc\n", ["@@", " a", "-b", " c"], "a\nc\n"],
    ["an empty line in between", "a\n\nb\n", ["@@", " a", "", "-b", "+c"], "a\n\nc\n"],
    ["at the first line", "a\nb\n", ["@@", "-a", "+A"], "A\nb\n"],
    ["at the last line", "a\nb\n", ["@@", "-b", "+B"], "a\nB\n"],
    ["a file without a newline at its end", "a\nb", ["@@", "-b", "+B"], "a\nB"],
    ["the place that a heading names", "class A\n  x\nclass B\n  x\n", ["@@ class B", "-  x", "+  y"], "class A\n  x\nclass B\n  y\n"],
    ["two headings, one in the other", "class A\n f\n  x\nclass B\n f\n  x\n", ["@@ class B", "@@  f", "-  x", "+  y"], "class A\n f\n  x\nclass B\n f\n  y\n"],
    ["a heading that is part of a line", "function first() {\n  x\n}\nfunction second() {\n  x\n}\n", ["@@ function second", "-  x", "+  y"], "function first() {\n  x\n}\nfunction second() {\n  y\n}\n"],
    ["the last of several, at the end of the file", "x\na\nx\n", ["@@", "-x", "+y", "*** End of File"], "x\na\ny\n"],
    ["lines added at the end", "a\n", ["@@", "+b"], "a\nb\n"],
    ["lines added after a heading", "a\nb\n", ["@@ a", "+x"], "a\nx\nb\n"],
    ["line ends of the file", "a\r\nb\r\n", ["@@", " a", "-b", "+B", "+C"], "a\r\nB\r\nC\r\n"],
    ["both kinds of line ends", "a\r\nb\nc\r\n", ["@@", " a", "-b", "+B"], "a\r\nB\nc\r\n"],
    ["a byte order mark", "\uFEFFa\nb\n", ["@@", "-a", "+A"], "\uFEFFA\nb\n"],
    ["an empty file", "", ["@@", "+a"], "a\n"],
    ["signs that look like a patch", "*** a\n--- b\n+++ c\n", ["@@", " *** a", "---- b", "+--- B"], "*** a\n--- B\n+++ c\n"],
    ["other blanks at the ends", "a  \nb\n", ["@@", " a", "-b", "+B"], "a  \nB\n"],
    ["another indentation", "  a\n  b\n", ["@@", " a", "-b", "+B"], "  a\n  B\n"]
  ])("%s", async (_, before, lines, after) => {
    const path = fresh()
    const { status, files, text } = await patched({ [path]: before }, update(path, ...lines))
    expect([status, files[path], text.startsWith(`updated ${path}`)]).toEqual(["ok", after, true])
  })

  test("files are added, deleted, moved and changed at once, and each is told", async () => {
    const files: Files = { "m/a.txt": "a\n", "m/old.txt": "1\n2\n", "m/gone.txt": "x\n", "m/new/b.txt": null, "m/moved.txt": null }
    const patch = begin(
      "*** Add File: m/new/b.txt",
      "+first",
      "+",
      "+third",
      "*** Delete File: m/gone.txt",
      "*** Update File: m/a.txt",
      "@@",
      "-a",
      "+A",
      "*** Update File: m/old.txt",
      "*** Move to: m/moved.txt",
      "@@",
      " 1",
      "-2",
      "+zwei"
    )
    const { status, text, files: after } = await patched(files, patch)
    expect(after).toEqual({
      "m/a.txt": "A\n",
      "m/old.txt": null,
      "m/gone.txt": null,
      "m/new/b.txt": "first\n\nthird\n",
      "m/moved.txt": "1\nzwei\n"
    })
    expect([status, text]).toEqual([
      "ok",
      "added m/new/b.txt: 3 lines\ndeleted m/gone.txt\nupdated m/a.txt\n--- m/a.txt\n+++ m/a.txt\n@@ -1,1 +1,1 @@\n-a\n+A\nadded m/moved.txt: 2 lines\nmoved m/old.txt to m/moved.txt"
    ])
  })

  test.each<readonly [name: string, patch: (path: string) => string, why: RegExp]>([
    ["old lines that do not occur", (path) => update(path, "@@", "-nope", "+x"), /the text to replace does not occur/],
    ["old lines that occur twice", (path) => update(path, "@@", "-x", "+y"), /the old lines occur 2 times, at lines 1, 3; give more/],
    ["a heading that does not occur", (path) => update(path, "@@ class Z", "-x", "+y"), /the line after @@ does not occur: "class Z"/],
    ["the second of two changes", (path) => update(path, "@@", "-a", "+A", "@@", "-nope", "+x"), /change 2 of 2|edit .*: the text to replace does not occur/],
    ["a line without a sign", (path) => update(path, "@@", "-a", "A"), /^patch, line 5: "A": a line begins with a blank/],
    ["no end", (path) => `*** Begin Patch\n*** Update File: ${path}\n@@\n-a\n+A`, /does not end with \*\*\* End Patch/],
    ["no file", () => begin("@@", "-a"), /stands before the first file/],
    ["nothing at all", () => begin(), /it names no file/],
    ["a new file that exists", (path) => begin(`*** Add File: ${path}`, "+x"), /it exists; update it/],
    ["a file that is not there", () => begin("*** Update File: nowhere/x.txt", "@@", "-a", "+b"), /nowhere\/x.txt: it does not exist/],
    ["a deletion of a file that is not there", () => begin("*** Delete File: nowhere/x.txt"), /it does not exist/],
    ["a new file with a line that is no +", (path) => begin(`*** Add File: ${path}.new`, "x"), /each line of a new file begins with \+/],
    ["a file named twice", (path) => begin(`*** Update File: ${path}`, "@@", "-a", "+b", `*** Update File: ${path}`, "@@", "-x", "+y"), /it is named twice/],
    ["a path outside", () => begin("*** Add File: ../out.txt", "+x"), /outside the workspace/],
    ["what belongs to git", () => begin("*** Add File: .git/hooks/pre-commit", "+x"), /belongs to git/],
    ["a move onto another file", (path) => begin(`*** Update File: ${path}`, `*** Move to: ${path}.other`, "@@", "-a", "+b"), /which exists/],
    ["a placeholder", (path) => update(path, "@@", "-a", "+‹redacted: a key›"), /stands for a secret/]
  ])("refused, and nothing changed: %s", async (_, patch, why) => {
    const path = fresh()
    bench.write(`${path}.other`, "other\n")
    const { status, text, files } = await patched({ [path]: "x\na\nx\n" }, patch(path))
    expect([status === "ok", files[path], bench.text(`${path}.other`)]).toEqual([false, "x\na\nx\n", "other\n"])
    expect(text).toMatch(why)
  })

  test("where one file of several does not fit, none is changed", async () => {
    const { status, files } = await patched(
      { "n/a.txt": "a\n", "n/b.txt": "b\n", "n/c.txt": null },
      begin("*** Add File: n/c.txt", "+c", "*** Update File: n/a.txt", "@@", "-a", "+A", "*** Update File: n/b.txt", "@@", "-nope", "+B")
    )
    expect([status, files]).toEqual(["error", { "n/a.txt": "a\n", "n/b.txt": "b\n", "n/c.txt": null }])
  })

  test("where one file of several cannot be written, those before it are put back", async () => {
    const patch = begin("*** Update File: r/a.txt", "@@", "-a", "+A", "*** Delete File: r/b.txt", "*** Add File: r/new", "+x", "*** Add File: r/new/inside.txt", "+x")
    const { status, files } = await patched({ "r/a.txt": "a\n", "r/b.txt": "b\n", "r/new": null }, patch)
    expect([status, files]).toEqual(["error", { "r/a.txt": "a\n", "r/b.txt": "b\n", "r/new": null }])
  })

  test("a file that changed since it was read is refused", async () => {
    bench.write("stale.txt", "a\n")
    await bench.call("file_read", { path: "stale.txt" })
    bench.write("stale.txt", "a\nb\n")
    expect((await bench.call("apply_patch", { patch: update("stale.txt", "@@", "-a", "+A") })).text).toBe("patch stale.txt: it changed since it was read; read it again")
  })

  test("all files it touches are facts of the call", async () => {
    const { paths, changes } = await bench.vet("apply_patch", {
      patch: begin("*** Add File: q/a", "+x", "*** Delete File: q/b", "*** Update File: q/c", "*** Move to: q/d", "@@", "-a", "+b")
    })
    expect([changes, paths]).toEqual([true, ["q/a", "q/b", "q/c", "q/d"].map((path) => ({ path, access: "write", inside: true }))])
  })
})

describe("a unified diff", () => {
  const diff = (path: string, ...lines: readonly string[]): string => [`--- a/${path}`, `+++ b/${path}`, ...lines, ""].join("\n")

  test.each<readonly [name: string, before: string, lines: readonly string[], after: string]>([
    ["one change", "a\nb\nc\n", ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"], "a\nB\nc\n"],
    ["two changes, the second moved by the first", "x\na\nx\nb\nx\n", ["@@ -1,2 +1,3 @@", " x", "+n", " a", "@@ -5,1 +6,1 @@", "-x", "+y"], "x\nn\na\nx\nb\ny\n"],
    ["the place that its line number names", "x\na\nx\n", ["@@ -3,1 +3,1 @@", "-x", "+y"], "x\na\ny\n"],
    ["a wrong line number where there is only one place", "a\nb\n", ["@@ -40,1 +40,1 @@", "-b", "+B"], "a\nB\n"],
    ["lines added alone", "a\nb\n", ["@@ -1,0 +2,1 @@", "+x"], "a\nx\nb\n"],
    ["line ends of the file", "a\r\nb\r\n", ["@@ -1,2 +1,2 @@", " a", "-b", "+B"], "a\r\nB\r\n"]
  ])("%s", async (_, before, lines, after) => {
    const path = fresh()
    const { status, files } = await patched({ [path]: before }, diff(path, ...lines))
    expect([status, files[path]]).toEqual(["ok", after])
  })

  test("as git writes it, with files made, deleted and renamed", async () => {
    const patch =
      "diff --git a/g/new.txt b/g/new.txt\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/g/new.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n" +
      "diff --git a/g/gone.txt b/g/gone.txt\ndeleted file mode 100644\nindex 1111111..0000000\n--- a/g/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n" +
      "diff --git a/g/old.txt b/g/renamed.txt\nsimilarity index 50%\nrename from g/old.txt\nrename to g/renamed.txt\nindex 1..2 100644\n--- a/g/old.txt\n+++ b/g/renamed.txt\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n"
    const { status, files } = await patched({ "g/new.txt": null, "g/gone.txt": "x\n", "g/old.txt": "a\nb\n", "g/renamed.txt": null }, patch)
    expect([status, files]).toEqual(["ok", { "g/new.txt": "one\ntwo\n", "g/gone.txt": null, "g/old.txt": null, "g/renamed.txt": "a\nB\n" }])
  })

  test.each<readonly [name: string, patch: string, why: RegExp]>([
    ["prose", "please change a to b", /neither a unified diff nor begins/],
    ["numbers that do not fit", "--- a/u.txt\n+++ b/u.txt\n@@ -1,5 +1,5 @@\n-a\n+b\n", /the diff cannot be read|does not occur/],
    ["two places, and a line number that names neither", "--- a/u.txt\n+++ b/u.txt\n@@ -9,1 +9,1 @@\n-x\n+y\n", /occur 2 times, at lines 1, 3/],
    ["a path outside", "--- a/../../x\n+++ b/../../x\n@@ -1,1 +1,1 @@\n-a\n+b\n", /outside the workspace/]
  ])("refused, and nothing changed: %s", async (_, patch, why) => {
    const { status, text, files } = await patched({ "u.txt": "x\na\nx\n" }, patch)
    expect([status === "ok", files["u.txt"]]).toEqual([false, "x\na\nx\n"])
    expect(text).toMatch(why)
  })
})
