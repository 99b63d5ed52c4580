/**
 * The first place where two JSON values differ, with what stands there in each; `null` where they are equal.
 *
 *     firstDifference({ a: [1, 2] }, { a: [1, 3] }) // => "at a.1: recorded 2, now 3"
 */
export const firstDifference = (recorded: unknown, now: unknown, place: readonly string[] = []): string | null => {
  if (Object.is(recorded, now)) return null
  if (!isContainer(recorded) || !isContainer(now) || Array.isArray(recorded) !== Array.isArray(now)) {
    return `at ${place.length === 0 ? "the root" : place.join(".")}: ${both(recorded, now)}`
  }
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(now)])) {
    const found = firstDifference(recorded[key], now[key], [...place, key])
    if (found !== null) return found
  }
  const order = Object.keys(recorded).findIndex((key, index) => Object.keys(now)[index] !== key)
  return order === -1 ? null : `at ${place.length === 0 ? "the root" : place.join(".")}: the keys stand in another order`
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null

const both = (recorded: unknown, now: unknown): string => {
  if (typeof recorded !== "string" || typeof now !== "string") return `recorded ${shown(recorded)}, now ${shown(now)}`
  let start = 0
  while (start < recorded.length && recorded[start] === now[start]) start += 1
  const from = Math.max(0, start - 20)
  return `recorded ${excerpt(recorded, from)}, now ${excerpt(now, from)} (from letter ${start + 1} on)`
}

const SHOWN_MAX = 80

const excerpt = (text: string, from: number): string => JSON.stringify(`${from > 0 ? "…" : ""}${text.slice(from, from + SHOWN_MAX)}`)

const shown = (value: unknown): string => {
  if (value === undefined) return "nothing"
  const text = JSON.stringify(value)
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`
}
