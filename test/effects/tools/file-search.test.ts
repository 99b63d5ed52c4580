import { execFileSync } from "node:child_process"
import { utimesSync } from "node:fs"
import { expect, test } from "vitest"
import { folder } from "../os/folder.ts"
import { workbench } from "./workbench.ts"

const bench = workbench()
const outside = folder()
outside.write("secret.ts", "")
const aged = (name: string, ageDays: number): void => {
  bench.write(name, "")
  utimesSync(bench.path(name), 1_700_000_000 - ageDays * 86_400, 1_700_000_000 - ageDays * 86_400)
}
for (const [age, name] of [
  "src/new.ts",
  "src/deep/old.ts",
  "src/deep/.hidden.ts",
  "docs (v1) [x]/größe.md",
  "node_modules/pack/index.ts",
  ".git/hooks/x.ts",
  "dist/out.ts",
  "src/gen/made.ts",
  "src/gen/kept.ts",
  ".github/ci.yml"
].entries()) {
  aged(name, age)
}
bench.write(".gitignore", "dist/\n*.log\n!keep.log\n")
bench.write("src/.gitignore", "gen/made.ts\n")
aged("a.log", 1)
aged("keep.log", 2)
bench.link("to-outside", outside.root)
bench.link("linked.ts", "src/new.ts")

const search = async (input: object): Promise<readonly string[]> => {
  const { status, text } = await bench.call("file_search", input)
  return status === "ok" ? text.split("\n") : [`${status}: ${text}`]
}

test("files are found by name in any directory, the newest first; ignored and foreign ones are not", async () => {
  expect(await search({ pattern: "*.ts" })).toEqual(["src/new.ts", "src/deep/old.ts", "src/deep/.hidden.ts", "src/gen/kept.ts"])
})

test.each([
  ["src/*.ts", ["src/new.ts"]],
  ["src/**/*.ts", ["src/new.ts", "src/deep/old.ts", "src/deep/.hidden.ts", "src/gen/kept.ts"]],
  ["**/*.{md,yml}", ["docs (v1) [x]/größe.md", ".github/ci.yml"]],
  ["./src/new.ts", ["src/new.ts"]],
  ["größe.md", ["docs (v1) [x]/größe.md"]],
  ["*.log", ["keep.log"]],
  ["?ew.ts", ["src/new.ts"]],
  ["dist/**", ["no file matches dist/**"]],
  ["node_modules/**/*.ts", ["no file matches node_modules/**/*.ts"]],
  [".git/**", ["no file matches .git/**"]],
  ["to-outside/*", ["no file matches to-outside/*"]],
  ["nothing-like-it", ["no file matches nothing-like-it"]]
])("the pattern %s", async (pattern, files) => {
  expect(await search({ pattern })).toEqual(files)
})

test("below a directory, whatever characters its name has, paths are still those of the workspace", async () => {
  expect(await search({ pattern: "*.ts", path: "src/deep" })).toEqual(["src/deep/old.ts", "src/deep/.hidden.ts"])
  expect(await search({ pattern: "*.md", path: "docs (v1) [x]" })).toEqual(["docs (v1) [x]/größe.md"])
})

test("a directory that is ignored can be searched when it is named", async () => {
  expect(await search({ pattern: "*.ts", path: "node_modules" })).toEqual(["node_modules/pack/index.ts"])
})

test.each([
  [{ pattern: "../*" }, /^invalid: the pattern \.\.\/\* leads upwards/],
  [{ pattern: "src/../../x" }, /^invalid: .*leads upwards/],
  [{ pattern: "{a,../b}" }, /^invalid: .*leads upwards/],
  [{ pattern: "/etc/*" }, /^invalid: the pattern \/etc\/\* is absolute/],
  [{ pattern: "*", path: ".." }, /^invalid: .*outside the workspace/],
  [{ pattern: "*", path: "to-outside" }, /^invalid: .*outside the workspace/],
  [{ pattern: "" }, /^invalid: file_search: pattern: expected/],
  [{ pattern: "*", path: "src/new.ts" }, /^error: search src\/new.ts: it is no directory/],
  [{ pattern: "*", path: "missing" }, /^error: search missing: it is no directory/]
])("%j is refused", async (input, why) => {
  expect((await search(input))[0]).toMatch(why)
})

test("of many files the newest 200 are shown, with how many there are", async () => {
  for (let file = 0; file < 205; file++) aged(`many/${String(file).padStart(3, "0")}.txt`, file)
  const found = await search({ pattern: "many/*.txt" })
  expect([found.length, found[0], found[199], found[200]]).toEqual([201, "many/000.txt", "many/199.txt", "(200 of 205 files; narrow the pattern)"])
})

test("in a repository above the workspace its .gitignore counts, too, and what git is told to exclude", async () => {
  const outer = workbench()
  execFileSync("git", ["init", "-q", outer.root])
  outer.write(".gitignore", "*.tmp\n")
  outer.write(".git/info/exclude", "private.txt\n")
  for (const name of ["inner/a.txt", "inner/b.tmp", "inner/private.txt"]) outer.write(name, "")
  expect((await outer.call("file_search", { pattern: "*", path: "inner" })).text).toBe("inner/a.txt")
})

test("the deepest .gitignore that speaks of a file decides, also to take it back", async () => {
  const nested = workbench()
  nested.write(".gitignore", "*.log\n/only-here.txt\n")
  nested.write("a/.gitignore", "!kept.log\n")
  for (const name of ["a/kept.log", "a/other.log", "a/b/kept.log", "kept.log", "only-here.txt", "a/only-here.txt"]) nested.write(name, "")
  const found = (await nested.call("file_search", { pattern: "*.{log,txt}" })).text.split("\n").sort()
  expect(found).toEqual(["a/b/kept.log", "a/kept.log", "a/only-here.txt"])
})
