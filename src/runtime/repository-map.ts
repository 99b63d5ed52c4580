import * as Effect from "effect/Effect"
import { readHistory } from "../effects/repo/git-history.ts"
import { mapWithin } from "../effects/repo/map-budget.ts"
import { definitionLines } from "../effects/repo/map-lines.ts"
import { rankBase } from "../effects/repo/rank-base.ts"
import { rankFiles, type Ranked } from "../effects/repo/rank.ts"
import { lazyRepoIndexes } from "../effects/repo/repo-indexes.ts"
import type { Definition, FileSymbols, RepoIndex } from "../effects/repo/symbols.ts"
import { countTokens } from "../effects/llm/tokens.ts"
import type { Problem } from "../effects/os/problem.ts"

export type { Reason } from "../effects/repo/rank.ts"

/** What a person wants a map of. */
export interface MapWish {
  /** Canonical. */
  readonly root: string
  /** Where what was read is kept for the next time; sessions read it, too. */
  readonly cacheDirectory: string
  /** Files and folders that are shown, as paths in the root; none: all of it. */
  readonly paths: readonly string[]
  /** What it is wanted for. */
  readonly words: string
  readonly budgetTokens: number
  /** By whose tokens is counted. */
  readonly model: string
}

/** One file of the map and why it stands there. */
export interface MappedFile {
  readonly path: string
  /** Its place among all files, from 1. */
  readonly rank: number
  readonly score: number
  readonly reasons: Ranked["reasons"]
  readonly language: string | null
  /** The definitions that are shown; of a file that is shown by its name alone, none. */
  readonly definitions: readonly Pick<Definition, "name" | "kind" | "scope" | "line">[]
  /** Their lines as the map has them. */
  readonly lines: readonly string[]
}

/** A map as programs read it. Units: tokens. */
export interface MapReport {
  readonly root: string
  readonly budgetTokens: number
  readonly tokens: number
  /** How many files the repository has, of which these are the most wanted. */
  readonly filesInAll: number
  readonly files: readonly MappedFile[]
  /** What a model reads. */
  readonly text: string
}

export const repositoryMap = Effect.fn("Map.report")(function*({
  root,
  cacheDirectory,
  paths,
  words,
  budgetTokens,
  model
}: MapWish): Effect.fn.Return<MapReport, Problem> {
  const [index, history] = yield* Effect.all([Effect.map(indexed(root, cacheDirectory), ({ index }) => index), readHistory(root)], {
    concurrency: "unbounded"
  })
  const base = rankBase(index.files.values(), history)
  const ranked = rankFiles(base, { words, trouble: "", touched: [] }).map((one, place) => ({ ...one, reasons: one.reasons, rank: place + 1 }))
  const shown = ranked.filter(({ file }) => liesIn(base.paths[file] as string, paths))
  const { text, files } = mapWithin(base, shown.map(({ file }) => file), words, { budgetTokens, model })
  return {
    root,
    budgetTokens,
    tokens: countTokens(text, model),
    filesInAll: index.files.size,
    files: files.map(({ file, definitions }, place) => mapped(file, definitions, shown[place] as Ranked & { readonly rank: number })),
    text
  }
})

/** The index of now, and what is said of how it was made. */
const indexed = (root: string, cacheDirectory: string): Effect.Effect<{ readonly index: RepoIndex; readonly notes: readonly string[] }, Problem> =>
  Effect.scoped(
    Effect.gen(function*() {
      const { indexOf, check } = yield* lazyRepoIndexes({ cacheDirectory })
      const index = yield* indexOf(root)
      return { index, notes: (yield* check(root)).notes }
    })
  )

const mapped = (file: FileSymbols, definitions: readonly number[], { rank, score, reasons }: Ranked & { readonly rank: number }): MappedFile => ({
  path: file.path,
  rank,
  score: Number(score.toFixed(4)),
  reasons: reasons.map(({ reason, share }) => ({ reason, share: Number(share.toFixed(2)) })),
  language: file.language,
  definitions: definitions.toSorted((a, b) => a - b).map((index) => definitionOf(file.definitions[index] as Definition)),
  lines: definitionLines(file, new Set(definitions))
})

const definitionOf = ({ name, kind, scope, line }: Definition): MappedFile["definitions"][number] => ({ name, kind, scope, line })

/** Whether a path is one of these or lies below one; where there are none, every path does. */
const liesIn = (path: string, places: readonly string[]): boolean =>
  places.length === 0 || places.some((place) => place === "" || path === place || path.startsWith(`${place}/`))

/** What an index could and could not read. */
export interface MapCheck {
  readonly root: string
  readonly files: number
  /** How many files of each language were read. */
  readonly languages: Readonly<Record<string, number>>
  /** Files that no grammar reads, known by their names. */
  readonly namesOnly: number
  /** Files of a language that is read, which could not be. */
  readonly faults: readonly { readonly path: string; readonly why: string }[]
  /** What is to be said of the index itself, in sentences; empty where all is well. */
  readonly notes: readonly string[]
}

export const checkMap = Effect.fn("Map.check")(function*({
  root,
  cacheDirectory,
  paths
}: Pick<MapWish, "root" | "cacheDirectory" | "paths">): Effect.fn.Return<MapCheck, Problem> {
  const { index, notes } = yield* indexed(root, cacheDirectory)
  const files = [...index.files.values()].filter(({ path }) => liesIn(path, paths))
  const read = files.filter(({ language, fault }) => language !== null && fault === null)
  const counts = Map.groupBy(read, ({ language }) => language as string)
  return {
    root,
    files: files.length,
    languages: Object.fromEntries([...counts].map(([language, those]) => [language, those.length] as const).sort(([a], [b]) => (a < b ? -1 : 1))),
    namesOnly: files.filter(({ language, fault }) => language === null && fault === null).length,
    faults: files.flatMap(({ path, fault }) => (fault === null ? [] : [{ path, why: fault }])),
    notes
  }
})
