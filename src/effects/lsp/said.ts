import { redactWith, type Redact } from "../secrets/redact.ts"
import { fitsTokens } from "../llm/tokens.ts"
import { isInside } from "../os/path.ts"
import { harmlessLine, harmlessPath } from "../repo/map-lines.ts"
import type { Diagnostic } from "./diagnostic.ts"
import type { News } from "./language-servers.ts"

/** Of what a server says so many letters are told. */
const MESSAGE_LENGTH_MAX = 300

/** `src/a.ts:3:14 error Type 'number' is not assignable to type 'string'. [ts 2322]` */
export const lineOf = (diagnostic: Diagnostic, roots: readonly string[]): string => {
  const { path, line, column, severity, message, origin } = diagnostic
  const words = redact(harmlessLine(message))
  const cut = words.length <= MESSAGE_LENGTH_MAX ? words : `${words.slice(0, MESSAGE_LENGTH_MAX - 1).toWellFormed().replace(/\uFFFD$/, "")}…`
  return `${shownPath(path, roots)}:${line}:${column} ${severity} ${cut}${origin === "" ? "" : ` [${harmlessLine(origin)}]`}`
}

/** Relative to the first root, absolute below another one. */
export const shownPath = (path: string, [root = "/"]: readonly string[]): string =>
  harmlessPath(isInside(root, path) && path !== root ? path.slice(root.length + (root.endsWith("/") ? 0 : 1)) : path)

/** The keys that this process was given are known only when it runs. */
const redact: Redact = (text) => (redacting ??= redactWith(process.env))(text)
let redacting: Redact | null = null

export const OPENING = "<diagnostics>"
const CLOSING = "</diagnostics>"

/** What the model is told unasked after a batch; empty where there is nothing new. */
export const newsText = (
  { fresh, standingCount, olderCount, cleared }: News,
  roots: readonly string[],
  budgetTokens: number,
  model: string
): string => {
  if (fresh.length === 0 && cleared.length === 0) return ""
  const lines = [...fresh.map((each) => lineOf(each, roots)), ...cleared.map((path) => `${shownPath(path, roots)}: no new problem is left`)]
  const rest = [...countWords(standingCount, "told and not mended"), ...countWords(olderCount, "there before")].join("; ")
  return linesWithin(lines, rest, budgetTokens, model)
}

const countWords = (count: number, words: string): readonly string[] =>
  count === 0 ? [] : [`${count} more that ${count === 1 ? "was" : "were"} ${words}`]

/** As many of the lines as have room, with the number of the others; empty where there is room for none. */
export const linesWithin = (lines: readonly string[], rest: string, budgetTokens: number, model: string): string => {
  const textOf = (shown: number): string => {
    const left = lines.length - shown
    const remarks = [...(left === 0 ? [] : [`${left} more of these`]), ...(rest === "" ? [] : [rest])]
    return [OPENING, ...lines.slice(0, shown), ...(remarks.length === 0 ? [] : [`(${remarks.join("; ")})`]), CLOSING].join("\n")
  }
  let shown = lines.length
  while (shown > 0 && !fitsTokens(textOf(shown), budgetTokens, model)) shown -= 1 + (shown >> 2)
  return shown <= 0 ? "" : textOf(shown)
}
