import { inOrder, type Diagnostic } from "./diagnostic.ts"

/** What is known of a file as one server sees it. */
export interface Seen {
  /** What was said before the agent changed it first. */
  readonly before: Counts
  /** What need not be told: that, and what was told or counted since. */
  readonly known: Counts
  /** Whether something was told that is not known to be gone. */
  readonly isOpen: boolean
}

/** How often the same words are said of a file, and of the same text of a line: their place moves with every line above them. */
type Counts = ReadonlyMap<string, number>

/** What a server says of a file now; `answered`: of the text that it was shown last. */
export interface Now {
  readonly path: string
  readonly diagnostics: readonly Diagnostic[]
  readonly answered: boolean
}

export const seenFirst = (diagnostics: readonly Diagnostic[]): Seen => {
  const counts = countsOf(diagnostics.filter(isTold))
  return { before: counts, known: counts, isOpen: false }
}

/** Unasked, only what stands in the way is told. */
export const isTold = ({ severity }: Diagnostic): boolean => severity === "error" || severity === "warning"

/** What is said now and was not known; of the same words those whose lines read as before are the known ones. */
export const freshOf = ({ known }: Seen, { diagnostics }: Now): readonly Diagnostic[] => beyond(known, diagnostics.filter(isTold))

/** What is not new now and was not there before the agent changed the file either: it was told, and is there still. */
export const standingOf = (seen: Seen, now: Now): readonly Diagnostic[] => {
  const fresh = new Set(freshOf(seen, now))
  return beyond(seen.before, now.diagnostics.filter(isTold)).filter((each) => !fresh.has(each))
}

export const isCleared = ({ before, isOpen }: Seen, { diagnostics, answered }: Now): boolean =>
  isOpen && answered && beyond(before, diagnostics.filter(isTold)).length === 0

/** What is known once this was told. Of what is not said of the present text yet, nothing is forgotten. */
export const seenAfter = (seen: Seen, now: Now): Seen => {
  const counts = countsOf(now.diagnostics.filter(isTold))
  const isOpen = !isCleared(seen, now) && (seen.isOpen || freshOf(seen, now).length > 0)
  return { before: seen.before, known: now.answered ? counts : larger(seen.known, counts), isOpen }
}

const keyOf = ({ severity, message, origin }: Diagnostic): string => JSON.stringify([severity, message, origin])
const keyInLine = (each: Diagnostic): string => JSON.stringify([keyOf(each), each.lineText])

const countsOf = (diagnostics: readonly Diagnostic[]): Counts => {
  const counts = new Map<string, number>()
  for (const key of diagnostics.flatMap((each) => [keyOf(each), keyInLine(each)])) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

const larger = (a: Counts, b: Counts): Counts => new Map([...a, ...[...b].map(([key, count]) => [key, Math.max(count, a.get(key) ?? 0)] as const)])

const beyond = (known: Counts, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => {
  const left = new Map(known)
  const take = (key: string): boolean => {
    const count = left.get(key) ?? 0
    if (count > 0) left.set(key, count - 1)
    return count > 0
  }
  const moved = inOrder(diagnostics).filter((each) => !(take(keyInLine(each)) && take(keyOf(each))))
  return moved.filter((each) => !take(keyOf(each)))
}
