import type { ActionOf } from "../../machine/action.ts"
import type { ToolCall } from "../../machine/session.ts"
import { argumentsOf, type Arguments } from "./call-words.ts"
import { plural } from "./money.ts"
import { exact, oneLine } from "./visible.ts"
import { span, whole, wholeLines, type Shown, type Tone } from "./shown.ts"

/** A longer text is shown in part, and says so. */
const LINES_MAX = 40
const INDENT = "    "

type Asked = ActionOf<"RequestApproval">

/** What is asked, with exactly what will run; `all` shows long texts to the end. */
export const questionLines = (asked: Asked, all = false): readonly Shown[] => [
  whole(span("strong", `allow ${exact(asked.call.name)}?`), span("dim", ` ${oneLine(asked.reason)}`)),
  ...exactLines(asked.call).flatMap(({ tone, text }) => limited(tone, text, all))
]

/** The keys that answer it. What only a person can allow each time has no rule to keep. */
export const keyLines = ({ rules, call }: Asked): readonly Shown[] => {
  const forRules =
    rules.length === 0 ? [] : [span("strong", "  s"), span("plain", " for this session"), span("strong", "  a"), span("plain", " always")]
  const view = isLong(call) ? [span("strong", "  v"), span("plain", " view all")] : []
  return [
    ...(rules.length === 0 ? [] : [whole(span("dim", `  for this session and always mean: ${rules.map(oneLine).join(", ")}`))]),
    whole(
      span("strong", "  y"),
      span("plain", " once"),
      ...forRules,
      span("strong", "  n"),
      span("plain", " no, and say why"),
      ...view,
      span("dim", "  Esc interrupts")
    )
  ]
}

/** The question of the model itself, with its options numbered. */
export const askedLines = ({ question }: Asked): readonly Shown[] =>
  question === null
    ? []
    : [
        ...exact(question.text).split("\n").map((line, index) => whole(span("strong", index === 0 ? `the model asks: ${line}` : `  ${line}`))),
        ...question.options.map((option, index) => whole(span("strong", `  ${index + 1}`), span("plain", ` ${oneLine(option)}`)))
      ]

export const isLong = (call: ToolCall): boolean => exactLines(call).some(({ text }) => exact(text).split("\n").length > LINES_MAX)

interface Exactly {
  readonly tone: Tone
  readonly text: string
}

/** Everything that was given with the call; nothing is left out that could matter. */
const exactLines = (call: ToolCall): readonly Exactly[] => {
  const given = argumentsOf(call)
  if (given === null) return [{ tone: "plain", text: call.arguments }]
  const [shown, told] = toldOf(call.name, given)
  const rest = Object.entries(given).filter(([key]) => !told.includes(key))
  return [
    ...shown,
    ...rest.map(([key, value]): Exactly => ({
      tone: "plain",
      text: `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`
    }))
  ]
}

/** What is shown in a way of its own, and the keys that it tells. */
const toldOf = (tool: string, given: Arguments): readonly [readonly Exactly[], readonly string[]] => {
  switch (tool) {
    case "shell":
      return typeof given["command"] === "string" ? [[{ tone: "plain", text: `$ ${given["command"]}` }], ["command"]] : [[], []]
    case "file_write":
      return typeof given["content"] === "string" && typeof given["path"] === "string"
        ? [[{ tone: "plain", text: given["path"] }, { tone: "added", text: marked("+", given["content"]) }], ["path", "content"]]
        : [[], []]
    case "file_edit":
      return editsTold(given)
    case "apply_patch":
      return typeof given["patch"] === "string" ? [given["patch"].split("\n").map(patchLine), ["patch"]] : [[], []]
    default:
      return [[], []]
  }
}

const patchLine = (text: string): Exactly => ({ tone: text.startsWith("+") ? "added" : text.startsWith("-") ? "removed" : "plain", text })

const editsTold = ({ path, edits }: Arguments): readonly [readonly Exactly[], readonly string[]] => {
  if (typeof path !== "string" || !Array.isArray(edits) || !edits.every(isPlainEdit)) return [[], []]
  const shown = edits.flatMap((edit): readonly Exactly[] => [
    ...(edit.all === true ? [{ tone: "notice" as const, text: "everywhere in the file:" }] : []),
    { tone: "removed", text: marked("-", edit.old) },
    { tone: "added", text: marked("+", edit.new) }
  ])
  return [[{ tone: "plain", text: path }, ...shown], ["path", "edits"]]
}

interface PlainEdit {
  readonly old: string
  readonly new: string
  readonly all?: boolean
}

const isPlainEdit = (edit: unknown): edit is PlainEdit =>
  typeof edit === "object" &&
  edit !== null &&
  Object.keys(edit).every((key) => key === "old" || key === "new" || key === "all") &&
  typeof (edit as PlainEdit).old === "string" &&
  typeof (edit as PlainEdit).new === "string"

const marked = (mark: string, text: string): string => text.split("\n").map((line) => `${mark} ${line}`).join("\n")

const limited = (tone: Tone, text: string, all: boolean): readonly Shown[] => {
  const lines = exact(text).split("\n")
  if (all || lines.length <= LINES_MAX) return wholeLines(tone, lines.join("\n"), INDENT)
  return [
    ...wholeLines(tone, lines.slice(0, LINES_MAX).join("\n"), INDENT),
    whole(span("notice", `${INDENT}… ${plural(lines.length - LINES_MAX, "more line")}`))
  ]
}
