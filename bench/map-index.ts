import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { languageOf } from "../src/effects/repo/language.ts"
import { makePool, type Pool } from "../src/effects/repo/pool.ts"
import { makeLiveIndex, type LiveIndex } from "../src/effects/repo/repo-index.ts"
import { makeWatchedIndex } from "../src/effects/repo/watched-index.ts"
import { generateRepository } from "./generated-repository.ts"
import type { FloorWork } from "./map-floor-thread.ts"
import { ratioOf, timed, type Figure, type Measure } from "./measure.ts"

/** The index of a repository of 10,000 files, and of the sources of an installed package, against what parsing alone takes. */

const FILES = 10_000
const CHANGES = 1_000
/** A look at each of 10,000 files takes 60 ms on the machine that the limits of 300 ms and 50 ms were written for. */
const LIMIT_WARM = 300 / 60
const LIMIT_FILE = 50 / 60

export const mapCold: Measure = async (size) =>
  inFolder(async (folder) => {
    const generated = join(folder, "repository")
    generateRepository(generated, size.count(FILES))
    const copied = join(folder, "package")
    copySources("effect", copied, size.count(1_000))
    const figure = await coldOf("map-cold", generated, size.rounds(2), `${size.count(FILES)} generated files`)
    // So small that only the start of a process would be measured three times.
    if (size.count(FILES) < 1_000) return [figure]
    const sources = await coldOf("map-effect", copied, size.rounds(3), "the sources of the package effect")
    return [figure, { ...sources, aside: true }, ...(await againstCtags(generated, size.rounds(2)))]
  })

/** Parsing alone has the files read and the grammars loaded; the index begins with nothing, and ends with all of it in its cache. */
const coldOf = async (name: string, root: string, rounds: number, which: string): Promise<Figure> => {
  const files = await sourcesIn(root)
  const cold = (): Promise<number> => inFolder((cache) => withPool((pool) => timedLive(root, cache, pool, (live) => Effect.runPromise(live.refresh))))
  const { ratio, floor, measured } = await ratioOf(rounds, cold, () => parseAlone(files))
  return {
    name,
    ratio,
    floor,
    unit: "ms",
    limit: 1.2,
    what: `a cold index of ${which} (${Math.round(measured)} ms), against parsing and looking for patterns alone in two threads`
  }
}

export const mapWarm: Measure = async (size) =>
  inFolder(async (folder) => {
    const root = join(folder, "repository")
    const cache = join(folder, "cache")
    generateRepository(root, size.count(FILES))
    const start = (pool: Pool): Promise<number> => timedLive(root, cache, pool, (live) => Effect.runPromise(live.refresh))
    return withPool(async (pool) => {
      await start(pool)
      // What was new when it was read is looked at once more.
      await start(pool)
      const warm = await ratioOf(
        size.rounds(7),
        () => start(pool),
        () => timedRun(() => lookAtAll(root))
      )
      return [
        {
          name: "map-warm",
          ratio: warm.ratio,
          floor: warm.floor,
          unit: "ms",
          limit: LIMIT_WARM,
          what: `a warm start over ${size.count(FILES)} files (${Math.round(warm.measured)} ms), against a look at each of them`
        }
      ]
    })
  })

export const mapFile: Measure = async (size) =>
  inFolder(async (folder) => {
    const root = join(folder, "repository")
    const cache = join(folder, "cache")
    generateRepository(root, size.count(FILES))
    return withPool(async (pool) => {
      const file = await live(root, cache, pool, async (index) => {
        await Effect.runPromise(index.refresh)
        return ratioOf(size.rounds(15), () => changeOne(root, index), () => timedRun(() => lookAtAll(root)))
      })
      return [
        {
          name: "map-file",
          ratio: file.ratio,
          floor: file.floor,
          unit: "ms",
          limit: LIMIT_FILE,
          what: `the index after one changed file of them (${file.measured.toFixed(1)} ms), against a look at each of them`
        }
      ]
    })
  })

/** A second floor, for those who know that program; where it is missing, there is none. */
const againstCtags = async (root: string, rounds: number): Promise<readonly Figure[]> => {
  if (!existsSync(CTAGS)) return []
  const cold = (): Promise<number> => inFolder((cache) => withPool((pool) => timedLive(root, cache, pool, (live) => Effect.runPromise(live.refresh))))
  const tags = (): Promise<number> => timedRun(() => execFileSync(CTAGS, ["-R", "-f", "/dev/null", root]))
  const { ratio, floor } = await ratioOf(rounds, cold, tags)
  return [
    {
      name: "map-ctags",
      ratio,
      floor,
      unit: "ms",
      limit: 10,
      what: "the same cold index, with references and imports, against the definitions of universal-ctags",
      aside: true
    }
  ]
}
const CTAGS = "/usr/bin/ctags"

/** After a checkout that creates as many files as it deletes: from its end until the index that a watcher keeps is the one of now. */
export const mapCheckout: Measure = async (size) =>
  inFolder(async (folder) => {
    const root = join(folder, "repository")
    generateRepository(root, size.count(FILES / 5))
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.quotePath=false", ...args], {
        cwd: root,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], HOME: folder }
      })
    git("init", "-q", "-b", "one")
    git("add", ".")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "two")
    const moved = git("ls-files", "packages").split("\n").filter((path) => path !== "").slice(0, size.count(CHANGES))
    for (const path of moved) {
      mkdirSync(dirname(join(root, "moved", path)), { recursive: true })
      renameSync(join(root, path), join(root, "moved", path))
    }
    git("add", "-A")
    git("commit", "-qm", "two")
    let branch = "two"
    const checkout = (): number => timed(() => git("checkout", "-q", (branch = branch === "one" ? "two" : "one")))
    return withPool((pool) =>
      live(root, join(folder, "cache"), pool, (index) =>
        Effect.runPromise(
          Effect.scoped(
            Effect.gen(function*() {
              const watched = yield* makeWatchedIndex(root, index)
              yield* watched.watch
              yield* watched.now
              const settle = async (): Promise<number> => {
                const wanted = git("ls-files").split("\n").filter((path) => path !== "").sort().join("\n")
                const start = performance.now()
                while ([...(index.latest()?.files.keys() ?? [])].join("\n") !== wanted) await new Promise((resolve) => setTimeout(resolve, 5))
                return performance.now() - start
              }
              const follow = (): Promise<number> => (checkout(), settle())
              // The index follows each checkout before the next: two of them would leave it where it was.
              const checkoutAlone = async (): Promise<number> => {
                const took = checkout()
                await settle()
                return took
              }
              const { ratio, floor, measured } = yield* Effect.promise(() => ratioOf(size.rounds(5), follow, checkoutAlone))
              return [
                {
                  name: "map-checkout",
                  ratio,
                  floor,
                  unit: "ms",
                  limit: 10,
                  what: `the index after a checkout that moved ${moved.length} files (${Math.round(measured)} ms), against the checkout`
                }
              ]
            })
          )
        )
      )
    )
  })

const copySources = (name: string, to: string, filesMax: number): void => {
  const from = fileURLToPath(new URL(`../node_modules/${name}/src`, import.meta.url))
  const files = readdirSync(from, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const entry of files.slice(0, filesMax)) cpSync(join(entry.parentPath, entry.name), join(to, relative(from, entry.parentPath), entry.name))
}

const sourcesIn = async (root: string): Promise<FloorWork["files"]> => {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.flatMap((entry) => {
    const language = languageOf(entry.name)
    return language === null ? [] : [{ file: join(entry.parentPath, entry.name), language }]
  })
}

const parseAlone = async (files: FloorWork["files"]): Promise<number> => {
  const workers = halvesOf(files).map((half) => new Worker(new URL("./map-floor-thread.ts", import.meta.url), { workerData: { files: half } satisfies FloorWork }))
  await Promise.all(workers.map((worker) => once(worker, "message")))
  const start = performance.now()
  const done = workers.map((worker) => once(worker, "message"))
  for (const worker of workers) worker.postMessage("begin")
  await Promise.all(done)
  const took = performance.now() - start
  await Promise.all(workers.map((worker) => worker.terminate()))
  return took
}

/** The same number of bytes for each thread, so that neither waits for the other. */
const halvesOf = (files: FloorWork["files"]): readonly FloorWork["files"][] => {
  const halves = [0, 1].map(() => ({ bytes: 0, files: [] as FloorWork["files"][number][] }))
  for (const { each, bytes } of files.map((each) => ({ each, bytes: statSync(each.file).size })).sort((a, b) => b.bytes - a.bytes)) {
    const lighter = halves.reduce((a, b) => (b.bytes < a.bytes ? b : a))
    lighter.bytes += bytes
    lighter.files.push(each)
  }
  return halves.map((half) => half.files)
}

const lookAtAll = (root: string): void => {
  for (const path of readdirSync(root, { recursive: true })) lstatSync(join(root, String(path)))
}

const changeOne = async (root: string, index: LiveIndex): Promise<number> => {
  const path = "packages/package0/src/module0.ts"
  appendFileSync(join(root, path), "// one more line\n")
  return timedRun(() => Effect.runPromise(index.refreshFiles([path])))
}

const timedRun = async (work: () => unknown): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const live = <A>(root: string, cacheDirectory: string, pool: Pool, use: (live: LiveIndex) => Promise<A>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(makeLiveIndex({ root, cacheDirectory, pool }), (made) => Effect.promise(() => use(made)))))

/** From nothing in memory until the index is there. */
const timedLive = (root: string, cacheDirectory: string, pool: Pool, use: (live: LiveIndex) => Promise<unknown>): Promise<number> =>
  timedRun(() => live(root, cacheDirectory, pool, use))

/** As it is installed: a program that runs from its sources starts later by what it takes to read them. */
const built = (name: string): URL => new URL(`../dist/${name}.js`, import.meta.url)

const withPool = async <A>(use: (pool: Pool) => Promise<A>): Promise<A> => {
  const pool = makePool({ process: built("map-process"), thread: built("map-thread") })
  try {
    return await use(pool)
  } finally {
    pool.end()
  }
}

const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-bench-")))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
