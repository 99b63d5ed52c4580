import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { afterAll, expect, test, vi } from "vitest"
import { makePool, type Pool } from "../../../src/effects/repo/pool.ts"
import { makeLiveIndex, type LiveIndex } from "../../../src/effects/repo/repo-index.ts"
import { lazyRepoIndexes, noRepoIndexes } from "../../../src/effects/repo/repo-indexes.ts"
import type { FileSymbols, RepoIndex } from "../../../src/effects/repo/symbols.ts"
import { makeWatchedIndex } from "../../../src/effects/repo/watched-index.ts"
import { folder, put, repositoryOf } from "./repository.ts"

/*
 * An index is what a fresh one would be, however it came about: from a cache, from changes, from what a watcher heard.
 */

const pool = makePool()
afterAll(() => pool.end())

/** The pool, and what was asked of it. */
const listening = (): { readonly pool: Pool; readonly read: () => readonly string[] } => {
  let read: string[] = []
  return {
    pool: {
      ...pool,
      read: (task, hear, complain) => {
        if (!task.hashOnly) read.push(...task.files.map(({ path }) => path))
        return pool.read(task, hear, complain)
      }
    },
    read: () => {
      const since = read.sort()
      read = []
      return since
    }
  }
}

const live = <A>(root: string, cacheDirectory: string | null, use: (live: LiveIndex) => Promise<A>, from: Pool = pool): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(makeLiveIndex({ root, cacheDirectory, pool: from }), (made) => Effect.promise(() => use(made)))))

const refreshed = (made: LiveIndex): Promise<RepoIndex> => Effect.runPromise(made.refresh)

const fresh = (root: string): Promise<readonly FileSymbols[]> => live(root, null, async (made) => filesOf(await refreshed(made)))

const filesOf = ({ files }: RepoIndex): readonly FileSymbols[] => [...files.values()]

/** Long ago, so that no change can bear the same time. */
const age = (root: string): void => {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) utimesSync(join(entry.parentPath, entry.name), 1_000_000, 1_000_000)
  // The time at which that was done is kept beside, and is new: wait until it is old.
  const untilMs = Date.now() + 40
  while (Date.now() < untilMs) { /* nothing else tells the time of a file system */ }
}

const files = {
  ".gitignore": "out/\n*.log\n",
  "README.md": "# A repository\n",
  "out/generated.ts": "export const generated = 1\n",
  "src/a.ts": 'import { b } from "./b.ts"\nexport const a = () => b()\n',
  "src/b.ts": "export const b = () => 1\n",
  "tools/run.py": "from .lib import help_me\n\ndef run():\n    return help_me()\n",
  "tools/lib.py": "def help_me(): pass\n",
  "debug.log": "def nothing(): pass"
}

test("all of a file is known: what it defines, uses and takes, and from which file", async () => {
  const root = repositoryOf(files)
  const index = await live(root, null, refreshed)
  expect([...index.files.keys()]).toEqual([".gitignore", "README.md", "src/a.ts", "src/b.ts", "tools/lib.py", "tools/run.py"])
  expect(index.files.get("src/a.ts")).toEqual({
    path: "src/a.ts",
    hash: createHash("sha256").update(files["src/a.ts"]).digest("hex"),
    bytes: 54,
    language: "typescript",
    definitions: [{ name: "a", kind: "function", line: 2, endLine: 2, signature: "export const a = () =>", scope: null, exported: true }],
    references: [{ name: "b", count: 1 }],
    imports: [{ specifier: "./b.ts", names: ["b"], file: "src/b.ts" }],
    fault: null
  } satisfies FileSymbols)
  expect(index.files.get("tools/run.py")?.imports).toEqual([{ specifier: ".lib", names: ["help_me"], file: "tools/lib.py" }])
  expect(index.files.get("README.md")).toEqual({ path: "README.md", hash: "", bytes: 15, language: null, definitions: [], references: [], imports: [], fault: null })
})

test("what git tracks belongs to the repository, although it is ignored", async () => {
  const root = repositoryOf(files)
  execFileSync("git", ["init", "-q"], { cwd: root })
  execFileSync("git", ["add", "-f", "out/generated.ts", "src"], { cwd: root })
  expect([...(await live(root, null, refreshed)).files.keys()]).toContain("out/generated.ts")
})

test("a second start reads nothing of what did not change, and is the same", async () => {
  const [root, cache] = [repositoryOf(files), folder()]
  age(root)
  const first = await live(root, cache, refreshed)
  const heard = listening()
  const second = await live(root, cache, refreshed, heard.pool)
  expect(filesOf(second)).toEqual(filesOf(first))
  expect(heard.read()).toEqual([])
})

test("only what changed is read again, and files that stay the same are the same objects", async () => {
  const root = repositoryOf(files)
  age(root)
  const heard = listening()
  await live(root, folder(), async (made) => {
    const first = await refreshed(made)
    heard.read()
    expect(await refreshed(made)).toBe(first)
    put(root, { "src/b.ts": "export const b = () => 2\nexport const c = 1\n", "src/new.py": "def new(): pass\n" })
    rmSync(join(root, "tools/lib.py"))
    const next = await refreshed(made)
    expect(heard.read()).toEqual(["src/b.ts", "src/new.py"])
    expect(filesOf(next)).toEqual(await fresh(root))
    expect(next.files.get("tools/run.py")?.imports[0]?.file).toBe(null)
    expect(next.version).toBeGreaterThan(first.version)
    expect(first.files.has("tools/lib.py")).toBe(true)
  }, heard.pool)
})

test("a change within the same tick of the clock is seen", async () => {
  const root = repositoryOf({ "a.py": "def one(): pass\n" })
  await live(root, null, async (made) => {
    for (const name of ["two", "six", "ten"]) {
      await refreshed(made)
      put(root, { "a.py": `def ${name}(): pass\n` })
      expect(filesOf(await refreshed(made))).toEqual(await fresh(root))
    }
  })
})

test("content that was read before is not read again, under whatever name it comes back", async () => {
  const [root, cache] = [repositoryOf({}), folder()]
  const many = (folder: string, word: string) => Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`${folder}/f${number}.py`, `def ${word}${number}(): pass\n`]))
  put(root, many("old", "first"))
  age(root)
  const heard = listening()
  await live(root, cache, refreshed)
  renameSync(join(root, "old"), join(root, "new"))
  put(root, many("new", "second"))
  age(root)
  await live(root, cache, refreshed)
  put(root, many("back", "first"))
  age(root)
  const last = await live(root, cache, async (made) => [await refreshed(made), made.note()] as const, heard.pool)
  expect(heard.read()).toEqual([])
  for (const word of ["third", "fourth", "third"]) {
    put(root, many("back", word))
    age(root)
    heard.read()
    await live(root, cache, refreshed, heard.pool)
  }
  expect(heard.read()).toEqual([])
  put(root, many("back", "first"))
  expect(last[1]).toBe(null)
  expect(filesOf(last[0])).toEqual(await fresh(root))
})

test("what is read is kept as it is read, also when whoever asked for it has ended, and the next start goes on there", async () => {
  const [root, cache] = [repositoryOf(Object.fromEntries(Array.from({ length: 400 }, (_, number) => [`f${number}.py`, `x = ${number}\n`]))), folder()]
  age(root)
  const own = makePool()
  const ending: Pool = { ...own, read: (task, hear, complain) => own.read(task, (reads) => (own.end(), hear(reads)), complain) }
  const broken = await live(root, cache, refreshed, ending)
  expect(filesOf(broken).filter(({ fault }) => fault !== null).length).toBeGreaterThan(100)

  const database = new DatabaseSync(cacheFileIn(cache), { readOnly: true })
  await vi.waitFor(() => expect(database.prepare("SELECT count(*) AS kept FROM files").get()).toEqual({ kept: 400 }), { timeout: 20_000, interval: 20 })
  database.close()
  const heard = listening()
  expect(filesOf(await live(root, cache, refreshed, heard.pool))).toEqual(await fresh(root))
  expect(heard.read()).toEqual([])
})

test("what cannot be kept is said, and the index is the same", async () => {
  const [root, cache] = [repositoryOf(files), folder()]
  age(root)
  const meddling: Pool = {
    ...pool,
    read: (task, hear, complain) => {
      const database = new DatabaseSync(cacheFileIn(cache))
      database.exec("DROP TABLE files")
      database.close()
      return pool.read(task, hear, complain)
    }
  }
  await live(root, cache, async (made) => {
    expect(filesOf(await refreshed(made))).toEqual(await fresh(root))
    expect(made.note()).toMatch(/map-[0-9a-f]{32}\.db could not be used, so it was thrown away: /)
  }, meddling)
  expect(filesOf(await live(root, cache, refreshed))).toEqual(await fresh(root))
})

const cacheFileIn = (cache: string): string => join(cache, readdirSync(cache).find((name) => name.endsWith(".db")) as string)

test("a damaged cache is thrown away and said, and the index is the same", async () => {
  const [root, cache] = [repositoryOf(files), folder()]
  age(root)
  const first = await live(root, cache, refreshed)
  for (const name of readdirSync(cache)) if (!name.endsWith(".db")) rmSync(join(cache, name))
  writeFileSync(cacheFileIn(cache), Buffer.alloc(20_000, "no database "))
  await live(root, cache, async (made) => {
    expect(filesOf(await refreshed(made))).toEqual(filesOf(first))
    expect(made.note()).toMatch(/map-[0-9a-f]{32}\.db was damaged, so it was thrown away$/)
  })
  expect(readdirSync(cache).filter((name) => name.includes("damaged"))).toEqual([])
})

test("a cache that nothing can be written to is done without, and said", async () => {
  const root = repositoryOf(files)
  const cache = join(repositoryOf({ file: "in the way" }), "file")
  await live(root, cache, async (made) => {
    expect(filesOf(await refreshed(made))).toEqual(await fresh(root))
    expect(made.note()).toMatch(/^nothing is kept for the next start: /)
  })
})

test("without a refresh, a watcher has the index follow what is created, changed, moved and deleted", async () => {
  const root = repositoryOf(files)
  const git = (...args: readonly string[]) => execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: root })
  git("init", "-q", "-b", "main")
  git("add", ".")
  git("commit", "-qm", "one")
  git("checkout", "-qb", "other")
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, number) => [`deep/d${number % 7}/f${number}.py`, `def f${number}(): pass\n`]))
  put(root, { ...many, "src/b.ts": "export const changed = 1\n" })
  rmSync(join(root, "tools"), { recursive: true })
  git("add", "-A")
  git("commit", "-qm", "two")
  git("checkout", "-q", "main")
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const made = yield* makeLiveIndex({ root, cacheDirectory: null, pool })
        const watched = yield* makeWatchedIndex(root, made)
        yield* watched.watch
        yield* watched.now
        const follows = (change: () => void) =>
          Effect.promise(async () => {
            change()
            const wanted = await fresh(root)
            await vi.waitFor(() => expect(filesOf(made.latest() as RepoIndex)).toEqual(wanted), { timeout: 20_000, interval: 50 })
          })
        yield* follows(() => put(root, { "src/a.ts": "export const only = 1\n" }))
        yield* follows(() => git("checkout", "-qf", "other"))
        yield* follows(() => git("checkout", "-qf", "main"))
        yield* follows(() => renameSync(join(root, "src"), join(root, "source")))
        yield* follows(() => put(root, { ".gitignore": "tools/\n" }))
        yield* follows(() => put(root, { "out/more.ts": "export const more = 1\n", "debug.log": "" }))
        expect(watched.deaf()).toBe(null)
        expect(yield* watched.now).toBe(made.latest())
      })
    )
  )
}, 60_000)

test("where nothing can be watched that is said, and every look is one at the whole", () => {
  const root = repositoryOf({ "a.py": "def before(): pass\n" })
  const printed = execFileSync("sh", ["-c", 'ulimit -n 200; exec "$0" "$@"', process.execPath, join(import.meta.dirname, "deaf.ts"), root], { encoding: "utf8" })
  expect(JSON.parse(printed)).toEqual(["too many files are open", ["after"]])
})

test("a cache of another form is thrown away", async () => {
  const [root, cache] = [repositoryOf(files), folder()]
  age(root)
  const first = await live(root, cache, refreshed)
  const database = new DatabaseSync(cacheFileIn(cache))
  database.exec("UPDATE form SET form = 'of another Loom'; UPDATE files SET packed = '[[],[],[]]'")
  database.close()
  expect(filesOf(await live(root, cache, refreshed))).toEqual(filesOf(first))
})

test("the indexes of a host: one for each root, however it is named, and what could not be read", async () => {
  const root = repositoryOf({ ...files, "nul.ts": "\0" })
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const indexes = yield* lazyRepoIndexes({ cacheDirectory: null })
        const index = yield* indexes.indexOf(root)
        expect(yield* indexes.indexOf(`${root}/src/..`)).toBe(index)
        expect(yield* indexes.check(root)).toEqual({
          root,
          filesCount: 7,
          readByLanguage: { python: 2, typescript: 2 },
          faults: [{ path: "nul.ts", why: "it holds NUL bytes, so it is no text" }],
          notes: []
        })
        expect((yield* Effect.flip(indexes.indexOf(`${root}/nowhere`))).message).toBe(`map ${root}/nowhere: it does not exist`)
        expect((yield* Effect.flip(noRepoIndexes.indexOf(root))).message).toBe(`map ${root}: no index of repositories is kept here`)
      })
    )
  )
})
