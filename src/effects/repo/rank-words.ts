import type { NameTable, Postings } from "./rank-names.ts"
import type { RankBase } from "./rank-base.ts"
import { namesIn, stemsOf } from "./words.ts"

/** How well each file fits the words of a text, from 0 (no word of it) to nearly 1 (every word, again and again). */
export interface WordScores {
  /** By the parts of its path. */
  readonly path: Float64Array
  /** By the names it defines. */
  readonly defined: Float64Array
  /** By the names it refers to. */
  readonly referred: Float64Array
  /** By what was said of commits that touched it. */
  readonly said: Float64Array
  /** Whether the text names the file itself. */
  readonly named: Float64Array
  /** By names of the text that it defines exactly so. */
  readonly exact: Float64Array
}

/** Repetition counts less and less, and a long file has to repeat more, as in BM25. */
const SATURATION = 1.2
const LENGTH = 0.6

export const wordScores = (base: RankBase, text: string): WordScores => {
  const { names, paths } = base
  const stems = [...new Set(stemsOf(text))]
  const size = paths.length
  const field = (countsOf: (stem: string) => ReadonlyMap<number, number>, lengths: Float64Array): Float64Array => bm25(stems, countsOf, lengths, size)
  return {
    path: field((stem) => base.pathsByStem.get(stem) ?? NOTHING, new Float64Array(size)),
    defined: field((stem) => summed(names, "defin", stem), base.definitionCounts),
    referred: field((stem) => summed(names, "refer", stem), base.referenceCounts),
    said: saidScores(base, stems),
    named: namedScores(base, text),
    exact: exactScores(base, text)
  }
}

const NOTHING: ReadonlyMap<number, number> = new Map()

const summed = (
  { definedByStem, referredByStem, definersByName, referencersByName }: NameTable,
  which: "defin" | "refer",
  stem: string
): ReadonlyMap<number, number> => {
  const names = (which === "defin" ? definedByStem : referredByStem).get(stem) ?? []
  const postings = which === "defin" ? definersByName : referencersByName
  const counts = new Map<number, number>()
  for (const name of names) {
    const { files, counts: times } = postings.get(name) as Postings
    files.forEach((file, index) => counts.set(file, (counts.get(file) ?? 0) + (times[index] as number)))
  }
  return counts
}

const bm25 = (
  stems: readonly string[],
  countsOf: (stem: string) => ReadonlyMap<number, number>,
  lengths: Float64Array,
  size: number
): Float64Array => {
  const scores = new Float64Array(size)
  const average = Math.max(1, lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, size))
  let most = 0
  for (const stem of stems) {
    const counts = countsOf(stem)
    const rarity = Math.log(1 + (size - counts.size + 0.5) / (counts.size + 0.5))
    most += rarity
    for (const [file, times] of counts) {
      const long = 1 - LENGTH + LENGTH * ((lengths[file] as number) / average)
      scores[file] = (scores[file] as number) + (rarity * times) / (times + SATURATION * long)
    }
  }
  return most === 0 ? scores : scores.map((score) => score / most)
}

/** How many of the commits that fit best have a say. */
const COMMITS_MAX = 40

/** Commits whose words are like these speak for the files they touched. */
const saidScores = ({ past, paths }: RankBase, stems: readonly string[]): Float64Array => {
  const fit = new Map<number, number>()
  let most = 0
  const all = past.filesByCommit.length
  for (const stem of stems) {
    const commits = past.commitsByStem.get(stem) ?? []
    const rarity = Math.log(1 + (all - commits.length + 0.5) / (commits.length + 0.5))
    most += rarity
    for (const commit of commits) fit.set(commit, (fit.get(commit) ?? 0) + rarity)
  }
  const best = [...fit].map(([commit, score]) => ({ commit, score: score / most / Math.sqrt(4 + (past.lengths[commit] as number)) }))
    .sort((a, b) => b.score - a.score || a.commit - b.commit).slice(0, COMMITS_MAX)
  const scores = new Float64Array(paths.length)
  for (const { commit, score } of best) {
    const files = past.filesByCommit[commit] as readonly number[]
    for (const file of files) scores[file] = (scores[file] as number) + (score * score) / Math.sqrt(files.length)
  }
  return scores.map((score) => Math.sqrt(score))
}

/** A shorter one is a word of the language. */
const NAME_LENGTH_MIN = 4

/** Whether the text names a file by its path, the end of its path or its whole name with its ending; of several with that name each is meant a little. */
const namedScores = ({ paths, numbersByName, numberByPath }: RankBase, text: string): Float64Array => {
  const scores = new Float64Array(paths.length)
  for (const word of new Set(text.split(/[\s"'`()<>[\]{},;]+/).map(barePath))) {
    const own = numberByPath.get(word)
    const meant = own === undefined ? endingSo(word, paths, numbersByName) : [own]
    for (const file of meant) scores[file] = Math.max(scores[file] as number, 1 / meant.length)
  }
  return scores
}

/** `barePath("./src/a.ts:12:3.")  // => "src/a.ts"` */
const barePath = (word: string): string => word.replace(/^\.{0,2}\/+/, "").replace(/[.!?:/]+$/, "").replace(/(:\d+){1,2}$/, "")

const endingSo = (word: string, paths: readonly string[], numbersByName: RankBase["numbersByName"]): readonly number[] => {
  const name = word.slice(word.lastIndexOf("/") + 1)
  if (!word.includes("/") && !/.\.\w/.test(name)) return []
  return (numbersByName.get(name) ?? []).filter((file) => `/${paths[file]}`.endsWith(`/${word}`) || word.endsWith(`/${paths[file]}`))
}

/** A name that more files define is a word like any other. */
const DEFINERS_MAX = 10

const exactScores = ({ names: { definersByName }, paths }: RankBase, text: string): Float64Array => {
  const scores = new Float64Array(paths.length)
  for (const name of new Set(namesIn(text))) {
    const definers = name.length < NAME_LENGTH_MIN || !isIdentifier(name) ? undefined : definersByName.get(name)
    if (definers === undefined || definers.files.length > DEFINERS_MAX) continue
    for (const file of definers.files) scores[file] = Math.max(scores[file] as number, 1 / definers.files.length)
  }
  return scores
}

/** Written as nobody writes a word of the language: `parseUrl`, `parse_url`, `URL2`, `Url`. */
const isIdentifier = (name: string): boolean => /[\p{Ll}\p{N}]\p{Lu}|_|\p{L}\p{N}|^\p{Lu}/u.test(name)
