import * as Effect from "effect/Effect"
import { chmodSync } from "node:fs"
import { expect, describe, test } from "vitest"
import { locateInside } from "../../../src/effects/os/path.ts"
import { matchLines, type Search } from "../../../src/effects/tools/search/hits.ts"
import { plainScan } from "../../../src/effects/tools/search/plain-scan.ts"
import { ripgrep, ripgrepPath } from "../../../src/effects/tools/search/ripgrep.ts"
import { folder } from "../os/folder.ts"
import { workbench } from "./workbench.ts"

const bench = workbench()
const outside = folder()
outside.write("secret.txt", "needle outside\n")
bench.write("a.txt", "one\nneedle two\nthree\n")
bench.write("src/b.ts", "const needle = 1\nconst other = 2\n// needle again\n")
bench.write("src/deep größe/c.ts", "x\r\nNeedle\r\nneedle$\r\n")
bench.write("dist/out.ts", "needle ignored\n")
bench.write("node_modules/p/i.js", "needle foreign\n")
bench.write("node_modules/q/dist/i.js", "needle foreign\n")
bench.write(".git/x", "needle of git\n")
bench.write(".github/ci.yml", "needle: hidden\n")
bench.write("image.bin", Buffer.from("needle\0binary"))
bench.write(".gitignore", "dist\n*.secret.ts\n")
bench.write("src/x.secret.ts", "needle ignored\n")
bench.link("link.txt", "a.txt")
bench.link("to-outside", outside.root)
bench.write("no-end.md", "needle at the end")
bench.write("context.txt", "1\n2\nHIT\n4\n5\n6\n7\n8\nHIT\nHIT\n11\n")

const plain = folder()
plain.write(".gitignore", "*.log\n")
plain.write("a/.gitignore", "!kept.log\n")
for (const file of ["a/kept.log", "a/other.log", "kept.log"]) plain.write(file, "needle\n")

const program = await ripgrepPath()
const searches: Readonly<Record<string, (search: Search) => ReturnType<typeof plainScan>>> = {
  ripgrep: (search) => (program === null ? Effect.die("ripgrep is not installed") : ripgrep(program, search)),
  "the plain scan": plainScan
}

describe.each(Object.keys(searches))("with %s", (name) => {
  const search = async (pattern: string, more: { readonly path?: string; readonly glob?: string; readonly context?: number } = {}): Promise<readonly string[]> => {
    const { path = ".", ...options } = more
    const place = locateInside([bench.root], path)
    const run = searches[name] as (search: Search) => ReturnType<typeof plainScan>
    return Effect.runPromise(
      run({ pattern, place, marker: "bench:1", ...options }).pipe(
        Effect.map((hits) => [...matchLines(hits), ...(hits.more ? [`more than ${hits.matchCount}`] : [])])
      )
    )
  }

  test("lines are found by path and number, in order; what is ignored, binary, linked or git's own is not", async () => {
    expect(await search("needle")).toEqual([
      ".github/ci.yml:1:needle: hidden",
      "a.txt:2:needle two",
      "no-end.md:1:needle at the end",
      "src/b.ts:1:const needle = 1",
      "src/b.ts:3:// needle again",
      "src/deep größe/c.ts:3:needle$"
    ])
  })

  test.each([
    ["needle \\w+$", {}, ["a.txt:2:needle two", "src/b.ts:3:// needle again"]],
    ["^needle\\b", { glob: "*.txt" }, ["a.txt:2:needle two"]],
    ["(?i)^NEEDLE$", {}, ["src/deep größe/c.ts:2:Needle"]],
    ["needle\\$$", {}, ["src/deep größe/c.ts:3:needle$"]],
    ["needle", { path: "src" }, ["src/b.ts:1:const needle = 1", "src/b.ts:3:// needle again", "src/deep größe/c.ts:3:needle$"]],
    ["needle", { path: "a.txt" }, ["a.txt:2:needle two"]],
    ["needle", { path: "src/deep größe/c.ts" }, ["src/deep größe/c.ts:3:needle$"]],
    ["needle", { path: "dist" }, ["dist/out.ts:1:needle ignored"]],
    ["needle", { path: "node_modules/q" }, ["node_modules/q/dist/i.js:1:needle foreign"]],
    ["needle", { glob: "*.{txt,md}" }, ["a.txt:2:needle two", "no-end.md:1:needle at the end"]],
    ["needle", { glob: "src/**/*.ts" }, ["src/b.ts:1:const needle = 1", "src/b.ts:3:// needle again", "src/deep größe/c.ts:3:needle$"]],
    ["needle", { glob: "src/*.ts" }, ["src/b.ts:1:const needle = 1", "src/b.ts:3:// needle again"]],
    ["needle", { glob: "*.secret.ts" }, []],
    ["needle", { glob: "dist/*" }, []],
    ["needle", { glob: "!*.ts" }, [".github/ci.yml:1:needle: hidden", "a.txt:2:needle two", "no-end.md:1:needle at the end"]],
    ["-- not an option", {}, []],
    ["-needle", {}, []],
    ["haystack", {}, []],
    ["ne{2}dle (two|again)", {}, ["a.txt:2:needle two", "src/b.ts:3:// needle again"]]
  ])("%j with %j", async (pattern, more, lines) => {
    expect(await search(pattern, more)).toEqual(lines)
  })

  test(".gitignore files count without a repository, too, the deepest that speaks", async () => {
    const place = locateInside([plain.root], ".")
    const run = searches[name] as (search: Search) => ReturnType<typeof plainScan>
    expect(matchLines(await Effect.runPromise(run({ pattern: "needle", place, marker: "bench:1" })))).toEqual(["a/kept.log:1:needle"])
  })

  test("lines around a match are marked, and gaps are", async () => {
    expect(await search("HIT", { context: 1 })).toEqual([
      "context.txt-2-2",
      "context.txt:3:HIT",
      "context.txt-4-4",
      "--",
      "context.txt-8-8",
      "context.txt:9:HIT",
      "context.txt:10:HIT",
      "context.txt-11-11"
    ])
  })

  test("an expression that is none is told so", async () => {
    await expect(search("a(b")).rejects.toThrow(/^search for a\(b: it is no regular expression/)
  })

  test("an expression that would take for ever elsewhere does not", async () => {
    bench.write("slow.txt", `${"a".repeat(5_000)}!\n`)
    expect(await search("(a+)+$", { path: "slow.txt" })).toEqual([])
  })

  test("100 matches are given, and that there are more", async () => {
    bench.write("many/x.txt", "match\n".repeat(80))
    bench.write("many/y.txt", "match\n".repeat(80))
    const lines = await search("match", { path: "many" })
    expect([lines.length, lines[99], lines[100]]).toEqual([101, "many/y.txt:20:match", "more than 100"])
    bench.write("many/y.txt", "match\n".repeat(20))
    expect((await search("match", { path: "many" })).length).toBe(100)
  })

  test("long lines are cut", async () => {
    bench.write("long/x.js", `start ${"y".repeat(10_000)}\nstart short\n`)
    expect(await search("start", { path: "long" })).toEqual([`long/x.js:1:start ${"y".repeat(294)}…`, "long/x.js:2:start short"])
  })

  test("a file that may not be read does not spoil the rest", async () => {
    bench.write("mixed/no.txt", "needle no\n", 0)
    bench.write("mixed/yes.txt", "needle yes\n")
    const readable = process.getuid?.() === 0 ? ["mixed/no.txt:1:needle no"] : []
    expect(await search("needle", { path: "mixed" })).toEqual([...readable, "mixed/yes.txt:1:needle yes"])
    chmodSync(bench.path("mixed/no.txt"), 0o600)
    bench.write("mixed/no.txt", "")
    bench.write("mixed/yes.txt", "")
  })
})

test("the tool says what it found, that it found nothing, or that there is more", async () => {
  const said = async (input: object) => (await bench.call("content_search", input)).text
  expect(await said({ pattern: "needle two" })).toBe("a.txt:2:needle two")
  expect(await said({ pattern: "no such thing" })).toBe("no line matches no such thing")
  expect((await said({ pattern: "^match$", path: "many/x.txt" })).split("\n").length).toBe(80)
  bench.write("many/z.txt", "match\n".repeat(200))
  expect((await said({ pattern: "^match$", path: "many/z.txt" })).split("\n").at(-1)).toBe("(only the first 100 matches; narrow the pattern, the path or the glob)")
})

test.each([
  [{ pattern: "x", path: "../" }, /^invalid: .*outside the workspace/],
  [{ pattern: "x", path: "to-outside" }, /^invalid: .*outside the workspace/],
  [{ pattern: "x", path: "missing.txt" }, /^error: search missing.txt: it does not exist/],
  [{ pattern: "x", context: 11 }, /^invalid: content_search: context: expected/],
  [{ pattern: "" }, /^invalid: content_search: pattern: expected/],
  [{ pattern: "a(b" }, /^error: search for a\(b: it is no regular expression/]
])("%j is refused", async (input, why) => {
  const { status, text } = await bench.call("content_search", input)
  expect(`${status}: ${text}`).toMatch(why)
})
