import { differencesOf } from "./differences.ts"

/** A place where two values are not the same, in words: each side cut to what differs of it. */
export interface WordedDifference {
  readonly path: string
  readonly expected: string
  readonly actual: string
}

/** `differenceWords([{ a: 1 }], [{ a: 2 }])  // => [{ path: "[0].a", expected: "1", actual: "2" }]`. */
export const differenceWords = (expected: unknown, actual: unknown): readonly WordedDifference[] =>
  differencesOf(expected, actual).map(({ path, a, b }) => {
    const from = typeof a === "string" && typeof b === "string" ? firstOther(a, b) : 0
    return { path, expected: words(a, from), actual: words(b, from) }
  })

const firstOther = (one: string, other: string): number => {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}

/** Units: UTF-16. */
const LENGTH_MAX = 72
const BEFORE = 16

/** A value on one line, from shortly before the place that is of interest. */
const words = (value: unknown, from: number): string => {
  if (value === undefined) return "nothing"
  const cut = from > BEFORE ? `…${(value as string).slice(from - BEFORE)}` : value
  const text = JSON.stringify(typeof cut === "string" ? cut.slice(0, LENGTH_MAX) : cut)
  return text.length > LENGTH_MAX + 2 ? `${text.slice(0, LENGTH_MAX)}…` : text
}
