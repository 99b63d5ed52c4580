import { countTokens } from "../src/effects/llm/tokens.ts"
import { largest, mapWithin } from "../src/effects/repo/map-budget.ts"
import { mapText, type MapFile } from "../src/effects/repo/map-text.ts"
import type { RankBase } from "../src/effects/repo/rank-base.ts"
import { wordScores } from "../src/effects/repo/rank-words.ts"
import { rankFiles } from "../src/effects/repo/rank.ts"
import type { FileSymbols } from "../src/effects/repo/symbols.ts"
import { aiderOrder, type Tag } from "./map-aider.ts"

export interface Asked {
  /** In the order of their paths. */
  readonly files: readonly FileSymbols[]
  readonly base: RankBase
  readonly message: string
}

/** Ranks once; then says which files it shows within a budget of tokens. */
export type Ranker = (asked: Asked) => (budgetTokens: number) => ReadonlySet<string>

const pathsOf = (files: readonly MapFile[]): ReadonlySet<string> => new Set(files.map(({ file }) => file.path))

const ours = (toldShare?: number): Ranker => ({ base, message }) => {
  const order = rankFiles(base, { words: message, trouble: "", touched: [] }).map(({ file }) => file)
  return (budgetTokens) => {
    const { files } = mapWithin(base, order, message, { budgetTokens, ...(toldShare === undefined ? {} : { toldShare }) })
    return pathsOf(toldShare === undefined ? files : files.filter(({ definitions }) => definitions.length > 0))
  }
}

const aider: Ranker = ({ files, message }) => {
  const tags = aiderOrder(files, message)
  return (budgetTokens) => {
    const count = largest(tags.length, budgetTokens / 25, (tagsShown) => countTokens(mapText(filesOf(files, tags.slice(0, tagsShown)))) <= budgetTokens)
    return pathsOf(filesOf(files, tags.slice(0, count)))
  }
}

const filesOf = (files: readonly FileSymbols[], tags: readonly Tag[]): readonly MapFile[] => {
  const namesByFile = new Map<number, Set<string>>()
  for (const { file, name } of tags) {
    const names = namesByFile.get(file) ?? new Set<string>()
    namesByFile.set(file, name === null ? names : names.add(name))
  }
  return [...namesByFile].map(([number, names]) => {
    const file = files[number] as FileSymbols
    return { file, definitions: file.definitions.flatMap(({ name }, index) => (names.has(name) ? [index] : [])) }
  })
}

/** One path a line, as many as the budget holds. */
const listed = (paths: readonly string[], budgetTokens: number): ReadonlySet<string> =>
  new Set(paths.slice(0, largest(paths.length, budgetTokens / 12, (count) => countTokens(paths.slice(0, count).join("\n")) <= budgetTokens)))

const namesByWords: Ranker = ({ base, message }) => {
  const { path } = wordScores(base, message)
  const order = base.paths.map((_, file) => file).sort((a, b) => (path[b] as number) - (path[a] as number) || a - b)
  return (budgetTokens) => listed(order.map((file) => base.paths[file] as string), budgetTokens)
}

const namesInOrder: Ranker = ({ base }) => (budgetTokens) => listed(base.paths, budgetTokens)

export const RANKERS: Readonly<Record<string, Ranker>> = {
  "our map": ours(),
  "our map, definitions alone": ours(1),
  "Aider's formula": aider,
  "paths by matching words": namesByWords,
  "paths in their order": namesInOrder
}
