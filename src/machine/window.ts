import { behaves } from "./behaviour.ts"
import { utf8Bytes } from "./bytes.ts"
import type { Entry, Part, Session, Window } from "./session.ts"
import { at, slice } from "./vector.ts"

/** How much of a request the marker repeats. Units: UTF-16 code units. */
const REQUEST_LENGTH_MAX = 4000

/** The session after the entries up to `to` left the window for a keeper. The transcript stays whole. */
export const moveWindow = (session: Session, to: number, keeper: string): Session => {
  const keepers = [...(session.window.marker?.keepers ?? []), keeper]
  const text = markerText(session, to, keepers)
  const window: Window = {
    base: to,
    marker: { keepers, entries: to, text },
    bytes: utf8Bytes(text) + slice(session.transcript, to).reduce((bytes, entry) => bytes + entry.bytes, 0)
  }
  return { ...session, window }
}

const markerText = (session: Session, to: number, keepers: readonly string[]): string => {
  const recent = keepers.slice(-8).join(", ")
  const head = readable(session)
    ? `[${to} earlier messages of this conversation left this window; nothing of them is lost: context_search finds words in them, context_read reads them in full; keeper ${recent}]`
    : `[${to} earlier messages of this conversation left this window; nothing of them is lost: keeper ${recent} holds them in full]`
  const request = requestOfOpenTurn(session, to)
  return request === "" ? head : `${head}\n\nThe request you are working on:\n${request}`
}

/** Whether the model has what reads keepers. */
const readable = (session: Session): boolean =>
  behaves(session, "marker-names-tools") && READERS.every((reader) => session.opened.tools.some(({ name }) => name === reader))

const READERS: readonly string[] = ["context_search", "context_read"]

/** What the person asked for in the work that the window now begins within: since a turn began with their words, for others go on with it. */
const requestOfOpenTurn = (session: Session, to: number): string => {
  if (to >= session.transcript.length || beginsWithWords(session, to)) return ""
  const words: string[] = []
  for (let index = to - 1; index >= 0; index--) {
    const entry = at(session.transcript, index)
    if (entry.type === "user") words.unshift(wordsOf(entry))
    if (beginsWithWords(session, index)) break
  }
  const text = words.join("\n\n")
  return text.length > REQUEST_LENGTH_MAX ? `${text.slice(0, REQUEST_LENGTH_MAX)} […]` : text
}

const beginsWithWords = ({ transcript }: Session, index: number): boolean => {
  const entry = at(transcript, index)
  return entry.type === "user" && (index === 0 || at(transcript, index - 1).turn !== entry.turn)
}

const wordsOf = (entry: Extract<Entry, { type: "user" }>): string => entry.parts.map(partWords).join("\n")

const partWords = (part: Part): string => (part.type === "text" ? part.text : `[an image, ${part.mediaType}]`)
