import { execFileSync } from "node:child_process"
import { chmodSync, cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import { afterAll, expect, test } from "vitest"
import { makePool, type Pool } from "../../../src/effects/repo/pool.ts"
import { makeLiveIndex } from "../../../src/effects/repo/repo-index.ts"
import type { RepoIndex } from "../../../src/effects/repo/symbols.ts"
import { folder, put, repositoryOf } from "./repository.ts"

/*
 * What goes wrong with one file costs that file only: it is known by its name and says why, all others are read.
 */

const stubborn = makePool({ thread: new URL("./stubborn-thread.ts", import.meta.url), limitMs: 4_000 })
afterAll(() => stubborn.end())

/** For tests that wait for limits: long enough for a busy machine. */
const PATIENCE_MS = 60_000

const indexOf = (root: string, pool: Pool = stubborn): Promise<RepoIndex> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(makeLiveIndex({ root, cacheDirectory: null, pool }), ({ refresh }) => refresh)))

/** What is known of each file: the names it defines, or why they are not known. */
const summary = ({ files }: RepoIndex): Readonly<Record<string, string>> =>
  Object.fromEntries([...files.values()].map(({ path, definitions, fault }) => [path, fault ?? definitions.map(({ name }) => name).join(" ")]))

test("what lies in a repository beside texts is left alone or known by its name", async () => {
  const root = repositoryOf({
    "a/good.ts": "export const good = 1",
    "generated.js": `var data = [${"1,".repeat(10_000_000)}1]`,
    "long-line.ts": `export const long = "${"x".repeat(900_000)}"`,
    "nul.py": "def never():\0 pass",
    "utf-8.py": Buffer.concat([Buffer.from("# "), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from("\ndef after(): pass\n")]),
    "bom.py": "\uFEFFdef marked(): pass",
    "empty.ts": "",
    "picture.png": Buffer.from([0, 1, 2])
  })
  symlinkSync(root, join(root, "a", "loop"))
  symlinkSync(join(root, "a", "good.ts"), join(root, "link.ts"))
  symlinkSync("itself.ts", join(root, "itself.ts"))
  execFileSync("mkfifo", [join(root, "pipe.ts")])

  expect(summary(await indexOf(root))).toEqual({
    "a/good.ts": "good",
    "bom.py": "marked",
    "empty.ts": "",
    "generated.js": "it has 20000014 bytes, more than the 1000000 that are read",
    "long-line.ts": "long",
    "nul.py": "it holds NUL bytes, so it is no text",
    "picture.png": "",
    "utf-8.py": "after"
  })
})

test.skipIf(process.getuid?.() === 0)("a file that may not be read says so", async () => {
  const root = repositoryOf({ "closed.ts": "const a = 1", "open.ts": "const b = 1" })
  chmodSync(join(root, "closed.ts"), 0)
  expect(summary(await indexOf(root))).toEqual({ "closed.ts": "permission denied", "open.ts": "b" })
})

test("a parser that hangs, throws, fails later or ends its process costs the file it was at", async () => {
  const others = Object.fromEntries(Array.from({ length: 60 }, (_, number) => [`others/f${number}.py`, `def f${number}(): pass`]))
  const root = repositoryOf({
    ...others,
    "hang.py": "# hang here\ndef never(): pass",
    "kill.py": "# kill the process\ndef never(): pass",
    "throw.py": "# throw at once\ndef never(): pass",
    "later.py": "# throw later\ndef never(): pass",
    "more.py": "def more(): pass"
  })
  const found = summary(await indexOf(root))
  expect(found).toEqual({
    ...Object.fromEntries(Object.keys(others).map((path) => [path, path.slice(7, -3)])),
    "hang.py": "reading it takes too long",
    "kill.py": "reading it broke the process that reads",
    "throw.py": "memory access out of bounds",
    "later.py": "never",
    "more.py": "more"
  })
}, PATIENCE_MS)

test("a parser that takes all memory costs the file it was at", async () => {
  const root = repositoryOf({ "memory.py": "# exhaust the memory\ndef never(): pass", "more.py": "def more(): pass" })
  expect(summary(await indexOf(root))).toEqual({ "memory.py": expect.stringMatching(/out of memory|takes too long/), "more.py": "more" })
}, PATIENCE_MS)

test("a file that changes or goes while the others are read is what it was at one moment, or gone", async () => {
  const root = repositoryOf({ "a.py": "def a(): pass", "b.py": "def b(): pass", "c.py": "def c(): pass" })
  const meddling: Pool = {
    ...stubborn,
    read: (task, hear) => {
      put(root, { "a.py": "def changed(): pass", "c.py": "def c(): pass" })
      execFileSync("rm", [join(root, "b.py")])
      return stubborn.read(task, hear)
    }
  }
  expect(summary(await indexOf(root, meddling))).toEqual({ "a.py": "changed", "c.py": "c" })
})

/** The built programs, with the grammar of Python cut off in the middle. */
const withBrokenGrammar = (): Pool => {
  const place = folder()
  const dist = join(import.meta.dirname, "../../../dist")
  for (const each of ["map-process.js", "map-thread.js", "grammars", "package.json"]) cpSync(join(dist, each), join(place, each), { recursive: true })
  const grammar = join(place, "grammars", "tree-sitter-python.wasm")
  writeFileSync(grammar, readFileSync(grammar).subarray(0, 1_000))
  return makePool({ process: pathToFileURL(join(place, "map-process.js")), thread: pathToFileURL(join(place, "map-thread.js")) })
}

test("a broken grammar costs the files of its language", async () => {
  const pool = withBrokenGrammar()
  try {
    const found = summary(await indexOf(repositoryOf({ "a.py": "def a(): pass", "b.ts": "export const b = 1" }), pool))
    expect(found).toEqual({ "a.py": expect.stringMatching(/WebAssembly|wasm|dylink|section/i), "b.ts": "b" })
  } finally {
    pool.end()
  }
})

test("where the process that reads cannot be started, every file says so", async () => {
  const pool = makePool({ process: new URL("./nothing-there.ts", import.meta.url) })
  const why = "the process that reads files does not start"
  expect(summary(await indexOf(repositoryOf({ "a.py": "def a(): pass", "b.ts": "export const b = 1" }), pool))).toEqual({ "a.py": why, "b.ts": why })
})

test("what is ended while it reads ends at once, and starts nothing again", async () => {
  const pool = makePool()
  const root = repositoryOf(Object.fromEntries(Array.from({ length: 120 }, (_, number) => [`f${number}.py`, "def f(): pass"])))
  const index = indexOf(root, pool)
  pool.end()
  expect(new Set(Object.values(summary(await index)))).toEqual(new Set(["the process that reads files does not start"]))
})
