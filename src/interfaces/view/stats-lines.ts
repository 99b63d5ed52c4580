import type { ResultStatus } from "../../machine/session.ts"
import type { PrefixBreak } from "../../runtime/replay/prefix.ts"
import { cacheShare, type LogStats } from "../../runtime/replay/stats.ts"
import type { ToolStats } from "../../runtime/replay/tool-stats.ts"
import type { Wait } from "../../runtime/replay/waits.ts"
import { costWords, count, durationWords, plural, usageWords } from "./money.ts"
import { fitted, span, whole, type Shown } from "./shown.ts"
import { cell, tableLines, type Cell } from "./table.ts"
import { oneLine } from "./visible.ts"

/** Where the time, the tokens and the money of one session went. */
export const statsLines = (stats: LogStats): readonly Shown[] => [
  fitted(span("strong", oneLine(stats.session)), span("dim", `  ${oneLine(stats.models.join(", "))}`)),
  fitted(span("plain", `${sizeWords(stats)}, ${durationWords(stats.time.totalMs)}`)),
  fitted(span("plain", tokenWords(stats))),
  ...waitLines(stats),
  ...toolLines(stats.tools),
  ...troubleLines(stats),
  ...breakLines(stats)
]

const sizeWords = ({ turns, steps, requests, events }: LogStats): string =>
  [plural(turns, "turn"), plural(steps, "step"), ...(requests === steps ? [] : [plural(requests, "request")]), plural(events, "event")].join(", ")

const tokenWords = ({ usage }: LogStats): string =>
  `${usageWords(usage)}${usage.cacheWriteTokens === 0 ? "" : `, ${count(usage.cacheWriteTokens)} written to cache`} · ${cacheWords(cacheShare(usage))} · ${costWords(usage)}`

export const cacheWords = (share: number | null): string => (share === null ? "nothing read" : `${Math.round(share * 100)} % from cache`)

// ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const WAITS: Readonly<Record<Wait, string>> = {
  "first-token": "the model, until its first word",
  streaming: "the model, while it spoke",
  tools: "tools",
  vetting: "calls being looked at",
  hook: "what follows tools",
  gathering: "gathering",
  offloading: "offloading",
  retry: "waits before a retry",
  approval: "a person's approval",
  person: "a person's words",
  shutdown: "shutting down",
  away: "no process held it"
}

const waitLines = ({ time }: LogStats): readonly Shown[] => {
  const rows = (Object.keys(WAITS) as Wait[]).flatMap((wait): readonly (readonly Cell[])[] => {
    const ms = time.msByWait[wait]
    if (ms === undefined) return []
    const tools =
      wait === "tools"
        ? byLength(time.msByTools).map(([name, part]) => [cell(`  ${oneLine(name)}`, "dim"), cell(durationWords(part), "dim"), cell("")])
        : []
    return [[cell(WAITS[wait]), cell(durationWords(ms)), cell(percent(ms, time.totalMs), "dim")], ...tools]
  })
  const states = byLength(time.msByState).map(([name, ms]) => [cell(name), cell(durationWords(ms)), cell(percent(ms, time.totalMs), "dim")])
  return rows.length === 0
    ? []
    : [
        whole(),
        fitted(span("strong", "time, by what was waited for")),
        ...tableLines(rows),
        fitted(span("strong", "time, by state")),
        ...tableLines(states)
      ]
}

const byLength = (msByName: Readonly<Record<string, number>>): readonly (readonly [string, number])[] =>
  Object.entries(msByName).toSorted(([, one], [, other]) => other - one)

const percent = (part: number, all: number): string => (all === 0 ? "" : `${Math.round((part * 100) / all)} %`)

// ── tools and trouble ────────────────────────────────────────────────────────────────────────────────────────────

const toolLines = (tools: LogStats["tools"]): readonly Shown[] => {
  const rows = Object.entries(tools)
  if (rows.length === 0) return []
  const head = ["tool", "calls", "ok", "error", "denied", "other", "median", "longest"].map((word) => cell(word, "dim"))
  return [whole(), fitted(span("strong", "tools")), ...tableLines([head, ...rows.map(toolRow)])]
}

const toolRow = ([name, { calls, byStatus, medianMs, longestMs }]: readonly [string, ToolStats]): readonly Cell[] => {
  const of = (status: ResultStatus): number => byStatus[status] ?? 0
  const other = calls - of("ok") - of("error") - of("denied")
  const number = (quantity: number, tone: Cell["tone"] = "plain"): Cell => (quantity === 0 ? cell("·", "dim") : { text: count(quantity), tone })
  const time = (ms: number | null): Cell => (ms === null ? cell("·", "dim") : cell(durationWords(ms)))
  return [
    cell(oneLine(name)),
    number(calls),
    number(of("ok"), "good"),
    number(of("error"), "bad"),
    number(of("denied"), "notice"),
    number(other),
    time(medianMs),
    time(longestMs)
  ]
}

const troubleLines = ({ failures, retries, interrupts, restarts }: LogStats): readonly Shown[] => {
  const failed = Object.entries(failures)
  const words = [
    ...(failed.length === 0
      ? []
      : [
          `${plural(
            failed.reduce((sum, [, times]) => sum + times, 0),
            "failed call"
          )} of the model (${failed.map(([kind, times]) => `${times} ${kind}`).join(", ")})`
        ]),
    ...(retries === 0 ? [] : [retries === 1 ? "1 retry" : `${retries} retries`]),
    ...(interrupts === 0 ? [] : [plural(interrupts, "interrupt")]),
    ...(restarts === 0 ? [] : [`taken up again ${restarts === 1 ? "once" : `${restarts} times`}`])
  ]
  return words.length === 0 ? [] : [whole(), whole(span("notice", words.join(" · ")))]
}

// ── the prefix ───────────────────────────────────────────────────────────────────────────────────────────────────

const breakLines = ({ breaks, requests }: LogStats): readonly Shown[] => {
  if (requests < 2) return []
  if (breaks.length === 0)
    return [whole(), whole(span("good", "each request begins with the one before it: nothing broke the cached prefix"))]
  return [
    whole(),
    fitted(span("strong", `the cached prefix broke ${breaks.length === 1 ? "once" : `${breaks.length} times`}`)),
    ...breaks.flatMap(breakShown)
  ]
}

const breakShown = (broken: PrefixBreak): readonly Shown[] => [
  whole(span("notice", `  event ${broken.n}, byte ${count(broken.offset)}, ${broken.path}`), span("plain", ` after ${causeWords(broken)}`)),
  fitted(span("removed", `    - ${oneLine(broken.before)}`)),
  fitted(span("added", `    + ${oneLine(broken.after)}`)),
  ...costOfBreak(broken)
]

const causeWords = ({ cause }: PrefixBreak): string => (cause === null ? "nothing that the log tells" : `${cause.type}, event ${cause.n}`)

const costOfBreak = ({ usageBefore, usageAfter }: PrefixBreak): readonly Shown[] =>
  usageBefore === null || usageAfter === null
    ? [fitted(span("dim", "    what that cost is not known: the provider did not say"))]
    : [
        fitted(
          span(
            "dim",
            `    from cache ${count(usageBefore.cacheReadTokens)} → ${count(usageAfter.cacheReadTokens)} tokens, read anew ${count(anew(usageBefore))} → ${count(anew(usageAfter))}`
          )
        )
      ]

const anew = ({ inputTokens, cacheWriteTokens }: NonNullable<PrefixBreak["usageBefore"]>): number => inputTokens + cacheWriteTokens

// ── several ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** One line a session, and what they come to together; where a terminal is too narrow for the columns, they stand under each name. */
export const statsTable = (named: readonly (readonly [string, LogStats])[], columns: number | null): readonly Shown[] => {
  const total = totalOf(named.map(([, stats]) => stats))
  const rows = [...named.map(([name, stats]) => row(oneLine(name), sumOf(stats))), row("together", total)]
  const wide = tableLines([["log", ...COLUMNS].map((word) => cell(word, "dim")), ...rows], "")
  return columns === null || columns >= TABLE_COLUMNS_MIN
    ? wide
    : rows.flatMap(([name, ...cells]) => [fitted(span("strong", name?.text ?? "")), ...stacked(cells)])
}

const COLUMNS = ["time", "at work", "turns", "steps", "calls", "tokens", "cached", "cost", "breaks"]
const TABLE_COLUMNS_MIN = 100

const stacked = (cells: readonly Cell[]): readonly Shown[] => tableLines(cells.map((one, index) => [cell(COLUMNS[index] ?? "", "dim"), one]))

/** What adds up of a session. Units: ms, tokens, nanodollars. */
export interface Sum {
  readonly totalMs: number
  /** The time that nobody had to wait for a person, and some process was there. */
  readonly workMs: number
  readonly events: number
  readonly turns: number
  readonly steps: number
  readonly requests: number
  readonly calls: number
  readonly breaks: number
  readonly usage: LogStats["usage"]
}

export const sumOf = ({ time, tools, breaks, usage, events, turns, steps, requests }: LogStats): Sum => {
  const { person = 0, approval = 0, away = 0 } = time.msByWait
  const calls = Object.values(tools).reduce((sum, tool) => sum + tool.calls, 0)
  return {
    totalMs: time.totalMs,
    workMs: time.totalMs - person - approval - away,
    events,
    turns,
    steps,
    requests,
    calls,
    breaks: breaks.length,
    usage
  }
}

export const totalOf = (all: readonly LogStats[]): Sum => all.map(sumOf).reduce(added)

const added = (one: Sum, other: Sum): Sum => {
  const usage = Object.fromEntries(
    Object.entries(one.usage).map(([key, value]) => [key, value + other.usage[key as keyof Sum["usage"]]])
  ) as unknown as Sum["usage"]
  const numbers = Object.fromEntries(
    Object.entries(one).flatMap(([key, value]) => (typeof value === "number" ? [[key, value + (other[key as keyof Sum] as number)]] : []))
  )
  return { ...(numbers as unknown as Sum), usage }
}

const row = (name: string, { totalMs, workMs, turns, steps, calls, usage, breaks }: Sum): readonly Cell[] => {
  const share = cacheShare(usage)
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  return [
    cell(name),
    cell(durationWords(totalMs)),
    cell(durationWords(workMs)),
    ...[turns, steps, calls, tokens].map((quantity) => cell(count(quantity))),
    cell(share === null ? "·" : `${Math.round(share * 100)} %`),
    cell(costWords(usage)),
    cell(breaks === 0 ? "·" : count(breaks), breaks === 0 ? "dim" : "notice")
  ]
}
