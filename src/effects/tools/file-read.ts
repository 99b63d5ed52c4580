import { isUtf8 } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readAt, readWhole, roughVersionOf, versionOf, WHOLE_BYTES_MAX, withFile } from "../os/file.ts"
import type { Located } from "../os/path.ts"
import { attempt, problem, type Problem } from "../os/problem.ts"
import { imageType, IMAGE_BYTES_MAX } from "./image.ts"
import { namesNear } from "./near.ts"
import { pathFact, placeOf } from "./place.ts"
import type { Seen, SeenLines } from "./read-files.ts"
import { binaryKind, counted, headBytes } from "./text.ts"
import { told, type Tool, type ToolContext, type ToolOutcome } from "./tool.ts"

const LINES_MAX = 2_000
/** Room is left for what is said about the rest. */
const TEXT_BYTES_MAX = 64_000
/** A file that is too large to be taken whole is searched for its lines in such pieces. */
const PIECE_BYTES = 4 * 1024 * 1024

const Input = Schema.Struct({
  path: Schema.String,
  offset: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)).annotate({ description: "first line" })),
  limit: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
})
type Input = typeof Input.Type

/** `file_read({path: "a.txt", offset: 2, limit: 1})  // => "2\tsecond line\n(more from line 3 of 9)"` */
export const fileRead: Tool<Input> = {
  name: "file_read",
  summary: "read a file, lines numbered",
  description: `Read a text file or image. Lines come as number, tab, text; up to ${LINES_MAX} lines or 64 kB a call, then says from which line to go on.`,
  input: Input,
  access: "reads",
  idempotent: true,
  limits: "2,000 lines or 64 kB a call; images up to 3.75 MB",
  facts: ({ path }, workspace) => ({ changes: false, paths: [pathFact(workspace, path, "read")] }),
  run: Effect.fnUntraced(function*(input, context) {
    const place = yield* attempt(`read ${input.path}`, () => placeOf(context, input.path, "read"))
    if (place.kind === "missing") return yield* Effect.fail(problem(`read ${place.shown}: it does not exist${namesNear(place)}`))
    return yield* place.size > WHOLE_BYTES_MAX ? readLarge(place, input, context) : readSmall(place, input, context)
  })
}

const readSmall = Effect.fnUntraced(function*(place: Located, input: Input, context: ToolContext): Effect.fn.Return<ToolOutcome, Problem> {
  const content = yield* attempt(`read ${place.shown}`, () => readWhole(place))
  const remember = (seen: Seen): void => context.readFiles.remember(context.workspace.session, place.absolute, versionOf(content), seen)
  const mediaType = imageType(content.bytes)
  if (mediaType !== null) {
    remember("whole")
    return yield* readImage(place, mediaType, content.bytes, context)
  }
  const kind = binaryKind(content.bytes)
  // Nobody sees more of bytes that are no text than that they are.
  if (kind !== null) remember("whole")
  if (kind !== null) return yield* Effect.fail(notText(place, kind, content.bytes.length))
  const bytes = withoutBom(content.bytes)
  if (bytes.length === 0) return told("(the file is empty)")
  const lineCount = countLines(bytes)
  const { offset = 1, limit = LINES_MAX } = input
  if (offset > lineCount) return yield* Effect.fail(problem(`read ${place.shown} from line ${offset}: it has ${counted(lineCount, "line")}`))
  const start = startOfLine(bytes, offset)
  const excerpt = numbered(bytes.subarray(start), { first: offset, limit: Math.min(limit, LINES_MAX), lineCount })
  remember(excerpt.seen)
  return told(excerpt.text)
})

const readImage = Effect.fnUntraced(function*(place: Located, mediaType: string, bytes: Buffer, { blobs }: ToolContext) {
  if (bytes.length > IMAGE_BYTES_MAX)
    return told(`${place.shown} is an image of ${bytes.length} bytes, more than the ${IMAGE_BYTES_MAX} that can be shown`, "error")
  const blob = yield* blobs.put(bytes)
  const outcome: ToolOutcome = {
    status: "ok",
    parts: [
      { type: "text", text: `${place.shown}: ${mediaType}, ${bytes.length} bytes` },
      { type: "image", mediaType, blob, bytes: bytes.length }
    ]
  }
  return outcome
})

/** Looks for the first line piece by piece and lets others have their turn in between. */
const readLarge = Effect.fnUntraced(function*(place: Located, input: Input, context: ToolContext): Effect.fn.Return<ToolOutcome, Problem> {
  const piece = (position: number, length: number) => attempt(`read ${place.shown}`, () => withFile(place, (fd) => readAt(fd, position, length)))
  const { offset = 1, limit = LINES_MAX } = input
  const stat = yield* attempt(`read ${place.shown}`, () => withFile(place, (_, found) => found))
  const head = yield* piece(0, PIECE_BYTES)
  const kind = binaryKind(head)
  if (kind !== null) return yield* Effect.fail(notText(place, kind, stat.size))
  let line = 1
  let position = head.length - withoutBom(head).length
  for (let bytes = head.subarray(position); line < offset && bytes.length > 0; bytes = yield* piece(position, PIECE_BYTES)) {
    const skipped = skipLines(bytes, offset - line)
    line += skipped.lines
    position += line === offset ? skipped.bytes : bytes.length
    yield* Effect.yieldNow
  }
  const bytes = yield* piece(position, TEXT_BYTES_MAX)
  if (bytes.length === 0) return yield* Effect.fail(problem(`read ${place.shown} from line ${offset}: it ends before that line`))
  const whole = position + bytes.length >= stat.size
  const excerpt = numbered(bytes, { first: offset, limit: Math.min(limit, LINES_MAX), lineCount: whole ? offset + countLines(bytes) - 1 : null })
  context.readFiles.remember(context.workspace.session, place.absolute, roughVersionOf(stat), excerpt.seen)
  return told(excerpt.text)
})

const notText = (place: Located, kind: string, size: number): Problem =>
  problem(`read ${place.shown}: it is ${kind}, ${size} bytes; look at it with shell (file, xxd, strings, iconv)`)

interface Excerpt {
  /** Number of the first line of the bytes. */
  readonly first: number
  readonly limit: number
  /** Lines of the whole file, `null` where nobody counted them. */
  readonly lineCount: number | null
}

/** Whole lines with their numbers, as many as there is room for, and what is to be said about the others. */
const numbered = (bytes: Buffer, { first, limit, lineCount }: Excerpt): { readonly text: string; readonly seen: SeenLines } => {
  const lines: string[] = []
  let room = TEXT_BYTES_MAX
  let position = 0
  while (position < bytes.length && lines.length < limit) {
    const newline = bytes.indexOf(10, position)
    const end = newline < 0 ? bytes.length : newline
    const prefix = `${first + lines.length}\t`
    const length = prefix.length + end - position + 1
    if (length > room) {
      if (lines.length > 0) break
      const part = headBytes(bytes.subarray(position, end), room - prefix.length - 1)
      const remark = `(line ${first} is longer than fits and is cut here${lineCount === first ? "" : `; more from line ${first + 1}`})`
      return { text: `${prefix}${part.toString("utf8")}\n${remark}`, seen: { first, next: first, last: false } }
    }
    const carriageReturn = end > position && bytes[end - 1] === 13 ? 1 : 0
    lines.push(`${prefix}${bytes.toString("utf8", position, end - carriageReturn)}`)
    room -= length
    position = end + 1
  }
  const next = first + lines.length
  return {
    text: [...lines, ...remarks(bytes.subarray(0, position), next, lineCount)].join("\n"),
    seen: { first, next, last: lineCount !== null && next > lineCount }
  }
}

const remarks = (shown: Buffer, next: number, lineCount: number | null): readonly string[] => [
  ...(shown.includes("\r\n") ? ["(lines end in CRLF)"] : []),
  ...(isUtf8(shown) ? [] : ["(not valid UTF-8: what could not be read is shown as \uFFFD)"]),
  ...(lineCount === null ? [`(more from line ${next})`] : next <= lineCount ? [`(more from line ${next} of ${lineCount})`] : [])
]

const withoutBom = (bytes: Buffer): Buffer => (bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? bytes.subarray(3) : bytes)

const startOfLine = (bytes: Buffer, line: number): number => skipLines(bytes, line - 1).bytes

const countLines = (bytes: Buffer): number => {
  const { lines, bytes: skipped } = skipLines(bytes, Number.POSITIVE_INFINITY)
  return skipped < bytes.length || lines === 0 ? lines + 1 : lines
}

/** Steps over at most `count` line ends; `bytes` is where the line behind the last one begins. */
const skipLines = (bytes: Buffer, count: number): { readonly lines: number; readonly bytes: number } => {
  let position = 0
  let lines = 0
  while (lines < count) {
    const newline = bytes.indexOf(10, position)
    if (newline < 0) break
    position = newline + 1
    lines++
  }
  return { lines, bytes: position }
}
