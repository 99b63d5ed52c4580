/**
 * The vocabulary of a tokenizer by byte pairs: which rows of bytes are one token, and which two neighbours are joined first.
 * It lies in one block of bytes, looked up where it stands, so that a process that needs it reads a file and builds nothing.
 *
 * Shape: 32-bit words, little endian: MARK, how many tokens, how many slots; where each token begins in the bytes, and where the last
 * one ends; the slots of a hash table, each a token's number and one more, or 0; then the bytes of all tokens. A lower number is joined sooner.
 */
export interface Vocabulary {
  readonly starts: Uint32Array
  readonly slots: Uint32Array
  readonly bytes: Uint8Array
}

const MARK = 0x4c425031
const HEAD_WORDS = 3

/** Tokens in the order in which they are joined, as the block that `openVocabulary` reads. */
export const packVocabulary = (tokens: readonly Uint8Array[]): Uint8Array => {
  const slotCount = 2 ** Math.ceil(Math.log2(tokens.length * 2))
  const byteCount = tokens.reduce((sum, token) => sum + token.length, 0)
  const words = new Uint32Array(HEAD_WORDS + tokens.length + 1 + slotCount)
  words.set([MARK, tokens.length, slotCount])
  const packed = new Uint8Array(words.byteLength + byteCount)
  const slots = words.subarray(HEAD_WORDS + tokens.length + 1)
  let start = 0
  tokens.forEach((token, index) => {
    let slot = hashOf(token, 0, token.length) & (slotCount - 1)
    while (slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1)
    slots[slot] = index + 1
    packed.set(token, words.byteLength + start)
    start += token.length
    words[HEAD_WORDS + index + 1] = start
  })
  packed.set(new Uint8Array(words.buffer))
  return packed
}

/** `null`: it is no such block, or not a whole one. */
export const openVocabulary = (packed: Uint8Array): Vocabulary | null => {
  if (packed.length < HEAD_WORDS * 4 || packed.byteOffset % 4 !== 0) return null
  const [mark, tokenCount = 0, slotCount = 0] = new Uint32Array(packed.buffer, packed.byteOffset, HEAD_WORDS)
  const wordCount = HEAD_WORDS + tokenCount + 1 + slotCount
  if (mark !== MARK || packed.length < wordCount * 4) return null
  const words = new Uint32Array(packed.buffer, packed.byteOffset, wordCount)
  const starts = words.subarray(HEAD_WORDS, HEAD_WORDS + tokenCount + 1)
  const bytes = packed.subarray(wordCount * 4)
  return bytes.length === starts[tokenCount] ? { starts, slots: words.subarray(HEAD_WORDS + tokenCount + 1), bytes } : null
}

const hashOf = (text: Uint8Array, from: number, to: number): number => {
  let hash = 0x811c9dc5
  for (let index = from; index < to; index++) hash = Math.imul(hash ^ (text[index] as number), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

const NONE = -1

/** The number of the token that these bytes are, or `NONE`. */
const tokenAt = ({ starts, slots, bytes }: Vocabulary, text: Uint8Array, from: number, to: number): number => {
  const mask = slots.length - 1
  for (let slot = hashOf(text, from, to) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
    const token = (slots[slot] as number) - 1
    const start = starts[token] as number
    if ((starts[token + 1] as number) - start === to - from && isSame(bytes, start, text, from, to - from)) return token
  }
  return NONE
}

const isSame = (one: Uint8Array, oneFrom: number, other: Uint8Array, otherFrom: number, length: number): boolean => {
  for (let index = 0; index < length; index++) if (one[oneFrom + index] !== other[otherFrom + index]) return false
  return true
}

/**
 * How many tokens the first `length` bytes come to: neighbours are joined, the lowest number first and of equals the leftmost, until no two make a token.
 * The time grows as n·log n, whatever the bytes are.
 */
export const countJoined = (vocabulary: Vocabulary, text: Uint8Array, length: number): number => {
  if (length < 2) return length
  if (tokenAt(vocabulary, text, 0, length) !== NONE) return 1
  // A part begins at each of these; `ends` says where it ends, and a part of a joined pair begins nowhere any more.
  const ends = Int32Array.from({ length }, (_, index) => index + 1)
  const begins = Int32Array.from({ length: length + 1 }, (_, index) => index - 1)
  const joins = new Float64Array(length).fill(NONE)
  const heap: number[] = []
  const offer = (start: number): void => {
    const middle = ends[start] as number
    const token = middle < length ? tokenAt(vocabulary, text, start, ends[middle] as number) : NONE
    joins[start] = token
    if (token !== NONE) push(heap, token * PLACES + start)
  }
  for (let start = 0; start < length - 1; start++) offer(start)
  let count = length
  while (heap.length > 0) {
    const next = pop(heap)
    const start = next % PLACES
    if (joins[start] !== (next - start) / PLACES) continue
    const middle = ends[start] as number
    const end = ends[middle] as number
    ends[start] = end
    begins[end] = start
    joins[middle] = NONE
    count--
    offer(start)
    if (start > 0) offer(begins[start] as number)
  }
  return count
}

/** More places than a text has bytes; a token's number times it is still exact. */
const PLACES = 2 ** 31

const push = (heap: number[], value: number): void => {
  let index = heap.push(value) - 1
  while (index > 0) {
    const above = (index - 1) >> 1
    if ((heap[above] as number) <= value) break
    heap[index] = heap[above] as number
    index = above
  }
  heap[index] = value
}

/** Takes the least out of a heap that is not empty. */
const pop = (heap: number[]): number => {
  const least = heap[0] as number
  const value = heap.pop() as number
  if (heap.length === 0) return least
  let index = 0
  for (;;) {
    let below = 2 * index + 1
    if (below >= heap.length) break
    if (below + 1 < heap.length && (heap[below + 1] as number) < (heap[below] as number)) below++
    if ((heap[below] as number) >= value) break
    heap[index] = heap[below] as number
    index = below
  }
  heap[index] = value
  return least
}
