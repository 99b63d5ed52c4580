import type { StoredEvent } from "./store.ts"

/**
 * Consecutive events in one row of the database: a row for each would cost several times as much to write and to read.
 * `n` is the newest of them, so that the row an event stands in is the first whose `n` is not smaller.
 */
export interface PackedRow {
  readonly first: number
  readonly n: number
  /** Their texts, parted by LF. */
  readonly text: string
}

const EVENTS_MAX = 256
/** A row ends after so much text. */
const LENGTH_MAX = 65_536

/** The events after `after`, in as few rows as may be. */
export const packed = (after: number, texts: readonly string[]): readonly PackedRow[] => {
  const rows: PackedRow[] = []
  for (let from = 0; from < texts.length;) {
    let to = from
    for (let length = 0; to < texts.length && to - from < EVENTS_MAX && length < LENGTH_MAX; to++) length += texts[to]!.length
    rows.push({ first: after + from + 1, n: after + to, text: texts.slice(from, to).join("\n") })
    from = to
  }
  return rows
}

/** One by one again: a line that begins with a TAB is a seal and belongs to the event before it. */
export const unpacked = ({ first, text }: PackedRow): readonly StoredEvent[] =>
  text.split(/\n(?!\t)/).map((event, index) => ({ n: first + index, text: event }))
