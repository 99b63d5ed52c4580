import { posix } from "node:path"
import type { TouchedFact } from "../../../machine/event.ts"
import { isInside, locate, type Located } from "../../os/path.ts"
import { braces, filesNamed, literally, patternOf, UNKNOWN } from "./glob.ts"
import { mentionsOf, type Mention } from "./mentions.ts"
import type { Word } from "./word.ts"

/** One command with the folders that it may run in. */
export interface Run {
  readonly words: readonly Word[]
  readonly reads: boolean
  /** Behind another's output. */
  readonly piped: boolean
  readonly folders: readonly string[]
}

/** Files told of one call. What names more is told as one that may touch all there is. */
const FILES_MAX = 200
/** Units: characters. */
const WORD_MAX = 4096

/** The files that commands name by their words, as far as that is plain to see: as they are written, and where they lead. */
export const touchedBy = (runs: readonly Run[], roots: readonly string[]): readonly TouchedFact[] => {
  const facts = new Map<string, TouchedFact>()
  for (const { words, reads, piped, folders } of runs) {
    if (words.some(isTooLong)) return everything(roots)
    for (const folder of folders) {
      const patterns = words.map((word) => patternIn(word, folder))
      for (const mention of mentionsOf(patterns, reads, piped)) {
        for (const fact of factsOf(mention, folder, roots)) facts.set(JSON.stringify(fact), fact)
        if (facts.size > FILES_MAX) return everything(roots)
      }
    }
  }
  return [...facts.values()]
}

/** What is longer than a path can be is none; but what is chosen from it may be one. */
const isTooLong = ({ value, guess, known }: Word): boolean => value === null && known !== true && guess.length > WORD_MAX && /\{[^]*,/.test(guess)

const patternIn = ({ value, guess, known }: Word, folder: string): string => {
  if (guess.length > WORD_MAX) return ""
  return value !== null || known === true ? literally(value ?? guess) : patternOf(guess, folder)
}

const everything = (roots: readonly string[]): readonly TouchedFact[] => [
  ...(roots.length === 0 ? [] : [{ path: ".", access: "read" as const, inside: true, unsure: true as const, within: true as const }]),
  { path: "/", access: "read", inside: false, unsure: true, within: true }
]

const factsOf = (mention: Mention, folder: string, roots: readonly string[]): readonly TouchedFact[] => {
  if (mention.pattern.length > WORD_MAX) return []
  const words = braces(mention.pattern, FILES_MAX)
  const files = words?.map((word) => filesNamed(behindUnknown(word), folder, FILES_MAX)) ?? [null]
  if (files.includes(null)) return everything(roots)
  return files.flatMap((paths) => (paths ?? []).flatMap((path) => factsOfPath(path, mention, folder, roots)))
}

/** Of a path that begins with what is not known, what is known at its end: a name means a file in any folder. */
const behindUnknown = (pattern: string): string => {
  const last = pattern.lastIndexOf(UNKNOWN)
  if (last < 0) return pattern
  const behind = pattern.slice(last + 1)
  return behind.startsWith("/") ? behind.replace(/^\/+/, "") : ""
}

const factsOfPath = (path: string, { access, unsure, within, piece }: Mention, folder: string, roots: readonly string[]): readonly TouchedFact[] => {
  if (path === "" || path.length > WORD_MAX) return []
  const place = placeOf(roots, path, folder)
  if (place?.kind === "missing" && access === "read" && !isLikePath(path, piece)) return []
  const isFolder = within && (place === null || place.kind === "directory")
  const lexical = posix.resolve(folder, path)
  const shown = place === null ? [lexical] : lexical === place.absolute ? [place.absolute] : [place.absolute, lexical]
  const more = { ...(unsure ? { unsure: true as const } : {}), ...(isFolder ? { within: true as const } : {}) }
  const around = isFolder && shown.some((each) => roots.some((root) => root !== each && isInside(each, root)))
  return [
    ...shown.map((each) => ({ ...placed(each, roots), access, ...more })),
    ...(around ? [{ path: ".", access, inside: true, ...more }] : [])
  ].map(({ path: at, access: how, inside, ...rest }) => ({ path: at, access: how, inside, ...rest }))
}

/** A word of a sentence, or the name of a branch, is none where nothing has that name. */
const isLikePath = (path: string, piece: boolean): boolean => !/\s/.test(path) && (piece || /[./]/.test(path))

/** `null` where it cannot be followed; what a shell says of it then, it says when it runs. */
const placeOf = (roots: readonly string[], path: string, folder: string): Located | null => {
  try {
    return locate(roots, path.startsWith("~") ? `./${path}` : path, folder)
  } catch {
    // A circle of links, a folder that may not be entered.
    return null
  }
}

const placed = (absolute: string, roots: readonly string[]): Pick<TouchedFact, "path" | "inside"> => {
  const root = roots.find((each) => isInside(each, absolute))
  return root === undefined
    ? { path: absolute, inside: false }
    : { path: absolute === root ? "." : absolute.slice(root === "/" ? 1 : root.length + 1), inside: true }
}
