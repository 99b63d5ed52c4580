import { createContext, Script, type Context } from "node:vm"
import { slice, type Vector } from "../../machine/vector.ts"
import type { Predicate } from "./expression.ts"
import type { Moment } from "./timeline.ts"

/**
 * A JavaScript expression as a predicate. It runs in a context of its own that holds nothing of this process, on read-only
 * copies that are made as they are looked at, and not for ever.
 * Errors: a sentence, where it is no expression; what it throws later becomes an error of the given kind.
 */
export const compileScript = (text: string, error: (message: string) => Error, timeoutMs: number): Predicate | string => {
  const context = createContext(Object.create(null), { microtaskMode: "afterEvaluate" })
  const feed = makeFeed()
  const compiled = compileIn(context, text, feed.next)
  if (typeof compiled === "string") return compiled

  /** Evaluates at moments until it holds; each part of them within the time it may take. */
  const first = (moments: Iterable<Moment>): Moment | null => {
    feed.open(moments[Symbol.iterator]())
    try {
      for (;;) {
        const held = compiled.runInContext(context, { timeout: timeoutMs }) as boolean
        if (held) return feed.last()
        if (feed.ended()) return null
      }
    } catch (cause) {
      const reason = isTimeout(cause) ? `it was not done after ${timeoutMs / 1000} s` : reasonOf(cause)
      throw error(`${quoted(text)} failed${eventWords(feed.last())}${placeOf(cause, text)}: ${reason}`)
    }
  }

  const missed = (): string | null => {
    const found = context["missed"] as { readonly n: number; readonly message: string } | undefined
    return found === undefined ? null : `${quoted(text)} counts as not true at event ${found.n}: ${found.message}`
  }
  return Object.assign((moment: Moment) => first([moment]) !== null, { first, missed })
}

/** So many moments are looked at in one go, for each go costs far more than most expressions. */
const PART = 64

/** Hands the moments into the context, one by one. */
const makeFeed = () => {
  let moments: Iterator<Moment> = [][Symbol.iterator]()
  let last: Moment | null = null
  let ended = false
  let left = 0
  return {
    open: (from: Iterator<Moment>) => {
      moments = from
      last = null
      ended = false
      left = PART
    },
    /** What an expression may look at; nothing at the end of a part and of all. */
    next: (): unknown => {
      const next = left-- > 0 ? moments.next() : null
      if (next === null) left = PART
      else if (next.done === true) ended = true
      else return lookedAt((last = next.value))
      return undefined
    },
    last: () => last,
    ended: () => ended
  }
}

const lookedAt = ({ row, before, step: { state, actions } }: Moment) => ({
  state,
  session: state.session,
  before,
  event: row.event,
  actions,
  n: row.n
})

/** The script that looks for the first of the moments that the feed gives. */
const compileIn = (context: Context, text: string, next: () => unknown): Script | string => {
  try {
    const evaluate = new Script(
      `(moment) => { "use strict"; const { state, session, before, event, actions, n } = moment; return (\n${text}\n) }`,
      { filename: FILE }
    )
    const search = new Script(SEARCH).runInContext(context) as (evaluate: unknown, next: unknown, listOf: unknown) => unknown
    context["search"] = search(evaluate.runInContext(context), next, listOf)
    return new Script("search()")
  } catch (cause) {
    const fault = faultOf(text) ?? cause
    return `${quoted(text)} cannot be read${placeOf(fault, text)}: ${reasonOf(fault)}`
  }
}

/** What is wrong with the text by itself, without our brackets around it; `null` where it is a program, but no expression. */
const faultOf = (text: string): unknown => {
  try {
    new Script(`\n${text}`, { filename: FILE })
    return null
  } catch (cause) {
    return cause
  }
}

const FILE = "the-expression"

/**
 * Made inside the context, so that nothing in it leads out. A copy is one level deep and goes on when it is looked at. To read
 * a field of what is not there makes the expression not true, for the states of a session have different fields.
 */
const SEARCH = `(evaluate, next, listOf) => {
  "use strict"
  const { keys, freeze, defineProperty } = Object
  const copies = new WeakMap()
  const copy = (value) => {
    if (typeof value !== "object" || value === null) return value
    const known = copies.get(value)
    if (known !== undefined) return known
    const list = listOf(value)
    const from = list ?? value
    const made = list === null ? {} : []
    for (const key of keys(from)) {
      const field = from[key]
      if (typeof field !== "object" || field === null) made[key] = field
      else defineProperty(made, key, { enumerable: true, get: () => copy(field) })
    }
    copies.set(value, freeze(made))
    return made
  }
  const holds = (moment) => {
    try {
      return Boolean(evaluate(moment))
    } catch (error) {
      if (!(error instanceof TypeError) || !/^Cannot read properties of (undefined|null)/.test(error.message)) throw error
      globalThis.missed ??= { n: moment.n, message: error.message }
      return false
    }
  }
  return () => {
    for (let moment = next(); moment !== undefined; moment = next()) if (holds(copy(moment))) return true
    return false
  }
}`

/** A list as an expression sees it; the machine's own vectors are lists, too. */
const listOf = (value: object): readonly unknown[] | null => {
  if (Array.isArray(value)) return value
  return "root" in value && "tail" in value && "depth" in value ? slice(value as Vector<unknown>) : null
}

// ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────

const LENGTH_MAX = 80

const quoted = (text: string): string => `the expression ${text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text}`

const eventWords = (moment: Moment | null): string => (moment === null ? "" : ` at event ${moment.row.n}`)

/** Where in the expression: its character, from 1, and what stands there. */
const placeOf = (cause: unknown, text: string): string => {
  const { line, column } = positionIn(String((cause as { readonly stack?: unknown } | null)?.stack ?? ""))
  if (line === null) return /end of input/.test(reasonOf(cause)) ? ", at its end" : ""
  // A name at the very beginning is reported where our own code begins.
  if (line < 1) return `, at character 1 (${near(text)})`
  const lines = text.split("\n")
  const rest = lines[line - 1]?.slice(column - 1) ?? ""
  if (rest === "") return ", at its end"
  return `, at ${lines.length > 1 ? `line ${line}, ` : ""}character ${column} (${near(rest)})`
}

const NEAR_MAX = 24

const near = (text: string): string => (text.length > NEAR_MAX ? `${text.slice(0, NEAR_MAX)}…` : text)

/** A syntax error shows its line with carets below, others name line and column. Our own first line is not counted. */
const positionIn = (stack: string): { readonly line: number | null; readonly column: number } => {
  const thrown = new RegExp(`${FILE}:(\\d+):(\\d+)`).exec(stack)
  if (thrown !== null) return { line: Number(thrown[1]) - 1, column: Number(thrown[2]) }
  const shown = new RegExp(`^${FILE}:(\\d+)\\n.*\\n( *)\\^`).exec(stack)
  return shown === null ? { line: null, column: 0 } : { line: Number(shown[1]) - 1, column: (shown[2] as string).length + 1 }
}

const reasonOf = (cause: unknown): string => {
  const { message } = (typeof cause === "object" && cause !== null ? cause : { message: String(cause) }) as { readonly message?: unknown }
  const said = String(message).replace(/\.$/, "")
  if (/^Assignment to constant|read only property|not extensible|^Cannot delete/.test(said)) return `${said}; it can only look, compare with ===`
  if (/ is not defined$/.test(said)) return `${said}; it sees state, session, before, event, actions and n`
  return said
}

const isTimeout = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
