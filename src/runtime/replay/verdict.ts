import type { Action } from "../../machine/action.ts"
import { describeAction, describeEvent, describeState } from "../../machine/describe.ts"
import type { Event } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import type { Damage } from "../event-log/damage.ts"
import { differenceWords } from "./difference-words.ts"

/**
 * Whether this build decides what was decided then.
 * `exact`: everything was compared and is equal · `compatible`: it is, where an older machine decided as it did then · `cut`: so far as
 * the log goes · `damaged`: its bytes are not those that were written · `diverged`: they are, but this build does something else ·
 * `viewable`: they are, but a newer machine decided · `newer`: a newer Loom wrote it in another form.
 */
export interface Verdict {
  readonly verdict: "exact" | "compatible" | "cut" | "damaged" | "diverged" | "viewable" | "newer"
  readonly session: string
  readonly events: number
  readonly actions: number
  /** Requests built again and found equal by their hash. */
  readonly requests: number
  /** Seals whose state was hashed again and found equal. */
  readonly seals: number
  readonly firstBad: FirstBad | null
  /** One sentence that says it all. */
  readonly message: string
}

/** Whether all of the log was compared, and this build decides, or can decide, as it says. */
export const isSound = ({ verdict }: Pick<Verdict, "verdict">): boolean => verdict === "exact" || verdict === "compatible"

export type FirstBad = Damage | Divergence

/** The first event where this build does something else. */
export interface Divergence {
  readonly at: "event"
  readonly n: number
  readonly what: "header" | "actions" | "request" | "state" | "error"
  readonly expected: string
  readonly actual: string
  /** What happened, and the state it happened to; `null` where the log has no such event, or it is the first. */
  readonly event: Event | null
  readonly before: State | null
}

const WHAT: Readonly<Record<Divergence["what"], string>> = {
  header: "the header says something else than the first event",
  actions: "it causes other actions here",
  request: "the request it answers is another one here",
  state: "the state after it is another one here",
  error: "the machine cannot hear it"
}

export const describeDivergence = ({ n, what, event }: Divergence): string =>
  `diverged at event ${n}${event === null ? "" : ` (${describeEvent(event)})`}: ${WHAT[what]}`

/** So many differences are told. */
const DIFFERENCES_MAX = 8

/** What a person wants to know beyond the one sentence, in a few lines: what it happened to, and only what differs. */
export const explainDivergence = (divergence: Divergence): readonly string[] => {
  const { before, what, expected, actual } = divergence
  const state = before === null ? [] : [`state before: ${describeState(before)}`]
  if (what === "error") return [...state, actual]
  if (what === "state" || what === "request") return [...state, `SHA-256 recorded ${expected}`, `SHA-256 here     ${actual}`]
  const [then, now] = [JSON.parse(expected), JSON.parse(actual)] as readonly [unknown, unknown]
  const found = differenceWords(then, now)
  const told = found.slice(0, DIFFERENCES_MAX).flatMap(({ path, expected, actual }) => [`- ${path}: ${expected}`, `+ ${path}: ${actual}`])
  const more = found.length > DIFFERENCES_MAX ? [`and ${found.length - DIFFERENCES_MAX} more differences; --json gives all of both`] : []
  const actions = what === "actions" ? [`recorded: ${actionWords(then as readonly Action[])}`, `here: ${actionWords(now as readonly Action[])}`] : []
  return [...state, ...actions, ...told, ...more]
}

const ACTIONS_MAX = 4

const actionWords = (actions: readonly Action[]): string => {
  if (actions.length === 0) return "nothing"
  const told = actions.slice(0, ACTIONS_MAX).map(describeAction)
  return `${told.join("; ")}${actions.length > told.length ? `; and ${actions.length - told.length} more` : ""}`
}
