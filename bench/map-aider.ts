import { pageRank, graphOf } from "../src/effects/repo/page-rank.ts"
import type { FileSymbols } from "../src/effects/repo/symbols.ts"

/** A file, and a name that it defines; none: the file's own name is all that is shown. */
export interface Tag {
  readonly file: number
  readonly name: string | null
}

/**
 * The ranking of Aider's repository map, written from its description, as a floor to measure against: names are equal when they are
 * written equally. Files are in the order of their paths.
 */
export const aiderOrder = (files: readonly FileSymbols[], message: string): readonly Tag[] => {
  const mentioned = new Set(message.split(/[^\p{L}\p{N}_]+/u))
  const { definers, referencers } = tagsOf(files)
  const edges = edgesOf(definers, referencers, mentioned)
  const rows = files.map(() => new Map<number, number>())
  for (const { from, to, weight } of edges) rows[from]?.set(to, (rows[from]?.get(to) ?? 0) + weight)
  const ranks = pageRank(graphOf(rows), Float64Array.from(files, ({ path }) => (isMentioned(path, message, mentioned) ? 1 : 0)))
  const totals = rows.map((row) => [...row.values()].reduce((sum, weight) => sum + weight, 0))
  const rankByTag = new Map<string, { readonly tag: Tag; rank: number }>()
  for (const { from, to, weight, name } of edges) {
    const key = `${to} ${name}`
    const known = rankByTag.get(key) ?? { tag: { file: to, name }, rank: 0 }
    rankByTag.set(key, known)
    known.rank += ((ranks[from] as number) * weight) / (totals[from] as number)
  }
  const tags = [...rankByTag.values()].sort((a, b) => b.rank - a.rank || a.tag.file - b.tag.file || ((a.tag.name ?? "") < (b.tag.name ?? "") ? -1 : 1)).map(({ tag }) => tag)
  const shown = new Set(tags.map(({ file }) => file))
  const rest = files.flatMap((_, file) => (shown.has(file) ? [] : [file])).sort((a, b) => (ranks[b] as number) - (ranks[a] as number) || a - b)
  const important = files.flatMap(({ path }, file) => (!shown.has(file) && IMPORTANT.test(path) ? [{ file, name: null }] : []))
  return [...important, ...tags, ...rest.map((file) => ({ file, name: null }))]
}

const IMPORTANT =
  /^(readme(\.\w+)?|package\.json|pyproject\.toml|setup\.(py|cfg)|requirements\.txt|go\.mod|cargo\.toml|makefile|dockerfile|tsconfig\.json|tox\.ini|\.github\/workflows\/[^/]+\.ya?ml)$/i

interface Weighted {
  readonly from: number
  readonly to: number
  readonly name: string
  readonly weight: number
}

const tagsOf = (files: readonly FileSymbols[]) => {
  const definers = new Map<string, Set<number>>()
  const referencers = new Map<string, Map<number, number>>()
  files.forEach(({ definitions, references }, file) => {
    for (const { name } of definitions) definers.set(name, (definers.get(name) ?? new Set()).add(file))
    for (const { name, count } of references) referencers.set(name, (referencers.get(name) ?? new Map<number, number>()).set(file, count))
  })
  return { definers, referencers }
}

const edgesOf = (
  definers: ReadonlyMap<string, ReadonlySet<number>>,
  referencers: ReadonlyMap<string, ReadonlyMap<number, number>>,
  mentioned: ReadonlySet<string>
): readonly Weighted[] =>
  [...definers].flatMap(([name, defining]) => {
    const referring = referencers.get(name)
    if (referring === undefined) return [...defining].map((file) => ({ from: file, to: file, name, weight: 0.1 }))
    const factor = factorOf(name, defining.size, mentioned)
    return [...referring].flatMap(([from, count]) => [...defining].map((to) => ({ from, to, name, weight: factor * Math.sqrt(count) })))
  })

const factorOf = (name: string, definers: number, mentioned: ReadonlySet<string>): number =>
  (mentioned.has(name) ? 10 : 1) * (name.length >= 8 && /[_-]|\p{Ll}\p{Lu}/u.test(name) ? 10 : 1) * (name.startsWith("_") ? 0.1 : 1) * (definers > 5 ? 0.1 : 1)

const isMentioned = (path: string, message: string, mentioned: ReadonlySet<string>): boolean => {
  const parts = path.split("/")
  const name = parts.at(-1) as string
  return (
    message.split(/\s+/).includes(path)
    || parts.some((part) => mentioned.has(part))
    || mentioned.has(name.replace(/\.[^.]*$/, ""))
    || message.split(/[\s"'`,;:()]+/).includes(name)
  )
}
