import type { Part, ResultStatus, ToolCall } from "../../machine/session.ts"
import { callWords } from "./call-words.ts"
import { diffLines } from "./diff-lines.ts"
import { durationWords, plural } from "./money.ts"
import { harmless, oneLine } from "./visible.ts"
import { fitted, span, whole, type Shown, type Tone } from "./shown.ts"

/** The end of what a command printed says most; this much of it is shown. */
const TAIL_LINES_MAX = 6
const INDENT = "    "

/** One line for a call with what became of it, and under it what a person wants to see at once: a diff, the end of an output, an error. */
export const endedLines = (call: ToolCall, status: ResultStatus, parts: readonly Part[], tookMs: number | null): readonly Shown[] => {
  const { text, ended } = resultOf(call.name, textOf(parts), WORDS[status])
  const took = tookMs === null ? "" : `  ${durationWords(tookMs)}`
  const head = fitted(span(TONES[status], `${MARKS[status]} `), span("plain", callWords(call)), span("dim", `  ${ended}${took}`))
  switch (status) {
    case "ok":
      return [head, ...detailOfOk(call.name, text)]
    case "error":
    case "denied":
    case "invalid":
    case "unknown-outcome":
    case "cut-short":
      return [head, ...tail(text)]
    case "interrupted":
    case "not-started":
      return [head]
  }
}

/** A command's result begins with its exit code, which says more than `error` does. */
const resultOf = (tool: string, text: string, word: string): { readonly text: string; readonly ended: string } => {
  const code = tool === "shell" || tool === "git" ? /^exit code (\d+)(?:\n|$)/.exec(text) : null
  if (code === null) return { text, ended: word }
  return { text: text.slice(code[0].length), ended: code[1] === "0" ? word : `exit code ${code[1]}` }
}

const detailOfOk = (tool: string, text: string): readonly Shown[] => {
  switch (tool) {
    case "apply_patch":
    case "file_edit":
    case "file_write":
      return diffLines(text)
    case "shell":
    case "shell_output":
    case "shell_stop":
    case "git":
      return tail(text)
    default:
      return []
  }
}

const MARKS: Readonly<Record<ResultStatus, string>> = {
  ok: "✓",
  error: "✗",
  denied: "⊘",
  invalid: "✗",
  interrupted: "■",
  "not-started": "·",
  "unknown-outcome": "?",
  "cut-short": "·"
}

const TONES: Readonly<Record<ResultStatus, Tone>> = {
  ok: "good",
  error: "bad",
  denied: "notice",
  invalid: "bad",
  interrupted: "notice",
  "not-started": "dim",
  "unknown-outcome": "notice",
  "cut-short": "notice"
}

const WORDS: Readonly<Record<ResultStatus, string>> = {
  ok: "ok",
  error: "error",
  denied: "denied",
  invalid: "invalid",
  interrupted: "interrupted",
  "not-started": "not started",
  "unknown-outcome": "outcome unknown",
  "cut-short": "not run"
}

const tail = (text: string): readonly Shown[] => {
  const lines = text.trimEnd().split("\n")
  const shown = lines.slice(-TAIL_LINES_MAX)
  const left = lines.length - shown.length
  return [
    ...(left > 0 ? [whole(span("dim", `${INDENT}… ${plural(left, "line")} before`))] : []),
    ...shown.flatMap((line) => (line === "" ? [] : [fitted(span("dim", `${INDENT}${harmless(line).replaceAll("\t", "  ")}`))]))
  ]
}

/** The words of a result; images are named. */
export const textOf = (parts: readonly Part[]): string =>
  parts.map((part) => (part.type === "text" ? part.text : `[image, ${oneLine(part.mediaType)}, ${part.bytes} bytes]`)).join("\n")
