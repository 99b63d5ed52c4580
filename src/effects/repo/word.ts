import type { Finds } from "../os/finds.ts"

/** Letters of a word, by code below 128. */
const IS_LETTER = Uint8Array.from({ length: 128 }, (_, code) => (/[\w$]/.test(String.fromCharCode(code)) ? 1 : 0))
/** `?`, `!` and `-` may belong to the word in some languages. */
const IS_DOUBTFUL = Uint8Array.from({ length: 128 }, (_, code) => (/[?!-]/.test(String.fromCharCode(code)) ? 1 : 0))

/** Where the node at a place ends. To ask the tree takes long, and most nodes that are asked for are plain words; see `Captures.words`. */
export const wordEnd = (text: string, { startOf, endOf }: Finds, place: number, isWord: boolean): number => {
  if (!isWord) return endOf(place)
  const start = startOf(place)
  let end = start
  while (IS_LETTER[text.charCodeAt(end)] === 1) end++
  const next = text.charCodeAt(end)
  return end > start && (Number.isNaN(next) || (next < 128 && IS_DOUBTFUL[next] === 0)) ? end : endOf(place)
}
