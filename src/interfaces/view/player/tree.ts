import { fitted, span, whole, type Shown, type Span, type Tone } from "../shown.ts"
import { harmless, oneLine } from "../visible.ts"

/** How a value differs from an earlier one. */
type Change = "same" | "added" | "changed" | "removed"

/** How texts of several lines are shown: on one line, or each line for itself. */
export interface TreeLook {
  readonly texts: "cut" | "whole"
  /** Whether only what differs is shown, with what leads there. */
  readonly changesOnly?: boolean
}

/**
 * A value as an indented tree. What differs from `before` is marked by its first column and its tone:
 * `+` is new, `~` was something else, `-` is gone. Without `before` nothing is marked.
 */
export const treeLines = (value: unknown, before: unknown, look: TreeLook): readonly Shown[] => {
  const lines: Shown[] = []
  if (isBranch(value)) branch(value, before, 0, look, lines)
  else leaf("", value, before, 0, look, lines)
  return lines
}

type Branch = Readonly<Record<string, unknown>>

const isBranch = (value: unknown): value is Branch => typeof value === "object" && value !== null && Object.keys(value).length > 0

const branch = (value: Branch, before: unknown, depth: number, look: TreeLook, lines: Shown[]): void => {
  const earlier = isBranch(before) ? before : {}
  for (const key of Object.keys(value))
    node(key, value[key], before === NOTHING ? NOTHING : Object.hasOwn(earlier, key) ? earlier[key] : ABSENT, depth, look, lines)
  if (before === NOTHING) return
  for (const key of Object.keys(earlier)) if (!Object.hasOwn(value, key)) gone(key, earlier[key], depth, lines)
}

/** Stands for a tree that is compared with nothing. */
export const NOTHING = Symbol("nothing")
const ABSENT = Symbol("absent")

const node = (key: string, value: unknown, before: unknown, depth: number, look: TreeLook, lines: Shown[]): void => {
  if (value === undefined) return
  if (look.changesOnly === true && equal(value, before)) return
  if (!isBranch(value) || isShort(value)) return leaf(key, value, before, depth, look, lines)
  const change = before === NOTHING || before === value || isBranch(before) ? "same" : before === ABSENT ? "added" : "changed"
  lines.push(line(change, depth, span("dim", `${name(key)}:`)))
  branch(value, isBranch(before) || before === NOTHING ? before : {}, depth + 1, look, lines)
}

const leaf = (key: string, value: unknown, before: unknown, depth: number, look: TreeLook, lines: Shown[]): void => {
  const change: Change = before === NOTHING || equal(value, before) ? "same" : before === ABSENT ? "added" : "changed"
  const label = key === "" ? [] : [span("dim", `${name(key)}: `)]
  const was = change === "changed" ? [span("dim", `  was ${short(before)}`)] : []
  if (look.texts === "whole" && typeof value === "string" && value.includes("\n")) {
    lines.push(line(change, depth, ...label, ...was))
    for (const text of value.split("\n")) lines.push(whole(gutter(change, depth + 1), span(TONES[change], blanks(harmless(text)))))
    return
  }
  const spans = [...label, span(TONES[change], words(value)), ...was]
  lines.push(look.texts === "whole" ? whole(gutter(change, depth), ...spans) : line(change, depth, ...spans))
}

const gone = (key: string, before: unknown, depth: number, lines: Shown[]): void =>
  void lines.push(line("removed", depth, span("removed", `${name(key)}: ${short(before)}`)))

const TONES: Readonly<Record<Change, Tone>> = { same: "plain", added: "added", changed: "notice", removed: "removed" }
const MARKS: Readonly<Record<Change, string>> = { same: "  ", added: "+ ", changed: "~ ", removed: "- " }

const line = (change: Change, depth: number, ...spans: readonly Span[]): Shown => fitted(gutter(change, depth), ...spans)

const gutter = (change: Change, depth: number): Span => span(TONES[change], `${MARKS[change]}${"  ".repeat(depth)}`)

/** Shown on one line although it is a list. */
const isShort = (value: Branch): boolean =>
  Array.isArray(value)
  && value.length <= 8
  && value.every((item) => typeof item !== "object" || item === null)
  && JSON.stringify(value).length <= 80

const words = (value: unknown): string => {
  if (typeof value === "string") return value === "" ? '""' : blanks(oneLine(value))
  if (Array.isArray(value)) return value.length === 0 ? "[]" : value.map(words).join(", ")
  return oneLine(JSON.stringify(value) ?? "nothing")
}

const SHORT_MAX = 40

/** Of what was, the beginning is enough. */
const short = (value: unknown): string => {
  const text = isBranch(value) && !isShort(value) ? (Array.isArray(value) ? `a list of ${value.length}` : "an object") : words(value)
  return text.length > SHORT_MAX ? `${text.slice(0, SHORT_MAX - 1)}…` : text
}

/** A list counts from 0, as JSON does. */
const name = (key: string): string => oneLine(key)

const blanks = (text: string): string => text.replaceAll("\t", "  ")

const equal = (one: unknown, other: unknown): boolean => {
  if (one === other) return true
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length
    && keys.every((key) => Object.hasOwn(other, key) && equal((one as Branch)[key], (other as Branch)[key]))
  )
}
