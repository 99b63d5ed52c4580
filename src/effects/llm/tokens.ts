import { utf8Bytes } from "../../machine/bytes.ts"
import { countJoined } from "./byte-pairs.ts"
import { encodingOf, type Encoding, type EncodingName } from "./encoding.ts"

/** By which public encoding a model's tokens are counted, and how many of its own stand for 100 of that. */
interface Counting {
  readonly encoding: EncodingName
  readonly percent: number
}

/** Claude's own encoding was public once; the models of today need a tenth more. */
const CLAUDE: Counting = { encoding: "claude", percent: 110 }
const OPENAI: Counting = { encoding: "o200k", percent: 100 }
/** A model of which nobody here knows how it cuts: smaller vocabularies need more. */
const UNKNOWN: Counting = { encoding: "o200k", percent: 125 }

const countingOf = (model: string): Counting => {
  if (/^anthropic:|claude/.test(model)) return CLAUDE
  if (/^openai:|(^|[:/])(gpt-|o\d)/.test(model)) return OPENAI
  return model === "" || model.startsWith("scripted:") ? CLAUDE : UNKNOWN
}

/**
 * How many tokens a text is for a model: what every budget of tokens is measured with. Where an installation has lost the
 * encoding each byte counts as one, which no tokenizer by byte pairs passes.
 *
 *     countTokens("hello world", "openai:gpt-5") // => 2
 *
 * Shape: `model` as in the settings, `provider:model`; without one it is counted as for Claude.
 */
export const countTokens = (text: string, model = ""): number => countUpTo(text, countingOf(model), Number.POSITIVE_INFINITY)

/** Whether a text is within a budget. What is short enough in bytes is without being counted, and of what is far over only as much is counted as shows that. */
export const fitsTokens = (text: string, budgetTokens: number, model = ""): boolean => {
  const counting = countingOf(model)
  return withMargin(utf8Bytes(text), counting.percent) <= budgetTokens || countUpTo(text, counting, budgetTokens) <= budgetTokens
}

/** Counted until it is known to be over `budgetTokens`. */
const countUpTo = (text: string, { encoding: name, percent }: Counting, budgetTokens: number): number => {
  const encoding = encodingOf(name)
  if (encoding === null) return utf8Bytes(text)
  let count = 0
  for (const piece of piecesOf(text, encoding)) {
    count += countPiece(piece, encoding)
    if (withMargin(count, percent) > budgetTokens) break
  }
  return withMargin(count, percent)
}

const withMargin = (count: number, percent: number): number => Math.ceil((count * percent) / 100)

const piecesOf = function*(text: string, { pieces }: Encoding): Generator<string> {
  for (const [piece] of text.matchAll(pieces)) yield piece
}

const encoder = new TextEncoder()
let scratch = new Uint8Array(1024)

const countPiece = (piece: string, { vocabulary }: Encoding): number => {
  if (scratch.length < piece.length * 3) scratch = new Uint8Array(piece.length * 3)
  return countJoined(vocabulary, scratch, encoder.encodeInto(piece, scratch).written)
}

/** No token of any public encoding is longer. Units: UTF-16 code units. */
const TOKEN_LENGTH_MAX = 128

/**
 * The beginning of a text that is within a budget: all of it, else up to the end of a line, or up to a character where the last line
 * alone would leave out the most of it.
 *
 *     cutToTokens("one two\nthree four\n", 4) // => "one two\n"
 */
export const cutToTokens = (text: string, budgetTokens: number, model = ""): string => {
  if (fitsTokens(text, budgetTokens, model)) return text
  let kept = atBorder(text, lengthWithin(text, budgetTokens, countingOf(model)))
  // What is cut is joined otherwise at its end, so that it may come to more than it did as a part of the whole.
  while (kept !== "" && !fitsTokens(kept, budgetTokens, model)) kept = atBorder(kept, kept.length - 1)
  return kept
}

/** How much of a text whole pieces, and a part of the next, come to within a budget. Units: UTF-16 code units. */
const lengthWithin = (text: string, budgetTokens: number, { encoding: name, percent }: Counting): number => {
  const encoding = encodingOf(name)
  if (encoding === null) return Math.max(0, Math.floor(budgetTokens / 3))
  let count = 0
  let length = 0
  for (const piece of piecesOf(text, encoding)) {
    const joined = countPiece(piece, encoding)
    if (withMargin(count + joined, percent) > budgetTokens)
      return length + partWithin(piece, Math.floor((budgetTokens * 100) / percent) - count, encoding)
    count += joined
    length += piece.length
  }
  return length
}

/** How much of a piece comes to `countMax` tokens, found by halving. */
const partWithin = (piece: string, countMax: number, encoding: Encoding): number => {
  let low = 0
  let high = Math.max(0, Math.min(piece.length, countMax * TOKEN_LENGTH_MAX))
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (countPiece(piece.slice(0, middle), encoding) <= countMax) low = middle
    else high = middle - 1
  }
  return low
}

/** Up to the last line that ends by there, if that is the most of it, else up to the last whole character. */
const atBorder = (text: string, length: number): string => {
  if (length <= 0) return ""
  const lines = text.lastIndexOf("\n", length - 1) + 1
  if (lines > length / 2) return text.slice(0, lines)
  const unit = text.charCodeAt(length - 1)
  return text.slice(0, unit >= 0xd800 && unit < 0xdc00 ? length - 1 : length)
}
