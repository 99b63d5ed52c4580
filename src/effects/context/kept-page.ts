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
  return asked.filter((message) => message.number >= place.number).map((message) => (message.number === place.number ? { ...message, text: message.text.slice(place.offset) } : message))
}

/**
 * One text of several keepers, whole messages as long as they fit. A message that does not fit alone is cut, never within a
 * character; of what is left it is said where it begins.
 */
export const pageOf = (reads: readonly ReadSpan[], from: Place | null, fits: (text: string) => boolean): Page => {
  let text = ""
  for (const [index, read] of reads.entries()) {
    const place = index === 0 ? from : null
    let piece = `${text === "" ? "" : "\n\n"}${headOf(read)}`
    for (const message of meant(read, place)) {
      const next = `${piece}\n\n${messageText(message)}`
      if (fits(text + next)) {
        piece = next
        continue
      }
      const id = read.number === null ? read.span.name : `${read.span.session}#${read.number}`
      const offset = place?.number === message.number ? place.offset : 0
      if (text !== "" || piece !== headOf(read)) return { text: text + piece, more: { id, place: { number: message.number, offset } } }
      const part = beginning(message, (cut) => fits(`${piece}\n\n${messageText(cut)}`))
      return { text: `${piece}\n\n${messageText(part)}`, more: { id, place: { number: message.number, offset: offset + part.text.length } } }
    }
    text += piece
  }
  return { text, more: null }
}

const headOf = ({ span: { name, session, from, to, topic }, summary }: ReadSpan): string =>
  `keeper ${name}: messages ${from} to ${to - 1} of session ${session}${topic === "" ? "" : `, on: ${topic}`}${summary === null ? "" : `\nsummed up: ${summary}`}`

/** The longest beginning that fits, at least one character so that a reader comes forward. */
const beginning = (message: KeptMessage, fits: (message: KeptMessage) => boolean): KeptMessage => {
  const characters = message.text.length
  let [least, most] = [0, characters]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (fits({ ...message, text: message.text.slice(0, middle) })) least = middle
    else most = middle - 1
  }
  const end = least > 1 && /[\uD800-\uDBFF]/.test(message.text.charAt(least - 1)) ? least - 1 : Math.max(least, Math.min(2, characters))
  return { ...message, text: message.text.slice(0, end) }
}

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
