import { counted, headBytes, tailBytes } from "./text.ts"

export type Stream = "stdout" | "stderr"

/** A run of bytes of one stream, in the order in which they came. */
export interface Segment {
  readonly stream: Stream
  readonly bytes: Uint8Array
}

/** What a process said, as far as it was kept. */
export interface Output {
  readonly head: readonly Segment[]
  /** Empty where nothing had to be left out. */
  readonly tail: readonly Segment[]
  /** Bytes that came between head and tail and were not kept. */
  readonly leftOut: number
  /** All bytes that came. */
  readonly total: number
}

/** Runs shorter than this are joined, so that many small writes do not cost many objects. Units: bytes. */
const JOINED_BYTES = 4_096

/** Keeps the beginning and the end of what comes, however much that is, in bounded memory. */
export const keepEnds = (
  headMax: number,
  tailMax: number
): { readonly add: (stream: Stream, bytes: Uint8Array) => void; readonly output: () => Output } => {
  const head: Segment[] = []
  const tail: Segment[] = []
  let headSize = 0
  let tailSize = 0
  let total = 0
  const add = (stream: Stream, bytes: Uint8Array): void => {
    total += bytes.length
    const first = bytes.subarray(0, headMax - headSize)
    if (first.length > 0) push(head, stream, first)
    headSize += first.length
    if (first.length === bytes.length) return
    push(tail, stream, bytes.subarray(first.length))
    tailSize += bytes.length - first.length
    for (let oldest = tail[0]; oldest !== undefined && tailSize - oldest.bytes.length >= tailMax; oldest = tail[0]) {
      tail.shift()
      tailSize -= oldest.bytes.length
    }
  }
  return { add, output: () => ({ head, tail, leftOut: total - headSize - tailSize, total }) }
}

const push = (segments: Segment[], stream: Stream, bytes: Uint8Array): void => {
  const last = segments.at(-1)
  if (last?.stream !== stream || last.bytes.length + bytes.length > JOINED_BYTES) segments.push({ stream, bytes })
  else segments[segments.length - 1] = { stream, bytes: Buffer.concat([last.bytes, bytes]) }
}

/** All that was kept as one text; stderr is marked where it begins and ends. */
export const wholeOutput = (output: Output): Buffer => {
  if (output.leftOut === 0) return rendered([...output.head, ...output.tail])
  return Buffer.concat([rendered(output.head), Buffer.from(`\n(${counted(output.leftOut, "byte")} not kept)\n`), rendered(output.tail)])
}

/** What fits into `bytesMax`: everything, or half of it from each end; `remark` says what became of the rest. */
export const excerptOf = (output: Output, bytesMax: number, remark: (leftOut: number) => string): string => {
  const all = [...output.head, ...output.tail]
  if (output.total <= bytesMax) return text(rendered(all))
  const half = bytesMax / 2
  const head = firstBytes(output.head, half)
  const tail = lastBytes(output.leftOut > 0 ? output.tail : all, half)
  const leftOut = output.total - sizeOf(head) - sizeOf(tail)
  return `${text(rendered(head))}\n(${remark(leftOut)})\n${text(rendered(tail))}`
}

const rendered = (segments: readonly Segment[]): Buffer => {
  const pieces: Uint8Array[] = []
  let stream: Stream = "stdout"
  let ended = true
  for (const segment of segments) {
    if (segment.stream !== stream) pieces.push(Buffer.from(`${ended ? "" : "\n"}[${segment.stream}]\n`))
    stream = segment.stream
    pieces.push(segment.bytes)
    ended = segment.bytes.at(-1) === 10
  }
  return Buffer.concat(pieces)
}

const firstBytes = (segments: readonly Segment[], bytesMax: number): readonly Segment[] => {
  const kept: Segment[] = []
  let room = bytesMax
  for (const { stream, bytes } of segments) {
    if (room <= 0) break
    kept.push({ stream, bytes: headBytes(bytes, room) })
    room -= bytes.length
  }
  return kept
}

const lastBytes = (segments: readonly Segment[], bytesMax: number): readonly Segment[] => {
  const kept: Segment[] = []
  let room = bytesMax
  for (const { stream, bytes } of segments.toReversed()) {
    if (room <= 0) break
    kept.unshift({ stream, bytes: tailBytes(bytes, room) })
    room -= bytes.length
  }
  return kept
}

const sizeOf = (segments: readonly Segment[]): number => segments.reduce((sum, { bytes }) => sum + bytes.length, 0)

/** As text that stays readable: what colours or moves a cursor is left out. */
const text = (bytes: Buffer): string => bytes.toString("utf8").replaceAll(TERMINAL_CODES, "").replaceAll("\r\n", "\n")

const TERMINAL_CODES = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g
