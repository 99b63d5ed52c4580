import { FORMAT } from "./header.ts"
import type { ParsedLine } from "./line.ts"

/** Anything a line of an older format may hold. */
export type OldObject = Readonly<Record<string, unknown>>

/** Lifts what one format wrote to the next. Pure: the stored bytes stay as they are, for the seals cover them. */
export interface Upcaster {
  readonly header: (header: OldObject) => OldObject
  readonly line: (line: OldObject) => OldObject
}

/**
 * What lifts each older format, by its version. Format 1 is the first, so there is nothing yet.
 * A field that is added with a default needs none; one that is renamed, divided or gives up its meaning does, with a log in test/replays.
 */
export const UPCASTERS: Readonly<Record<number, Upcaster>> = {}

/** From one format to this one, step by step; `null` where no way leads here. */
export const upcasterFrom = (format: number, upcasters = UPCASTERS, to = FORMAT): Upcaster | null => {
  if (format === to) return SAME
  const first = upcasters[format]
  const rest = first === undefined ? null : upcasterFrom(format + 1, upcasters, to)
  if (first === undefined || rest === null) return null
  return { header: (header) => rest.header(first.header(header)), line: (line) => rest.line(first.line(line)) }
}

const SAME: Upcaster = { header: (header) => header, line: (line) => line }

/** Lines as this version knows them. */
export const upcast = (lines: readonly ParsedLine[], upcaster: Upcaster): readonly ParsedLine[] =>
  upcaster === SAME ? lines : lines.map((line) => upcaster.line(line as unknown as OldObject) as unknown as ParsedLine)
