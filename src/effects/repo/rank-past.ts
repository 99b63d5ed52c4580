import type { History } from "./history.ts"
import { stemsOf } from "./words.ts"

/** What the history says of the files that are there now. Commits are numbers, the newest is 0. */
export interface Past {
  /** The files of each commit that are still there, in rising order. */
  readonly filesByCommit: readonly (readonly number[])[]
  readonly commitsByFile: ReadonlyMap<number, readonly number[]>
  readonly commitsByStem: ReadonlyMap<string, readonly number[]>
  /** How many stems each commit's words have. */
  readonly lengths: readonly number[]
  /** Of each file: how much of what was changed lately was changed in it, from 0 to 1. */
  readonly recent: Float64Array
}

/** One that touches more files is a move or a new form of everything: it says nothing of which belong together. */
const FILES_MAX = 30
/** After so many commits, what one says counts half. */
const HALF_LIFE_COMMITS = 200

export const ageOf = (commit: number): number => 0.5 ** (commit / HALF_LIFE_COMMITS)

export const pastOf = (history: History, numberByPath: ReadonlyMap<string, number>, size: number): Past => {
  const filesByCommit = history.map(({ files }) => numbersOf(files, numberByPath))
  const stems = history.map(({ subject }, commit) => (filesByCommit[commit]?.length === 0 ? [] : [...new Set(stemsOf(subject))]))
  const commitsByFile = new Map<number, number[]>()
  const commitsByStem = new Map<string, number[]>()
  filesByCommit.forEach((files, commit) => files.forEach((file) => push(commitsByFile, file, commit)))
  stems.forEach((words, commit) => words.forEach((stem) => push(commitsByStem, stem, commit)))
  return { filesByCommit, commitsByFile, commitsByStem, lengths: stems.map(({ length }) => length), recent: recentOf(filesByCommit, size) }
}

const numbersOf = (files: readonly string[], numberByPath: ReadonlyMap<string, number>): readonly number[] => {
  const numbers = [...new Set(files)].flatMap((file) => numberByPath.get(file) ?? []).sort((a, b) => a - b)
  return files.length > FILES_MAX ? [] : numbers
}

const recentOf = (filesByCommit: readonly (readonly number[])[], size: number): Float64Array => {
  const sums = new Float64Array(size)
  filesByCommit.forEach((files, commit) => files.forEach((file) => (sums[file] = (sums[file] as number) + ageOf(commit))))
  return sums.map((sum) => sum / (sum + 1))
}

const push = <Key>(table: Map<Key, number[]>, key: Key, value: number): void => {
  const known = table.get(key)
  if (known === undefined) table.set(key, [value])
  else known.push(value)
}
