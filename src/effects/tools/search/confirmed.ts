import { readAt, WHOLE_BYTES_MAX, withFile } from "../../os/file.ts"
import { locate, type Located } from "../../os/path.ts"
import { below } from "../../os/walk.ts"
import { shownText, type Hit, type Hits } from "./hits.ts"

/** A larger file is read in such pieces. Units: bytes. */
const PIECE_BYTES = 4 * 1024 * 1024
const LINE_LENGTH_MAX = 1_000

/**
 * The hits that also stand in the file which lies there when it is opened without following links. Another program opens files by
 * their names: a link that is put in their place in that moment, and taken away again, would lead it outside the workspace.
 */
export const confirmed = (place: Located, hits: Hits): Hits => {
  const paths = [...new Set(hits.lines.map(({ path }) => path))]
  const standing = new Map(paths.map((path) => [path, linesOf(place, path, hits.lines.filter((hit) => hit.path === path))]))
  const lines = hits.lines.filter((hit) => standing.get(hit.path)?.get(hit.line) === hit.text)
  return { ...hits, lines, matchCount: lines.filter(({ matches }) => matches).length }
}

/** The lines that were hit, as they stand in the file; none where it is not what was named, or may not be read. */
const linesOf = (place: Located, path: string, hits: readonly Hit[]): ReadonlyMap<number, string> => {
  try {
    const absolute = place.kind === "file" ? place.absolute : below(place.absolute, place.shown === "." ? path : path.slice(place.shown.length + 1))
    const file = locate([place.root ?? "/"], absolute)
    if (file.absolute !== absolute || file.root === null) return new Map()
    return withFile(file, (fd, { size }) => wanted(textsOf(fd, size), new Set(hits.map(({ line }) => line))))
  } catch {
    // Whatever it is now, it is not what was found.
    return new Map()
  }
}

const wanted = (texts: Iterable<string>, numbers: ReadonlySet<number>): ReadonlyMap<number, string> => {
  const lines = new Map<number, string>()
  let line = 1
  let rest = ""
  for (const text of texts) {
    const all = (rest + text).split("\n")
    // Of a line that never ends no more is told than its beginning.
    rest = (all.pop() as string).slice(0, LINE_LENGTH_MAX)
    for (const each of all) {
      if (numbers.has(line)) lines.set(line, shownText(each))
      line++
    }
    if (lines.size === numbers.size) return lines
  }
  if (numbers.has(line)) lines.set(line, shownText(rest))
  return lines
}

/** Its text in pieces, without a byte order mark; of UTF-16 only where it can be taken whole. */
function* textsOf(fd: number, size: number): Generator<string, void, void> {
  const head = readAt(fd, 0, 2)
  const encoding = head.equals(Buffer.of(0xff, 0xfe)) ? "utf-16le" : head.equals(Buffer.of(0xfe, 0xff)) ? "utf-16be" : "utf-8"
  if (encoding !== "utf-8" && size > WHOLE_BYTES_MAX) return
  const decoder = new TextDecoder(encoding)
  for (let position = 0; ; position += PIECE_BYTES) {
    const bytes = readAt(fd, position, PIECE_BYTES)
    yield decoder.decode(bytes, { stream: bytes.length === PIECE_BYTES })
    if (bytes.length < PIECE_BYTES) return
  }
}
