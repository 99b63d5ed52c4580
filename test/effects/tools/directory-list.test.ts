import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import { folder } from "../os/folder.ts"
import { workbench } from "./workbench.ts"

const bench = workbench()
const outside = folder()
outside.write("secret.txt", "s")
bench.write("b.txt", "12345")
bench.write("a größe/x/y/z.txt", "1")
bench.write("node_modules/pack/index.js", "")
bench.write(".git/HEAD", "ref")
bench.write(".gitignore", "dist/\n")
bench.write("dist/out.js", "")
bench.link("link", "b.txt")
bench.link("to-outside", outside.root)
execFileSync("mkfifo", [bench.path("pipe")])

const list = async (input: object): Promise<readonly string[]> => {
  const { status, text } = await bench.call("directory_list", input)
  return status === "ok" ? text.split("\n") : [`${status}: ${text}`]
}
const TOP = [".git/", ".gitignore  6", "a größe/", "b.txt  5", "dist/", "link -> b.txt", "node_modules/", "pipe  (pipe)", `to-outside -> ${outside.root}`]

test("names come with their type and size, links with where they lead", async () => {
  expect(await list({ path: "." })).toEqual(TOP)
})

test("deeper, directories are entered; ignored ones and git's own are named only, links are never followed", async () => {
  expect(await list({ path: ".", depth: 3 })).toEqual([...TOP.slice(0, 3), "a größe/x/", "a größe/x/y/", ...TOP.slice(3)])
})

test("a directory that is ignored is listed when it is named", async () => {
  expect(await list({ path: "node_modules", depth: 2 })).toEqual(["pack/", "pack/index.js  0"])
})

test("an empty directory is said to be empty", async () => {
  bench.directory("empty")
  expect(await list({ path: "empty" })).toEqual(["(the directory is empty)"])
})

test("500 entries are given, and that there are more", async () => {
  for (let file = 0; file < 510; file++) bench.write(`many/${String(file).padStart(3, "0")}`, "")
  const lines = await list({ path: "many" })
  expect([lines.length, lines[499], lines[500]]).toEqual([501, "499  0", "(only the first 500 entries; list a directory below, or less deep)"])
})

test.each([
  [{ path: "b.txt" }, "error: list b.txt: it is no directory; read it with file_read"],
  [{ path: "b.tx" }, "error: list b.tx: it does not exist; near it: b.txt"],
  [{ path: "to-outside" }, expect.stringMatching(/^invalid: .*outside the workspace/)],
  [{ path: ".." }, expect.stringMatching(/^invalid: .*outside the workspace/)],
  [{ path: ".", depth: 11 }, expect.stringMatching(/^invalid: directory_list: depth: expected/)],
  [{}, "invalid: directory_list: path is missing; it takes path, depth (optional)"]
])("%j is refused", async (input, why) => {
  expect((await list(input))[0]).toEqual(why)
})
