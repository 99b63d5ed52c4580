import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/** What was seen of a file: all of it; the lines from `first` to before `next`, `last` where nothing follows them; or as much as before. */
export type Seen = "whole" | "as-before" | SeenLines
export interface SeenLines {
  readonly first: number
  readonly next: number
  readonly last: boolean
}

/**
 * Which version of a file a session saw last, and how much of it, so that it does not write over what it never saw.
 * Lives as long as the process; afterwards nothing counts as seen.
 */
export class ReadFiles extends Context.Service<
  ReadFiles,
  {
    /** Lines of one version add up; a new version begins anew. */
    readonly remember: (session: string, absolute: string, version: string, seen: Seen) => void
    /** `null` where the session never saw the file. */
    readonly versionSeen: (session: string, absolute: string) => string | null
    /** The first line that was not seen; `null` where all were. */
    readonly unseenFrom: (session: string, absolute: string) => number | null
  }
>()("loom/ReadFiles") {
  static readonly layer = Layer.sync(ReadFiles, () => {
    const files = new Map<string, Known>()
    const key = (session: string, absolute: string): string => `${session}\0${absolute}`
    return {
      remember: (session, absolute, version, seen) =>
        void files.set(key(session, absolute), knownNow(files.get(key(session, absolute)), version, seen)),
      versionSeen: (session, absolute) => files.get(key(session, absolute))?.version ?? null,
      unseenFrom: (session, absolute) => unseenFrom(files.get(key(session, absolute))?.lines ?? [])
    }
  })
}

interface Known {
  readonly version: string
  readonly lines: readonly SeenLines[]
}

const WHOLE: readonly SeenLines[] = [{ first: 1, next: 1, last: true }]

const knownNow = (before: Known | undefined, version: string, seen: Seen): Known => {
  if (seen === "whole") return { version, lines: WHOLE }
  // A change of our own leaves what is unseen unseen, but nobody counts where it is now.
  if (seen === "as-before") return { version, lines: before !== undefined && unseenFrom(before.lines) === null ? WHOLE : [] }
  return { version, lines: [...(before?.version === version ? before.lines : []), seen] }
}

const unseenFrom = (lines: readonly SeenLines[]): number | null => {
  let line = 1
  for (const { first, next, last } of lines.toSorted((a, b) => a.first - b.first)) {
    if (first > line) return line
    line = Math.max(line, next)
    if (last) return null
  }
  return line
}
