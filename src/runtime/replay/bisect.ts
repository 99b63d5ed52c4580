import * as Effect from "effect/Effect"

/** What a probe found out about one place of a row. */
export type Found = "good" | "bad" | "skip"

/**
 * Where it went from good to bad.
 * `found`: `good` is the last good place and `bad` the first bad one; those between could not be told and are `skipped` ·
 * `bad-from-the-start` and `good-to-the-end`: there is nothing between · `unknown`: the first or the last place could not be told.
 */
export type Bisected =
  | { readonly result: "found"; readonly good: number; readonly bad: number; readonly skipped: readonly number[] }
  | { readonly result: "bad-from-the-start" | "good-to-the-end" }
  | { readonly result: "unknown"; readonly place: number }

/**
 * Halves a row of places until the first bad one stands beside the last good one: ⌈log₂⌉ of the places between, and one more for
 * each that cannot tell. The first and the last are asked before; these two are not counted.
 */
export const bisect = Effect.fnUntraced(function*<E, R>(
  places: number,
  ask: (place: number, probe: number | null) => Effect.Effect<Found, E, R>
): Effect.fn.Return<Bisected & { readonly probes: number }, E, R> {
  const first = yield* ask(0, null)
  if (first !== "good") return { ...(first === "bad" ? { result: "bad-from-the-start" } : { result: "unknown", place: 0 }), probes: 0 }
  const last = places > 1 ? yield* ask(places - 1, null) : first
  if (last !== "bad") return { ...(last === "good" ? { result: "good-to-the-end" } : { result: "unknown", place: places - 1 }), probes: 0 }
  const skipped = new Set<number>()
  let [good, bad, probes] = [0, places - 1, 0]
  for (let place = nextOf(good, bad, skipped); place !== null; place = nextOf(good, bad, skipped)) {
    const found = yield* ask(place, ++probes)
    if (found === "good") good = place
    else if (found === "bad") bad = place
    else skipped.add(place)
  }
  return { result: "found", good, bad, skipped: [...skipped].filter((place) => place > good && place < bad).toSorted((a, b) => a - b), probes }
})

/** The place nearest to the middle that may still tell something; `null` where none is left. */
const nextOf = (good: number, bad: number, skipped: ReadonlySet<number>): number | null => {
  const middle = Math.floor((good + bad) / 2)
  for (let away = 0; away < bad - good; away++) {
    for (const place of [middle + away, middle - away]) if (place > good && place < bad && !skipped.has(place)) return place
  }
  return null
}
