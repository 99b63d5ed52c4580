import { plural } from "./money.ts"
import { harmless } from "./visible.ts"
import { span, whole, type Shown, type Tone } from "./shown.ts"

/** More of a diff than this pushes everything else out of sight. */
const LINES_MAX = 60
const INDENT = "    "

/** The changed places of a unified diff, coloured; nothing where the text holds none. */
export const diffLines = (text: string, linesMax: number = LINES_MAX): readonly Shown[] => {
  const lines = text.split("\n")
  const start = lines.findIndex((line) => line.startsWith("@@ "))
  if (start < 0) return []
  const body = lines.slice(start)
  const left = body.length - linesMax
  return [
    ...body.slice(0, linesMax).map((line) => whole(span(toneOf(line), `${INDENT}${harmless(line)}`))),
    ...(left > 0 ? [whole(span("dim", `${INDENT}… ${plural(left, "more line")} of the diff`))] : [])
  ]
}

const toneOf = (line: string): Tone => {
  switch (line[0]) {
    case "+":
      return "added"
    case "-":
      return "removed"
    case "@":
      return "dim"
    default:
      return "plain"
  }
}
