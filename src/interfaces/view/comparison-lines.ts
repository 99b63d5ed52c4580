import { describeEvent } from "../../machine/describe.ts"
import type { ToolCall } from "../../machine/session.ts"
import type { Beat } from "../../runtime/replay/beats.ts"
import type { Comparison, Pair, Parting, PartingKind } from "../../runtime/replay/compare-logs.ts"
import type { Difference } from "../../runtime/replay/differences.ts"
import type { LogOutcome } from "../../runtime/replay/log-outcome.ts"
import { callWords } from "./call-words.ts"
import { costWords, count, plural, usageWords } from "./money.ts"
import { fitted, span, whole, type Shown } from "./shown.ts"
import { cell, tableLines } from "./table.ts"
import { oneLine } from "./visible.ts"
import { columnsOf, cutTo } from "./width.ts"

/** Two logs beside each other: what they are, where they part, both stories from there on, and what each came to. */
export interface Compared extends Comparison {
  readonly names: { readonly a: string; readonly b: string }
  /** What each call of a tool was, by the number of its effect. */
  readonly calls: { readonly a: ReadonlyMap<number, ToolCall>; readonly b: ReadonlyMap<number, ToolCall> }
}

export const comparisonLines = (compared: Compared, columns: number | null): readonly Shown[] => [
  ...forkLines(compared),
  ...openingLines(compared),
  ...(compared.parting === null ? [sameLine(compared)] : partingLines(compared.parting, compared)),
  ...(compared.story.length === 0 ? [] : [whole(), ...storyLines(compared, columns)]),
  ...moreLines(compared),
  whole(),
  ...outcomeLines(compared)
]

const forkLines = ({ fork }: Compared): readonly Shown[] => {
  if (fork === null) return []
  const [child, parent] = fork.of === "a" ? ["B", "A"] : ["A", "B"]
  const changes = fork.changes.length === 0 ? "" : `, with ${fork.changes.map(oneLine).join(", ")}`
  return [whole(span("strong", `${child} is a fork of ${parent} at event ${fork.n}`), span("plain", changes))]
}

const openingLines = ({ opening }: Compared): readonly Shown[] =>
  opening.length === 0 ? [] : [whole(span("strong", "they were opened with other settings")), ...fieldsLines(opening)]

const sameLine = ({ a, b, opening }: Compared): Shown =>
  whole(
    span(
      "good",
      `${opening.length === 0 ? "both tell" : "from there on both tell"} the same, over ${a.events === b.events ? plural(a.events, "event") : `${count(a.events)} and ${plural(b.events, "event")}`}`
    )
  )

// ── where they part ──────────────────────────────────────────────────────────────────────────────────────────────

const KINDS: Readonly<Record<PartingKind, string>> = {
  settings: "the settings differ",
  person: "what a person did differs",
  host: "what the process around it did differs",
  model: "the model's answer differs",
  tool: "what a tool gave back differs",
  surroundings: "what was gathered or offloaded differs",
  decision: "the machine decided something else about the same event",
  end: "one of them ends here"
}

const FIELDS_MAX = 4

const partingLines = ({ what, a, b, fields }: Parting, compared: Compared): readonly Shown[] => {
  const place =
    a === null
      ? `event ${b?.from ?? 0} of B`
      : b === null || a.from === b.from
        ? `event ${a.from}${b === null ? " of A" : ""}`
        : `event ${a.from} of A and ${b.from} of B`
  return [
    whole(span("strong", `they part at ${place}: ${KINDS[what]}`)),
    ...(fields.length > 0
      ? fieldsLines(fields)
      : [sideLine("A", "removed", beatWords(a, compared.calls.a)), sideLine("B", "added", beatWords(b, compared.calls.b))])
  ]
}

const fieldsLines = (fields: readonly Difference[]): readonly Shown[] => [
  ...fields.slice(0, FIELDS_MAX).flatMap(fieldLines),
  ...(fields.length > FIELDS_MAX ? [fitted(span("dim", `  … ${plural(fields.length - FIELDS_MAX, "more field")}`))] : [])
]

const fieldLines = ({ path, a, b }: Difference): readonly Shown[] => {
  const [one, other] = excerpts(jsonOf(a), jsonOf(b))
  return [fitted(span("dim", `  ${oneLine(path)}`)), sideLine("A", "removed", one), sideLine("B", "added", other)]
}

const sideLine = (side: string, tone: "removed" | "added", text: string): Shown => fitted(span(tone, `  ${side}  ${text}`))

const jsonOf = (value: unknown): string => (value === undefined ? "(nothing)" : typeof value === "string" ? value : JSON.stringify(value))

/** How much of equal text stands before the first letter that differs. */
const CONTEXT_LENGTH = 24
const EXCERPT_LENGTH = 400

/** Both texts from a little before they differ. */
const excerpts = (one: string, other: string): readonly [string, string] => {
  let same = 0
  while (same < one.length && one[same] === other[same]) same++
  const from = same <= CONTEXT_LENGTH * 2 ? 0 : same - CONTEXT_LENGTH
  const excerpt = (text: string): string =>
    `${from > 0 ? "…" : ""}${oneLine(text.slice(from, from + EXCERPT_LENGTH))}${text.length > from + EXCERPT_LENGTH ? "…" : ""}`
  return [excerpt(one), excerpt(other)]
}

// ── the stories ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Narrower than this, two columns would hold too few words each. */
const TWO_COLUMNS_MIN = 100

const storyLines = (compared: Compared, columns: number | null): readonly Shown[] =>
  columns !== null && columns >= TWO_COLUMNS_MIN ? besideEachOther(compared, columns) : underEachOther(compared)

const besideEachOther = ({ story, calls }: Compared, columns: number): readonly Shown[] => {
  const width = Math.floor((columns - 3) / 2)
  const numbers = Math.max(...story.map(({ a, b }) => Math.max(numberOf(a).length, numberOf(b).length)))
  const side = (beat: Beat | null, callByEffect: ReadonlyMap<number, ToolCall>): string =>
    beat === null ? "" : cutTo(`${numberOf(beat).padStart(numbers)}  ${beatWords(beat, callByEffect)}`, width)
  return story.map(({ a, b, same }) => {
    const [left, right] = [side(a, calls.a), side(b, calls.b)]
    return fitted(
      span(same ? "plain" : "removed", `${left}${" ".repeat(Math.max(0, width - columnsOf(left)))}`),
      span("dim", ` ${same ? "│" : a === null ? ">" : b === null ? "<" : "≠"} `),
      span(same ? "plain" : "added", right)
    )
  })
}

/** Runs of what differs stand together: first what A has, then what B has, as in any diff. */
const underEachOther = ({ story, calls }: Compared): readonly Shown[] => {
  const lines: Shown[] = []
  let theirs: Shown[] = []
  const flush = (): void => {
    lines.push(...theirs)
    theirs = []
  }
  for (const { a, b, same } of story) {
    if (same && a !== null) {
      flush()
      lines.push(fitted(span("dim", `  ${pairNumbers(a, b)}`), span("plain", `  ${beatWords(a, calls.a)}`)))
      continue
    }
    if (a !== null) lines.push(fitted(span("removed", `< ${numberOf(a)}  ${beatWords(a, calls.a)}`)))
    if (b !== null) theirs.push(fitted(span("added", `> ${numberOf(b)}  ${beatWords(b, calls.b)}`)))
  }
  flush()
  return lines
}

const pairNumbers = (a: Beat, b: Pair["b"]): string => (b === null || numberOf(a) === numberOf(b) ? numberOf(a) : `${numberOf(a)}/${numberOf(b)}`)

const numberOf = (beat: Beat | null): string => (beat === null ? "" : beat.from === beat.to ? `${beat.from}` : `${beat.from}–${beat.to}`)

/** What happened, in words; a result with what was called. */
const beatWords = (beat: Beat | null, callByEffect: ReadonlyMap<number, ToolCall>): string => {
  if (beat === null) return "(nothing more)"
  const { event } = beat
  const call = event.type === "ToolCompleted" ? callByEffect.get(event.effect) : undefined
  const words = oneLine(describeEvent(event))
  return call === undefined ? words : `${callWords(call)}: ${words.replace(/^\d+ ended /, "")}`
}

const moreLines = ({ more }: Compared): readonly Shown[] =>
  more.a + more.b === 0 ? [] : [whole(span("dim", `… ${plural(more.a, "more event")} of A, ${count(more.b)} of B; --all shows them`))]

// ── what they came to ────────────────────────────────────────────────────────────────────────────────────────────

const outcomeLines = ({ a, b, names }: Compared): readonly Shown[] => [
  fitted(span("removed", "A"), span("plain", `  ${oneLine(names.a)}${names.a === a.session ? "" : `  ${oneLine(a.session)}`}`)),
  ...outcomeOf(a),
  fitted(span("added", "B"), span("plain", `  ${oneLine(names.b)}${names.b === b.session ? "" : `  ${oneLine(b.session)}`}`)),
  ...outcomeOf(b)
]

const outcomeOf = ({ events, turns, steps, usage, filesChanged, commandsRan, ended }: LogOutcome): readonly Shown[] =>
  tableLines([
    [cell(`${plural(turns, "turn")}, ${plural(steps, "step")}, ${plural(events, "event")} · ${usageWords(usage)} · ${costWords(usage)}`)],
    [cell(filesWords(filesChanged, commandsRan))],
    [cell(oneLine(ended))]
  ])

const filesWords = (files: readonly string[], commandsRan: boolean): string => {
  const commands = commandsRan ? "what commands changed" : ""
  if (files.length === 0) return commandsRan ? `changed: ${commands}` : "no file changed"
  return `${plural(files.length, "file")} changed: ${files.map(oneLine).join(", ")}${commandsRan ? ` and ${commands}` : ""}`
}
