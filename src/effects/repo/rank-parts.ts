import { pageRank, scaled } from "./page-rank.ts"
import type { RankBase } from "./rank-base.ts"
import { ageOf } from "./rank-past.ts"
import type { MapQuery } from "./rank.ts"
import { wordScores, type WordScores } from "./rank-words.ts"

/** What a rank is made of: the scores of words, and what follows from them. Each is from 0 to 1. */
export type Part = keyof WordScores | "trouble" | "touched" | "together" | "needed" | "central" | "recent"

/** The parts by which a file is wanted for itself; the others follow from what is wanted. */
const OWN: readonly Part[] = ["path", "defined", "referred", "exact", "named", "trouble", "said", "touched"]

/** So many of the most wanted say which others are wanted with them. */
const SEEDS_MAX = 12
/** Steps away from what is wanted matter little: half of what arrives is passed on. */
const PASSED_ON = 0.5

export const partsOfRank = (
  base: RankBase,
  { words, trouble, touched }: MapQuery,
  weights: Readonly<Record<Part, number>>
): Readonly<Record<Part, Float64Array>> => {
  const own = { ...wordScores(base, words), trouble: troubleScores(base, trouble), touched: touchedScores(base, touched) }
  const wanted = new Float64Array(base.paths.length)
  for (const part of OWN) own[part as keyof typeof own].forEach((value, file) => (wanted[file] = (wanted[file] as number) + weights[part] * value))
  const start = seedsOf(wanted)
  const needed = start.some((value) => value > 0) ? scaled(pageRank(base.graph, start, PASSED_ON)) : start
  return { ...own, together: togetherScores(base, start), needed, central: base.central, recent: base.past.recent }
}

/** Words of an error message are many and say little; a file or a name that it names is what is wrong. */
const troubleScores = (base: RankBase, trouble: string): Float64Array => {
  if (trouble === "") return new Float64Array(base.paths.length)
  const { named, exact, path, referred } = wordScores(base, trouble)
  return named.map((value, file) => Math.min(1, value + (exact[file] as number) / 2 + (path[file] as number) / 4 + (referred[file] as number) / 4))
}

const touchedScores = ({ numberByPath, paths }: RankBase, touched: readonly string[]): Float64Array => {
  const scores = new Float64Array(paths.length)
  for (const path of touched) {
    const file = numberByPath.get(path)
    if (file !== undefined) scores[file] = 1
  }
  return scores
}

/** The most wanted with what they are wanted, squared, so that the first of them has the say; together 1, or all nothing. */
const seedsOf = (wanted: Float64Array): Float64Array => {
  const strongest = Array.from(wanted, (score, file) => ({ score, file }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.file - b.file)
    .slice(0, SEEDS_MAX)
  const total = strongest.reduce((sum, { score }) => sum + score ** 2, 0)
  const seeds = new Float64Array(wanted.length)
  for (const { score, file } of strongest) seeds[file] = score ** 2 / total
  return seeds
}

/** So many of the newest commits of a file say what is changed with it. */
const COMMITS_MAX = 60

/** How often a file was changed in one commit with those that are wanted: what was changed with many others says less of each. */
const togetherScores = ({ past: { commitsByFile, filesByCommit }, paths }: RankBase, seeds: Float64Array): Float64Array => {
  const scores = new Float64Array(paths.length)
  seeds.forEach((share, seed) => {
    if (share === 0) return
    const commits = (commitsByFile.get(seed) ?? []).slice(0, COMMITS_MAX)
    const all = commits.reduce((sum, commit) => sum + ageOf(commit), 1)
    for (const commit of commits) {
      const files = filesByCommit[commit] as readonly number[]
      for (const file of files)
        if (file !== seed) scores[file] = (scores[file] as number) + (share * ageOf(commit)) / all / Math.sqrt(files.length - 1)
    }
  })
  return scores
}
