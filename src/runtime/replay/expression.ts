import * as Data from "effect/Data"
import { chart } from "../../machine/chart.ts"
import { nearest } from "../settings.ts"
import { textOf } from "./event-text.ts"
import { compileScript } from "./expression-script.ts"
import type { Moment } from "./timeline.ts"

/** Whether something holds at a moment of a log. Errors: throws an `ExpressionError` where that cannot be told. */
export interface Predicate {
  (moment: Moment): boolean
  /** The first of these moments at which it holds; faster than asking for each. */
  readonly first: (moments: Iterable<Moment>) => Moment | null
  /** Why it could not be told at some moments, where it then counted as not holding: the first of them, in a sentence. */
  readonly missed: () => string | null
}

/** The expression of a person could not be evaluated; the message shows where. */
export class ExpressionError extends Data.TaggedError("ExpressionError")<{ readonly message: string }> {}

/**
 * What a person wrote on the command line about a moment of a log, as a predicate: `state=Error`, `event=ToolCompleted`,
 * `tool=shell` (a call of it starts), `text~WORDS` (the words come with this event), or a JavaScript expression over
 * `state`, `session`, `before`, `event`, `actions` and `n`.
 * Errors: a sentence, where it cannot be read.
 */
export const compileExpression = (text: string, { timeoutMs = TIMEOUT_MS } = {}): Predicate | string => {
  const trimmed = text.trim().replace(/;+$/, "")
  if (trimmed === "") return `the expression is empty; write ${FORMS}`
  const words = /^text\s*~\s*(.+)$/s.exec(trimmed)
  if (words !== null) return plain(saying(unquoted(words[1] as string)))
  const short = /^(state|event|tool)\s*=\s*(["']?)([\w.:-]+)\2$/.exec(trimmed)
  if (short !== null) return shorthand(short[1] as "state" | "event" | "tool", short[3] as string)
  return compileScript(trimmed, (message) => new ExpressionError({ message }), timeoutMs)
}

/** Units: ms. For one part of the moments, the machine's own work on them included: long, for a machine may be busy. */
const TIMEOUT_MS = 10_000

/** What an expression may be, for messages and the help. */
export const FORMS = "state=NAME, event=NAME, tool=NAME, text~WORDS, or JavaScript over state, session, before, event, actions and n"

const shorthand = (subject: "state" | "event" | "tool", name: string): Predicate | string => {
  switch (subject) {
    case "state":
      return STATES.includes(name) ? plain(({ step }) => step.state.name === name) : unknown("state", name, STATES)
    case "event":
      return EVENTS.includes(name) ? plain(({ row }) => row.event.type === name) : unknown("event", name, EVENTS)
    case "tool":
      return plain(({ step }) => step.actions.some((action) => action.type === "ExecuteTools" && action.calls.some(({ call }) => call.name === name)))
  }
}

const EVENTS = Object.keys(chart)
const STATES = Object.keys(chart.SessionResumed)

const unknown = (subject: string, name: string, known: readonly string[]): string =>
  `the expression ${subject}=${name}: there is no ${subject} ${name}; did you mean ${nearest(name, known)}?`

/** Without a look at case. What streams is looked at as one text, and found where its last letter comes. */
const saying = (words: string): ((moment: Moment) => boolean) => {
  const wanted = words.toLowerCase()
  return ({ row, step: { state } }) => {
    const text = textOf(row.event)
    if (text.toLowerCase().includes(wanted)) return true
    if (state.name !== "CallingLlm" || !STREAMED.has(row.event.type) || text === "") return false
    return state.streamed.slice(-(text.length + wanted.length - 1)).toLowerCase().includes(wanted)
  }
}

const STREAMED: ReadonlySet<string> = new Set(["LlmTextDelta", "LlmThinkingDelta", "LlmToolCallDelta"])

const unquoted = (words: string): string => /^(["'])(.*)\1$/s.exec(words)?.[2] ?? words

const plain = (holds: (moment: Moment) => boolean): Predicate =>
  Object.assign((moment: Moment) => holds(moment), {
    first: (moments: Iterable<Moment>) => {
      for (const moment of moments) if (holds(moment)) return moment
      return null
    },
    missed: () => null
  })
