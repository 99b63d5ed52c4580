import { dirname } from "node:path"
import { setFlagsFromString } from "node:v8"
import * as Effect from "effect/Effect"
import { readWhole, WHOLE_BYTES_MAX } from "../../os/file.ts"
import { ignoredBelow } from "../../os/ignored.ts"
import { locate, type Located } from "../../os/path.ts"
import { attempt, problemOf, refuse, type Problem } from "../../os/problem.ts"
import { below, walk } from "../../os/walk.ts"
import { globFilter } from "./glob-filter.ts"
import { collectHits, type Hit, type Hits, type Search } from "./hits.ts"
import { binaryKind } from "../text.ts"

/** How many files are read before others get their turn. */
const TURN_FILES = 20

/**
 * What ripgrep does, without ripgrep: slower, and not in files that are too large to be taken whole.
 * Errors: fails with a `Problem` where the pattern is no regular expression.
 */
export const plainScan = Effect.fnUntraced(function*(search: Search): Effect.fn.Return<Hits, Problem> {
  const expression = yield* attempt(`search for ${search.pattern}`, () => linear(search.pattern))
  const fits = search.glob === undefined ? () => true : yield* globFilter(search.glob)
  return yield* Effect.tryPromise({
    try: (signal) => scan(search, expression, fits, signal),
    catch: (thrown) => problemOf(`search ${search.place.shown}`, thrown)
  })
})

interface Expression {
  /** Whether the text has such a line at all; cheaper than to ask of each. */
  readonly occursIn: (text: string) => boolean
  readonly matches: (line: string) => boolean
}

/**
 * An expression that takes time in proportion to the text, whatever it says: a pattern from outside must not hang this
 * process. The engine tries the fast way and changes to the linear one when that goes astray; what it cannot do so is refused.
 */
const linear = (pattern: string): Expression => {
  setFlagsFromString("--enable-experimental-regexp-engine")
  setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks")
  const caseless = pattern.startsWith("(?i)")
  const source = caseless ? lowered(pattern.slice("(?i)".length)) : pattern
  const folded = (text: string): string => (caseless ? text.toLowerCase() : text)
  try {
    new RegExp(source, "l")
    const [whole, single] = [new RegExp(source, "m"), new RegExp(source)]
    return { occursIn: (text) => whole.test(folded(text)), matches: (line) => single.test(folded(line)) }
  } catch (thrown) {
    return refuse(
      `search for ${pattern}: it is no regular expression that can be used here (${thrown instanceof Error ? thrown.message : String(thrown)})`
    )
  }
}

/** This kind of expression cannot overlook case, so both sides go in small letters; what stands behind a backslash is no letter. */
const lowered = (pattern: string): string => pattern.replaceAll(/\\.|[^\\]+/gs, (piece) => (piece.startsWith("\\") ? piece : piece.toLowerCase()))

const scan = async (search: Search, expression: Expression, fits: (path: string) => boolean, signal: AbortSignal): Promise<Hits> => {
  const { add, hits } = collectHits()
  let files = 0
  for await (const { absolute, relative, shown } of filesOf(search.place)) {
    if (signal.aborted) break
    if (++files % TURN_FILES === 0) await new Promise(setImmediate)
    if (fits(relative) && search.hides?.(shown) !== true && !hitsIn(absolute, shown, expression, search.context ?? 0).every(add)) break
  }
  return hits()
}

interface ToScan {
  readonly absolute: string
  readonly relative: string
  readonly shown: string
}

async function* filesOf(place: Located): AsyncGenerator<ToScan, void, void> {
  if (place.kind === "file")
    return yield { absolute: place.absolute, relative: place.absolute.slice(dirname(place.absolute).length + 1), shown: place.shown }
  for await (const { path, entry } of walk(place.absolute, { hidden: await ignoredBelow(place.absolute) })) {
    if (entry.isFile()) yield { absolute: below(place.absolute, path), relative: path, shown: place.shown === "." ? path : `${place.shown}/${path}` }
  }
}

const hitsIn = (absolute: string, shown: string, { occursIn, matches }: Expression, context: number): readonly Hit[] => {
  const text = textOf(absolute)
  if (text === "" || !occursIn(text)) return []
  const lines = linesOf(text)
  const matching = lines.flatMap((line, index) => (matches(line) ? index : []))
  const wanted = new Set(matching)
  const around = matching.flatMap((index) => Array.from({ length: 2 * context + 1 }, (_, offset) => index - context + offset))
  return [...new Set(around)]
    .filter((index) => index >= 0 && index < lines.length)
    .sort((a, b) => a - b)
    .map((index) => ({ path: shown, line: index + 1, text: lines[index] as string, matches: wanted.has(index) }))
}

const linesOf = (text: string): readonly string[] => {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines
}

/** Empty where the file is no text, too large, vanished, became a link, or may not be read. */
const textOf = (absolute: string): string => {
  try {
    const file = locate([dirname(absolute)], absolute)
    if (file.absolute !== absolute || file.size > WHOLE_BYTES_MAX) return ""
    const { bytes } = readWhole(file)
    return binaryKind(bytes) === null ? bytes.toString("utf8") : ""
  } catch {
    return ""
  }
}
