import type { Located } from "../../os/path.ts"
import { cutText } from "../text.ts"

/** What is searched for, and where. */
export interface Search {
  readonly pattern: string
  readonly place: Located
  readonly glob?: string
  /** Lines shown before and after each match. */
  readonly context?: number
  readonly marker: string
  /** Files that are not looked into, by the path that is shown. */
  readonly hides?: (path: string) => boolean
}

/** What a search found, in the order of paths and lines. */
export interface Hits {
  readonly lines: readonly Hit[]
  readonly matchCount: number
  /** Whether there are more matches than were taken. */
  readonly more: boolean
}

export interface Hit {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly line: number
  readonly text: string
  readonly matches: boolean
}

export const MATCHES_MAX = 100
const LENGTH_MAX = 300
/** All lines together, so that context does not make up for what is cut. Units: characters. */
const TEXT_LENGTH_MAX = 50_000

/** Takes hits in their order until there are enough; context lines behind the last match are still its own. */
export const collectHits = (): { readonly add: (hit: Hit) => boolean; readonly hits: () => Hits } => {
  const lines: Hit[] = []
  let matchCount = 0
  let length = 0
  let more = false
  const add = (hit: Hit): boolean => {
    if ((hit.matches && matchCount === MATCHES_MAX) || length > TEXT_LENGTH_MAX) more = true
    if (more) return false
    const text = shownText(hit.text)
    lines.push({ ...hit, text })
    length += hit.path.length + text.length + 8
    if (hit.matches) matchCount++
    return true
  }
  return { add, hits: () => ({ lines: more ? withoutTail(lines) : lines, matchCount, more }) }
}

/** A line as it is told. */
export const shownText = (line: string): string => cutText(line.replace(/\r$/, ""), LENGTH_MAX)

/** Context before a match that was not taken belongs to nothing. */
const withoutTail = (lines: readonly Hit[]): readonly Hit[] => lines.slice(0, lines.findLastIndex((line) => line.matches) + 1)

/** As grep prints them: `path:line:text` for a match, `path-line-text` around it, `--` where lines are left out between. */
export const matchLines = ({ lines }: Hits): readonly string[] => {
  const withContext = lines.some((line) => !line.matches)
  return lines.flatMap((hit, index) => {
    const before = lines[index - 1]
    const follows = before === undefined || (before.path === hit.path && before.line + 1 === hit.line)
    const mark = hit.matches ? ":" : "-"
    return [...(withContext && !follows ? ["--"] : []), `${hit.path}${mark}${hit.line}${mark}${hit.text}`]
  })
}
