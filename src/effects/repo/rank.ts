import { partsOfRank, type Part } from "./rank-parts.ts"
import type { RankBase } from "./rank-base.ts"

/** What a map is wanted for. */
export interface MapQuery {
  /** What the person wrote. */
  readonly words: string
  /** What failing tests and diagnostics say. */
  readonly trouble: string
  /** Paths that the agent touched in this session. */
  readonly touched: readonly string[]
}

export const NO_QUERY: MapQuery = { words: "", trouble: "", touched: [] }

/** Why a file stands where it does, in words for people and programs. */
export type Reason = "words" | "named" | "trouble" | "history" | "together" | "imports" | "recent" | "touched"

/** A file's number in the base, how much it is wanted, and what that is made of, the strongest first; shares of it that are hardly any are left out. */
export interface Ranked {
  readonly file: number
  readonly score: number
  readonly reasons: readonly { readonly reason: Reason; readonly share: number }[]
}

/**
 * What each part counts, found by trying on the even cases of the measurement in specs/repo-map.md. A file that is touched gains more
 * than anything that changes with it can take from it or give to another: it never falls behind by being touched.
 */
export const WEIGHTS: Readonly<Record<Part, number>> = {
  path: 3,
  defined: 1,
  referred: 0.7,
  exact: 0.3,
  named: 1.5,
  trouble: 1,
  said: 2,
  together: 1.5,
  needed: 0.1,
  central: 0.05,
  recent: 0.05,
  touched: 3.5
}

/** A map tells of code: what no grammar reads counts so much of what it would, but where somebody means just that file. */
const UNREAD = 0.5
const CERTAIN: ReadonlySet<Part> = new Set(["named", "touched"])

const REASON_BY_PART: Readonly<Record<Part, Reason>> = {
  path: "words",
  defined: "words",
  referred: "words",
  exact: "words",
  named: "named",
  trouble: "trouble",
  said: "history",
  together: "together",
  needed: "imports",
  central: "imports",
  recent: "recent",
  touched: "touched"
}

/** Every file, the most wanted first; of equals the one whose path comes first. The same base and query give the same order. */
export const rankFiles = (base: RankBase, query: MapQuery, weights: Readonly<Record<Part, number>> = WEIGHTS): readonly Ranked[] => {
  const parts = partsOfRank(base, query, weights)
  const weighed = Object.entries(weights).map(([part, weight]) => ({
    reason: REASON_BY_PART[part as Part],
    valueOf: (file: number): number =>
      weight * (parts[part as Part][file] as number) * (CERTAIN.has(part as Part) || base.files[file]?.language !== null ? 1 : UNREAD)
  }))
  const scores = Float64Array.from(base.paths, (_, file) => weighed.reduce((sum, { valueOf }) => sum + valueOf(file), 0))
  return Array.from(scores, (score, file) => ({ file, score }))
    .sort((a, b) => b.score - a.score || a.file - b.file)
    .map(({ file, score }) => ({
      file,
      score,
      // Worked out where somebody asks: of most files nobody does.
      get reasons() {
        return reasonsOf(score, weighed.map(({ reason, valueOf }) => [reason, valueOf(file)]))
      }
    }))
}

/** Less of a score is no reason. */
const SHARE_MIN = 0.05

const reasonsOf = (score: number, given: readonly (readonly [Reason, number])[]): Ranked["reasons"] => {
  const sums = new Map<Reason, number>()
  for (const [reason, value] of given) sums.set(reason, (sums.get(reason) ?? 0) + value)
  return [...sums]
    .map(([reason, value]) => ({ reason, share: score === 0 ? 0 : value / score }))
    .filter(({ share }) => share >= SHARE_MIN)
    .sort((a, b) => b.share - a.share || (a.reason < b.reason ? -1 : 1))
}
