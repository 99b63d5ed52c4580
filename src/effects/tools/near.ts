import { dirname, basename } from "node:path"
import { entriesIn } from "../os/handle.ts"
import { locate, type Located } from "../os/path.ts"

const SHOWN_MAX = 3
/** In a larger directory not every name is looked at. */
const COMPARED_MAX = 5_000
/** Likeness below this is chance. */
const LIKENESS_MIN = 0.4

/** `; near it: a.ts, b.ts` for a path that does not exist; empty where nothing is like it. */
export const namesNear = ({ absolute, root }: Located): string => {
  if (root === null) return ""
  const directory = dirname(absolute)
  const names = namesIn(root, directory)
  const near = names
    .slice(0, COMPARED_MAX)
    .map((name) => ({ name, likeness: likeness(name.toLowerCase(), basename(absolute).toLowerCase()) }))
    .filter((candidate) => candidate.likeness >= LIKENESS_MIN)
    .sort((a, b) => b.likeness - a.likeness || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN_MAX)
  return near.length === 0 ? "" : `; near it: ${near.map(({ name }) => name).join(", ")}`
}

const namesIn = (root: string, directory: string): readonly string[] => {
  try {
    return locate([root], directory).root === null ? [] : entriesIn(directory).map((entry) => entry.name)
  } catch {
    // Without the directory there is nothing near: the answer that the file is missing stands by itself.
    return []
  }
}

/** 0 for nothing in common to 1 for the same: twice the pairs of neighbouring characters in common, by all of them. */
export const likeness = (a: string, b: string): number => {
  if (a === b) return 1
  const pairs = new Map<string, number>()
  for (let index = 0; index + 1 < a.length; index++) pairs.set(a.slice(index, index + 2), (pairs.get(a.slice(index, index + 2)) ?? 0) + 1)
  let common = 0
  for (let index = 0; index + 1 < b.length; index++) {
    const left = pairs.get(b.slice(index, index + 2)) ?? 0
    if (left === 0) continue
    pairs.set(b.slice(index, index + 2), left - 1)
    common++
  }
  return (2 * common) / Math.max(1, a.length + b.length - 2)
}
