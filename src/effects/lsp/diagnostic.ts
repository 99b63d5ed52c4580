export const SEVERITIES = ["error", "warning", "information", "hint"] as const
export type Severity = (typeof SEVERITIES)[number]

/** What a language server says of one place of a file. Units: `line` and `column` count from 1, a column is a character. */
export interface Diagnostic {
  /** Canonical. */
  readonly path: string
  readonly line: number
  readonly column: number
  readonly severity: Severity
  readonly message: string
  /** Who says it, as `ts 2322`; empty where the server does not say. */
  readonly origin: string
  /** What stands in its line, to know it again when it moves. */
  readonly lineText: string
}

/** Of one file so many are kept, and of one message so many characters. */
const KEPT_MAX = 500
const MESSAGE_LENGTH_MAX = 2_000
const ORIGIN_LENGTH_MAX = 80
const LINE_LENGTH_MAX = 200

/** In what a server counts the characters of a line. */
export type Encoding = "utf-8" | "utf-16" | "utf-32"

/** What a server sent for a file, as far as it is what it should be, in order and each once. `text`: the file as the server has it. */
export const readDiagnostics = (path: string, given: unknown, text: string | null, encoding: Encoding): readonly Diagnostic[] => {
  if (!Array.isArray(given)) return []
  const lines = text === null ? [] : text.split(/\r\n|\n|\r/)
  const read = given.slice(0, KEPT_MAX).flatMap((each) => readOne(path, each, lines, encoding) ?? [])
  return inOrder(read)
}

/** By severity, path and place, each once: the same whoever answered first. */
export const inOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => {
  const byKey = new Map(diagnostics.map((each) => [JSON.stringify(each), each]))
  return [...byKey.values()].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      compare(a.path, b.path) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.message, b.message) ||
      compare(a.origin, b.origin)
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

interface Sent {
  readonly range?: { readonly start?: { readonly line?: unknown; readonly character?: unknown } }
  readonly severity?: unknown
  readonly message?: unknown
  readonly source?: unknown
  readonly code?: unknown
}

const readOne = (path: string, given: unknown, lines: readonly string[], encoding: Encoding): Diagnostic | null => {
  if (typeof given !== "object" || given === null) return null
  const { range, severity, message, source, code } = given as Sent
  const words = typeof message === "string" ? message : ((message as { readonly value?: unknown } | null | undefined)?.value ?? null)
  if (typeof words !== "string") return null
  const line = whole(range?.start?.line)
  return {
    path,
    line: line + 1,
    column: columnOf(lines[line] ?? "", whole(range?.start?.character), encoding),
    severity: SEVERITIES[whole(severity) - 1] ?? "error",
    message: words.slice(0, MESSAGE_LENGTH_MAX).toWellFormed(),
    origin: [source, typeof code === "object" && code !== null ? (code as { readonly value?: unknown }).value : code]
      .filter(isWord)
      .join(" ")
      .slice(0, ORIGIN_LENGTH_MAX)
      .toWellFormed(),
    lineText: (lines[line] ?? "").trim().slice(0, LINE_LENGTH_MAX)
  }
}

const isWord = (given: unknown): given is string | number => (typeof given === "string" && given !== "") || typeof given === "number"

const whole = (given: unknown): number => (typeof given === "number" && Number.isSafeInteger(given) && given >= 0 ? given : 0)

/** `columnOf("añb", 3, "utf-8")  // => 3`: the third character begins behind three bytes. */
const columnOf = (line: string, units: number, encoding: Encoding): number => {
  let left = units
  let column = 1
  for (const character of line) {
    if (left <= 0) return column
    left -= encoding === "utf-8" ? Buffer.byteLength(character) : encoding === "utf-16" ? character.length : 1
    column++
  }
  return column + Math.max(0, left)
}
