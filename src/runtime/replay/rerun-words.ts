/** How the words of one place become those of another. */
export type Translate = (text: string) => string

/** Another folder's name in place of a folder's, also as JSON writes it; the name of one that only begins alike stays. */
export const translation = (from: readonly string[], to: readonly string[]): Translate => {
  const pairs = from.flatMap((root, index) => (root.length > 1 && to[index] !== undefined ? [[patternOf(root), to[index]] as const] : []))
  return (text) => pairs.reduce((translated, [pattern, name]) => translated.replace(pattern, () => name), text)
}

const patternOf = (root: string): RegExp => new RegExp(`${root.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?![\\w-])(?!\\.\\w)`, "g")

/** A number with a unit of time behind it, or `duration_ms` before it, as test runners and tools print them. */
const DURATION = /\b\d+(?:\.\d+)?(?= ?(?:ms|µs|ns|s|sec|secs|seconds?|min|minutes?)\b)|(?<=\bduration_ms:? )\d+(?:\.\d+)?/g
const DATE = /(?<=<date>)\d{4}-\d\d-\d\d(?=<\/date>)/g
/** As git says it when it commits, and in its log. */
const COMMIT = /(?<=\[[^\]\n]+ )[0-9a-f]{7,40}(?=\])|(?<=\bcommit )[0-9a-f]{7,40}\b/g

/** What must differ from one time to the next and tells nothing: folders, names of sessions, the day, durations, names of commits. */
export const masking = (roots: readonly string[], sessions: readonly string[], exact: boolean): Translate => {
  // The longest first: one folder may lie in the other.
  const longest = roots.toSorted((a, b) => b.length - a.length)
  const named = translation([...longest, ...sessions], [...longest.map(() => "<workspace>"), ...sessions.map(() => "<session>")])
  return exact ? named : (text) => named(text).replaceAll(DATE, "<day>").replaceAll(DURATION, "<time>").replaceAll(COMMIT, "<commit>")
}

/** The same for every text in a value of plain JSON. */
export const translated = <A,>(value: A, translate: Translate): A =>
  JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === "string" ? translate(inner) : inner)) as A
