import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { readHistory } from "../src/effects/repo/git-history.ts"
import { makeRepoIndexes } from "../src/effects/repo/indexes.ts"
import { rankBase } from "../src/effects/repo/rank-base.ts"
import type { RepoIndex } from "../src/effects/repo/symbols.ts"
import type { MapCase, MapCases, MapRepository } from "./map-cases.ts"
import { RANKERS, type Ranker } from "./map-rankers.ts"
import { median } from "./measure.ts"

const BUDGETS = [1024, 2048] as const

export interface MapOptions {
  readonly file: string
  /** Which cases: the odd ones are reported, the even ones are there to try on. */
  readonly half: "odd" | "even"
  readonly json: boolean
}

/**
 * Of the files that commits touched, how many a map for their words would have shown, before they were made: for our ranking and for others,
 * with the tree and the history that there were then.
 */
export const measureMaps = async ({ file, half, json }: MapOptions): Promise<number> => {
  const { repositories } = JSON.parse(readFileSync(file, "utf8")) as MapCases
  for (const repository of repositories) {
    const cases = repository.cases.filter((_, number) => (number % 2 === 1) === (half === "odd"))
    const tallies = await Effect.runPromise(Effect.scoped(measured(repository, cases)))
    for (const line of json ? jsonLines(repository.name, tallies) : tableLines(repository.name, half, tallies)) console.log(line)
  }
  return 0
}

/** Of each ranker under each budget, the recall of every case. */
interface Tallies {
  readonly recalls: ReadonlyMap<string, readonly number[]>
  readonly baseMs: readonly number[]
}

const measured = Effect.fnUntraced(function*({ checkout }: MapRepository, cases: readonly MapCase[]) {
  const place = yield* Effect.acquireRelease(
    Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "loom-map-")))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const { indexOf } = yield* makeRepoIndexes({ cacheDirectory: null })
  const recalls = new Map<string, number[]>()
  const baseMs: number[] = []
  for (const one of cases) {
    const root = treeAt(checkout, one.parent, place)
    const index = yield* indexOf(root)
    const touched = one.files.filter((path) => index.files.has(path))
    if (touched.length === 0) continue
    const history = yield* readHistory(checkout, one.parent)
    const start = performance.now()
    const base = rankBase(index.files.values(), history)
    baseMs.push(performance.now() - start)
    for (const [name, shown] of shownBy(index, base, one.message)) {
      const recall = touched.filter((path) => shown.has(path)).length / touched.length
      recalls.set(name, [...(recalls.get(name) ?? []), recall])
    }
  }
  return { recalls, baseMs } satisfies Tallies
})

const shownBy = (index: RepoIndex, base: ReturnType<typeof rankBase>, message: string): readonly (readonly [string, ReadonlySet<string>])[] =>
  Object.entries(RANKERS).flatMap(([name, ranker]: [string, Ranker]) => {
    const within = ranker({ files: [...index.files.values()], base, message })
    return BUDGETS.map((budget) => [`${name} ${budget}`, within(budget)] as const)
  })

/** The files of a commit, put where those of the one before were; the checkout itself stays as it is. */
const treeAt = (checkout: string, commit: string, place: string): string => {
  const root = join(place, "tree")
  mkdirSync(root, { recursive: true })
  const gitDirectory = execFileSync("git", ["-C", checkout, "rev-parse", "--absolute-git-dir"], { encoding: "utf8" }).trim()
  execFileSync("git", ["--git-dir", gitDirectory, "--work-tree", root, "-c", "core.bare=false", "-c", "core.autocrlf=false", "read-tree", "--reset", "-u", commit], {
    cwd: root,
    env: { ...process.env, GIT_INDEX_FILE: join(place, "index") },
    stdio: ["ignore", "ignore", "inherit"]
  })
  return root
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

const tableLines = (repository: string, half: string, { recalls, baseMs }: Tallies): readonly string[] => [
  `${repository}: ${baseMs.length} ${half} cases, ${median(baseMs).toFixed(0)} ms to work an index out`,
  `  ${"recall at".padEnd(28)}${BUDGETS.map((budget) => `${budget}`.padStart(8)).join("")}`,
  ...Object.keys(RANKERS).map(
    (name) =>
      `  ${name.padEnd(28)}${BUDGETS.map((budget) => `${(100 * mean(recalls.get(`${name} ${budget}`) ?? [])).toFixed(1)} %`.padStart(8)).join("")}`
  )
]

const jsonLines = (repository: string, { recalls, baseMs }: Tallies): readonly string[] =>
  [...recalls].map(([name, values]) =>
    JSON.stringify({
      repository,
      ranker: name.replace(/ \d+$/, ""),
      budgetTokens: Number(/\d+$/.exec(name)?.[0]),
      cases: baseMs.length,
      recall: Number(mean(values).toFixed(4))
    })
  )
