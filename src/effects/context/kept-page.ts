import { countTokens, cutToTokens, fitsTokens } from "../llm/tokens.ts"
import { keeperText, messageText } from "./keeper-text.ts"
import type { KeptMessage } from "./keeper.ts"
import type { ReadSpan } from "./kept.ts"

/** Where a reader goes on: a message, and how many characters of it were read already. */
export interface Place {
  readonly number: number
  readonly offset: number
}

/** As much as fits, and where to go on; `null` where nothing is left. */
export interface Page {
  readonly text: string
  readonly more: { readonly id: string; readonly place: Place } | null
}

/** `7`, or `7+12000` where the beginning of message 7 was read. `null`: it is neither. */
export const placeOf = (text: string): Place | null => {
  const match = /^#?(\d+)(?:\+(\d+))?$/.exec(text.trim())
  return match === null ? null : { number: Number(match[1]), offset: Number(match[2] ?? 0) }
}

export const placeWord = ({ number, offset }: Place): string => (offset === 0 ? String(number) : `${number}+${offset}`)

/** The messages that are meant, from a place on: one, or those of a keeper. */
export const meant = ({ messages, number }: ReadSpan, place: Place | null): readonly KeptMessage[] => {
  const asked = number === null ? messages : messages.filter((message) => message.number === number)
  if (place === null) return asked
  return asked
    .filter((message) => message.number >= place.number)
    .map((message) => (message.number === place.number ? { ...message, text: message.text.slice(place.offset) } : message))
}

/** What a page may hold; the tokens of its pieces are added, which is never less than they come to together. */
export interface Room {
  readonly tokens: number
  readonly bytes: number
}

/**
 * One text of several keepers, whole messages as long as they fit. A message that does not fit alone is cut, never within a
 * character; of what is left it is said where it begins.
 */
export const pageOf = (reads: readonly ReadSpan[], from: Place | null, whole: Room): Page => {
  let [text, room, empty] = ["", whole, true]
  const add = (piece: string): void => {
    text += `${text === "" ? "" : "\n\n"}${piece}`
    room = without(room, piece)
  }
  for (const [index, read] of reads.entries()) {
    const place = index === 0 ? from : null
    const id = read.number === null ? read.span.name : `${read.span.session}#${read.number}`
    const messages = meant(read, place)
    const [first] = messages
    if (!empty && first !== undefined && !fits(room, headOf(read))) return { text, more: { id, place: { number: first.number, offset: 0 } } }
    add(headOf(read))
    for (const message of messages) {
      const offset = place?.number === message.number ? place.offset : 0
      if (fits(room, messageText(message))) add(messageText(message))
      else if (!empty) return { text, more: { id, place: { number: message.number, offset } } }
      else {
        const part = beginning(message, room)
        add(messageText({ ...message, text: part }))
        return { text, more: { id, place: { number: message.number, offset: offset + part.length } } }
      }
      empty = false
    }
  }
  return { text, more: null }
}

/** A blank line before each piece. */
const JOINT = { tokens: 1, bytes: 2 }

const fits = ({ tokens, bytes }: Room, piece: string): boolean =>
  piece.length + JOINT.bytes <= bytes && Buffer.byteLength(piece) + JOINT.bytes <= bytes && fitsTokens(piece, tokens - JOINT.tokens)

const without = ({ tokens, bytes }: Room, piece: string): Room => ({
  tokens: tokens - countTokens(piece) - JOINT.tokens,
  bytes: bytes - Buffer.byteLength(piece) - JOINT.bytes
})

/** The longest beginning that fits, at least a character so that a reader comes forward. */
const beginning = (message: KeptMessage, room: Room): string => {
  const { tokens, bytes } = without(room, messageText({ ...message, text: "" }))
  const near = message.text.slice(0, Math.max(2, bytes))
  const cut = cutToTokens(Buffer.byteLength(near) <= bytes ? near : near.slice(0, Math.floor(bytes / BYTES_MAX)), tokens).replace(
    /[\uD800-\uDBFF]$/,
    ""
  )
  return cut === "" ? String.fromCodePoint(message.text.codePointAt(0) as number) : cut
}

/** Of one UTF-16 code unit as UTF-8. */
const BYTES_MAX = 3

const headOf = ({ span: { name, session, from, to, topic }, summary }: ReadSpan): string =>
  `keeper ${name}: messages ${from} to ${to - 1} of session ${session}${topic === "" ? "" : `, on: ${topic}`}${summary === null ? "" : `\nsummed up: ${summary}`}`

/**
 * What of some messages fits, for a reader with a question: those that say something of it before the others, in the order of the
 * conversation; how many were left out is said.
 */
export const chosen = (messages: readonly KeptMessage[], wanted: ReadonlySet<number>, bytesMax: number): string => {
  let room = bytesMax
  const taken = new Set<number>()
  for (const message of [...messages.filter(({ number }) => wanted.has(number)), ...messages.filter(({ number }) => !wanted.has(number))]) {
    const bytes = Buffer.byteLength(messageText(message))
    if (bytes > room) continue
    room -= bytes
    taken.add(message.number)
  }
  const left = messages.length - taken.size
  const text = keeperText(messages.filter(({ number }) => taken.has(number)))
  return left === 0 ? text : `${text}\n\n[${left} of ${messages.length} messages are left out here for want of room]`
}
