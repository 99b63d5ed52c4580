import { fitsTokens } from "../llm/tokens.ts"
import { definitionChooser } from "./map-definitions.ts"
import { mapText, type MapFile } from "./map-text.ts"
import type { RankBase } from "./rank-base.ts"
import type { FileSymbols } from "./symbols.ts"

/** A map and the files it tells of, the most wanted first. An empty text tells of none. */
export interface RepositoryMap {
  readonly text: string
  readonly files: readonly MapFile[]
}

export const NO_MAP: RepositoryMap = { text: "", files: [] }

/** How much of the budget goes to files with their definitions; names of further files, a few tokens each, get the rest. */
const TOLD_SHARE = 0.55
/** How many definitions are told of the most wanted file, the next, and so on; of all others as many as of the last. */
const DEFINITIONS_BY_PLACE = [8, 8, 6, 6, 4, 4, 3, 3, 3, 3, 2]
/** Of so many at most. */
const TOLD_MAX = 400
/** Of so many at least, in a small budget of fewer definitions, but not of fewer than these. */
const TOLD_MIN = 2
const DEFINITIONS_MIN = 2

export interface Budget {
  readonly budgetTokens: number
  /** By whose tokens is counted; without it as for Claude. */
  readonly model?: string
  readonly toldShare?: number
}

/**
 * The map of as many files as the budget holds, the most wanted first: those in front with definitions, the others by their names.
 * Each text that is taken was counted as a whole, so that none is ever over the budget.
 */
export const mapWithin = (
  base: RankBase,
  order: readonly number[],
  words: string,
  { budgetTokens, model = "", toldShare = TOLD_SHARE }: Budget
): RepositoryMap => {
  const choose = definitionChooser(base, words)
  const fileAt = (place: number): FileSymbols => base.files[order[place] as number] as FileSymbols
  const namedAt = (place: number): MapFile => ({ file: fileAt(place), definitions: [] })
  const telling = (times: number) =>
    remembered((place) => ({ file: fileAt(place), definitions: choose(order[place] as number, times * definitionsMax(place)) }))
  const filesOf = (told: number, all: number, toldAt = once): readonly MapFile[] =>
    Array.from({ length: all }, (_, place) => (place < told ? toldAt(place) : namedAt(place)))
  const once = telling(1)
  const fits = (files: readonly MapFile[], share: number): boolean => fitsTokens(mapText(files), Math.floor(budgetTokens * share), model)
  const told = largest(Math.min(order.length, TOLD_MAX), budgetTokens / TOLD_TOKENS, (count) => fits(filesOf(count, count), toldShare))
  const heads = [...filesOf(told, told)]
  // Where hardly one file has room with all that would be told of it, less is told of the first ones.
  for (let place = told; place < Math.min(TOLD_MIN, order.length); place++) {
    const squeezed = (count: number): MapFile => ({ file: fileAt(place), definitions: choose(order[place] as number, count) })
    const count = largest(definitionsMax(place), 1, (count) => fits([...heads, squeezed(count)], toldShare))
    if (count < DEFINITIONS_MIN) break
    heads.push(squeezed(count))
  }
  const withNames = (count: number): readonly MapFile[] => [...heads, ...Array.from({ length: count }, (_, index) => namedAt(heads.length + index))]
  const all = heads.length + largest(order.length - heads.length, budgetTokens / NAMED_TOKENS, (count) => fits(withNames(count), 1))
  /** Every file is named: what is left of the budget goes to more files with definitions, and then to more definitions. */
  const filled = (): readonly MapFile[] => {
    const most = told + largest(Math.min(order.length, TOLD_MAX) - told, 1, (count) => fits(filesOf(told + count, all), 1))
    if (most < heads.length) return withNames(all - heads.length)
    const times = 1 + largest(TIMES_MAX - 1, 1, (more) => fits(filesOf(most, all, telling(1 + more)), 1))
    return filesOf(most, all, telling(times))
  }
  if (all === 0) return NO_MAP
  const files = all < order.length ? withNames(all - heads.length) : filled()
  return { text: mapText(files), files }
}

/** Of a repository that is named whole so many times as many definitions are told at most, as far as the budget goes. */
const TIMES_MAX = 64

/** About what a file takes, to begin the search near its end. */
const TOLD_TOKENS = 100
const NAMED_TOKENS = 14

/**
 * What is new to somebody who was told a map before: files with definitions, the first of them first, and what is gone, as far as the budget goes.
 * What is gone is said before anything else, for what is there can be found.
 */
export const newsWithin = (
  base: RankBase,
  order: readonly number[],
  gone: readonly string[],
  words: string,
  { budgetTokens, model = "" }: Budget
): RepositoryMap => {
  const choose = definitionChooser(base, words)
  const told = order.map((number): MapFile => ({ file: base.files[number] as FileSymbols, definitions: choose(number, NEWS_DEFINITIONS) }))
  const textOf = (files: number, names: number): string => mapText(told.slice(0, files), { part: "changed", gone: gone.slice(0, names) })
  const fits = (text: string): boolean => fitsTokens(text, budgetTokens, model)
  const names = largest(gone.length, gone.length, (count) => fits(textOf(0, count)))
  const files = largest(order.length, order.length, (count) => fits(textOf(count, names)))
  return { text: textOf(files, names), files: told.slice(0, files) }
}

const NEWS_DEFINITIONS = 6

const definitionsMax = (place: number): number => DEFINITIONS_BY_PLACE[Math.min(place, DEFINITIONS_BY_PLACE.length - 1)] as number

const remembered = <A>(make: (place: number) => A): ((place: number) => A) => {
  const known: A[] = []
  return (place) => (known[place] ??= make(place))
}

/** The largest count up to `max` that fits, 0 where none does: looked for from `near` in growing steps, and by halving once it is enclosed. */
export const largest = (max: number, near: number, fits: (count: number) => boolean): number => {
  let low = 0
  let high = max
  for (let at = Math.round(near), step = STEP; low < high; step *= 2) {
    const tried = Math.min(high, Math.max(low + 1, at))
    if (fits(tried)) low = tried
    else high = tried - 1
    at = high === max ? low + step : low === 0 ? high - step : Math.ceil((low + high) / 2)
  }
  return low
}
const STEP = 4
