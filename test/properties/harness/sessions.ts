import { createHash } from "node:crypto"
import { isDeepStrictEqual } from "node:util"
import type { Action } from "../../../src/machine/action.ts"
import type { Event } from "../../../src/machine/event.ts"
import { violations } from "../../../src/machine/invariant.ts"
import type { State } from "../../../src/machine/state.ts"
import type { Step } from "../../../src/machine/step.ts"
import { slice } from "../../../src/machine/vector.ts"
import { answerTo } from "./answer.ts"
import { frozen } from "./frozen.ts"
import { edgeLaws, edgeLawsOf } from "./laws.ts"
import type { Machine } from "./machine.ts"
import { merged } from "./merged.ts"
import { oddEvents } from "./odd.ts"
import { eventsOf, hear, nextAt, opened, play, settled, type Plan, type Played, type Row } from "./play.ts"
import type { Law } from "./search.ts"
import { Broken } from "./world.ts"

/** The laws that only a whole session shows. */
export const sessionLaws: readonly Law[] = [
  law("1", "replay gives the live state", (machine, plan) => {
    const played = play(machine, plan, [])
    const again = foldOf(machine, eventsOf(played))
    return sameJson(again.at(-1)?.state, played.state) ? null : [difference(played.state, again.at(-1)?.state), eventsOf(played)]
  }),
  law("2", "replay gives the same actions, event by event", (machine, plan) => {
    const played = play(machine, plan, [])
    return divergence(played.rows, foldOf(machine, eventsOf(played)), 0)
  }),
  law("3", "a snapshot at any point, through JSON, and the tail is the full replay", (machine, plan) => {
    const played = play(machine, plan, [])
    const at = plan.cut % played.rows.length
    const snapshot = throughJson((played.rows[at] as Row).step.state)
    const tail = played.rows.slice(at + 1)
    const again = foldFrom(machine, snapshot, tail.map(({ event }) => throughJson(event)))
    const last = again.at(-1)?.state ?? snapshot
    return divergence(tail, again, at + 1) ?? (sameJson(last, played.state) ? null : [`after ${at} events ${difference(played.state, last)}`, eventsOf(played)])
  }),
  law("4", "inputs deep-frozen: nothing is mutated", (machine, plan) => {
    const [free, held] = [play(machine, plan, []), play(frozen(machine), plan, [])]
    return sameJson(free.state, held.state) ? null : [difference(free.state, held.state), eventsOf(free)]
  }),
  law("22", "merging neighbouring deltas changes nothing", (machine, plan) => {
    const played = play(machine, plan, [])
    const frames = foldOf(machine, merged(eventsOf(played)))
    const [live, again] = [played.rows.map(({ step }) => step), frames].map((steps) => JSON.stringify(steps.flatMap(({ actions }) => actions)))
    if (!sameJson(played.state, frames.at(-1)?.state)) return [difference(played.state, frames.at(-1)?.state), eventsOf(played)]
    return live === again ? null : ["the actions are others", eventsOf(played)]
  }),
  law("23", "a fair environment settles in a resting state", (machine, plan) => {
    const played = settled(machine, play(machine, plan, []), [])
    const { name } = played.state
    const rests = name === "WaitingForInput" || name === "Error" || name === "ShuttingDown"
    return rests && played.shadow.open.length === 0 ? null : [`it is still in ${name} after ${played.rows.length} events`, eventsOf(played).slice(0, 60)]
  }),
  law("28", "cut anywhere it recovers: the dead cannot answer, it settles, and every request is still accepted", (machine, plan) => {
    const live = play(machine, plan, [])
    const alive = upTo(machine, live, plan.cut % live.rows.length)
    const laws = ["9", "20", "28"].flatMap(edgeLawsOf)
    const resumed = hear(machine, alive, { type: "SessionResumed", at: nextAt(alive.rows) }, laws)
    for (const open of alive.shadow.open) {
      const late = answerTo(open, alive.state, nextAt(resumed.rows), { kind: 0, a: 0, b: 0 })
      const step = machine.step(resumed.state, late)
      if (step.outcome !== "stale" || step.state !== resumed.state) return [`${late.type} of the dead process to ${open.effect} was ${step.outcome}`, [...eventsOf(resumed), late]]
    }
    const end = settled(machine, hear(machine, resumed, { type: "SessionResumed", at: nextAt(resumed.rows) }, laws), laws)
    return end.shadow.open.length === 0 ? null : [`it does not settle, but stays in ${end.state.name}`, eventsOf(end).slice(0, 60)]
  }),
  law("34", "the request that is built again from the log hashes to the one that left", (machine, plan) => {
    const played = play(machine, plan, [])
    const left = played.rows.map(({ step }) => hashOf(machine, step))
    const again = foldOf(machine, eventsOf(played).map(throughJson)).map((step) => hashOf(machine, step))
    const wrong = left.findIndex((hash, index) => hash !== again[index])
    return wrong < 0 ? null : [`event ${wrong + 1} sends another request`, eventsOf(played).slice(0, wrong + 1)]
  }),
  law("16", "no entry of the transcript ever changes", (machine, plan) => {
    const seen: string[] = []
    const played = play(machine, plan, [])
    for (const [index, { step }] of played.rows.entries()) {
      const entries = slice(step.state.session.transcript).map((entry) => JSON.stringify(entry))
      if (seen.some((text, at) => entries[at] !== text)) return ["an entry is another one", eventsOf(played).slice(0, index + 1)]
      seen.push(...entries.slice(seen.length))
    }
    return null
  }),
  law("plain", "states, events and actions are plain JSON", (machine, plan) => {
    const played = play(machine, plan, [])
    const wrong = played.rows.findIndex(({ step, event }) => ![step.state, step.actions, event].every((value) => isDeepStrictEqual(throughJson(value), value)))
    return wrong < 0 ? null : [`what event ${wrong + 1} made does not survive JSON`, eventsOf(played).slice(0, wrong + 1)]
  }),
  law("sound", "every state knows itself to be sound", (machine, plan) => {
    const played = settled(machine, play(machine, plan, []), [])
    for (const [index, { step }] of played.rows.entries()) {
      const wrong = violations(step.state)
      if (wrong.length > 0) return [wrong.join("; "), eventsOf(played).slice(0, index + 1)]
    }
    return null
  }),
  law("total", "every event in every state gives a step, and never throws", (machine, plan) => {
    let played = play(machine, plan, [])
    for (const event of oddEvents(nextAt(played.rows), played.shadow.open.map(({ effect }) => effect))) {
      const laws = typeof event.at === "number" && "type" in event && KNOWN_LAWS.has(event.type) ? edgeLaws : []
      played = hear(machine, played, event, laws)
      if (!["ok", "stale", "ignored"].includes(played.rows.at(-1)?.step.outcome as string)) return ["it is no step", eventsOf(played)]
    }
    return null
  })
]

/** Events that the edge laws may speak of: all that the types know. */
const KNOWN_LAWS: ReadonlySet<string> = new Set<Event["type"]>([
  "UserInput",
  "SettingsChanged",
  "LlmToolCallDelta",
  "LlmTextDelta",
  "ToolCallsVetted",
  "LlmFailed",
  "ContextOffloaded",
  "ApprovalAnswered"
])

type Judged = readonly [how: string, events: readonly Event[]] | null

function law(id: string, words: string, judge: (machine: Machine, plan: Plan) => Judged): Law {
  const judging = (machine: Machine, plan: Plan): Judged => {
    try {
      return judge(machine, plan)
    } catch (error) {
      if (error instanceof Broken && error.law === "total") return [error.how, error.events]
      throw error
    }
  }
  return {
    id,
    words,
    check: (machine, plan) => {
      const judged = judging(machine, plan)
      if (judged !== null) throw new Broken(id, words, judged[0], judged[1])
    }
  }
}

const foldOf = (machine: Machine, events: readonly Event[]): readonly Step[] => {
  const [first, ...rest] = events
  if (first?.type !== "SessionOpened") throw new Error("fold events: the first must be SessionOpened")
  const step = machine.initial(first)
  return [step, ...foldFrom(machine, step.state, rest)]
}

const foldFrom = (machine: Machine, from: State, events: readonly Event[]): readonly Step[] => {
  let state = from
  return events.map((event) => {
    const step = machine.step(state, event)
    state = step.state
    return step
  })
}

/** The session as an observer saw it up to an event. */
const upTo = (machine: Machine, { rows }: Played, last: number): Played => {
  const [first, ...rest] = rows.slice(0, last + 1)
  if (first?.event.type !== "SessionOpened") throw new Error("cut a session: its first event must be SessionOpened")
  return rest.reduce((played, { event }) => hear(machine, played, throughJson(event), []), opened(machine, first.event))
}

const divergence = (rows: readonly Row[], steps: readonly Step[], offset: number): Judged => {
  const wrong = rows.findIndex(({ step }, index) => !sameJson(step.actions, steps[index]?.actions))
  if (wrong < 0) return null
  const texts = [rows[wrong]?.step.actions, steps[wrong]?.actions].map((actions: readonly Action[] | undefined) => JSON.stringify(actions))
  return [`event ${wrong + offset + 1} caused ${texts[0]}, and again ${texts[1]}`, rows.slice(0, wrong + 1).map(({ event }) => event)]
}

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const difference = (live: State, again: State | undefined): string => {
  const [a, b] = [JSON.stringify(live), JSON.stringify(again) ?? "nothing"]
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return `the state was …${a.slice(Math.max(0, at - 30), at + 50)}… and is …${b.slice(Math.max(0, at - 30), at + 50)}…`
}

const hashOf = (machine: Machine, { state, actions }: Step): string | null =>
  state.name === "CallingLlm" && actions.some((action) => action.type === "SendLlmRequest")
    ? createHash("sha256").update(JSON.stringify(machine.canonicalRequest(state))).digest("hex")
    : null
