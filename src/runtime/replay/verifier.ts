import type { Action } from "../../machine/action.ts"
import type { SessionOpened } from "../../machine/event.ts"
import type { CallingLlm, State } from "../../machine/state.ts"
import { initial, MACHINE_VERSION, step, type Step } from "../../machine/step.ts"
import { canonicalJson } from "../event-log/canonical.ts"
import { encodeHeader, headerOf, type Header } from "../event-log/header.ts"
import { encodeActions, rowOf, type ParsedLine } from "../event-log/line.ts"
import { makeLogReader, type ReadBlock } from "../event-log/read-log.ts"
import type { Block } from "../event-log/scan.ts"
import { isClosing } from "../event-log/seal.ts"
import { AS_IT_SAYS, makeSetting, type Machines, type Reach, type Setting } from "./machines.ts"
import { makeRequestHashes } from "./request-hash.ts"
import { makeSealedStates } from "./sealed-states.ts"
import { describeDivergence, type Divergence, type Verdict } from "./verdict.ts"

/** Runs the machine over a log as its blocks come: actions compared event by event, states at every seal, requests by their hash. */
export interface Verifier {
  /** Whether more is worth looking at. */
  readonly take: (block: Block) => boolean
  readonly verdict: () => Verdict
  /** How far it went, and under which oldest machine. */
  readonly reach: () => Reach & { readonly oldest: number }
}

export const makeVerifier = (machines: Machines = AS_IT_SAYS): Verifier => {
  const reader = makeLogReader()
  const setting = makeSetting(machines)
  const run = makeRun(setting.heard)
  let found: Found = null
  let session = ""
  return {
    take: (block) => {
      if (found !== null && "at" in found) return false
      const read = reader.take(block)
      if (read === null) return false
      session = read.header.session
      // What a newer machine decided cannot be compared; whether it is what was written, can.
      found ??= newerMachine(read.header) ?? run.take(read)
      return found === null || "newer" in found
    },
    verdict: () => {
      const { verdict, damage, message } = reader.verdict()
      const counts: Counts = { session, ...run.counts() }
      if (found !== null && "at" in found) return { ...counts, verdict: "diverged", firstBad: found, message: describeDivergence(found) }
      if (found !== null && verdict !== "damaged")
        return {
          ...counts,
          verdict: "viewable",
          firstBad: null,
          message: `viewable: ${found.newer}${verdict === "cut" ? `; ${message}` : ""}`
        }
      return {
        ...counts,
        verdict: verdict === "whole" ? "exact" : verdict,
        firstBad: damage,
        message: verdict === "whole" ? `exact: ${describeCounts(counts)}` : message
      }
    },
    reach: () => ({ agreed: found !== null && "at" in found ? found.n : Infinity, untold: setting.untold(), oldest: setting.oldest() })
  }
}

/** Why the comparing ended before the log did. */
type Found = Divergence | Newer | null

interface Newer {
  readonly newer: string
}

// ── the machine over the lines ───────────────────────────────────────────────────────────────────────────────────

type Compared = Pick<Verdict, "events" | "actions" | "requests" | "seals">
type Counts = Compared & Pick<Verdict, "session">

const makeRun = (heard: Setting["heard"]) => {
  const states = makeSealedStates()
  const requests = makeRequestHashes()
  let state: State | null = null
  let before: State | null = null
  let newest: ParsedLine | null = null
  let sent: { readonly effect: number; readonly state: CallingLlm } | null = null
  let counted = { events: 0, actions: 0, requests: 0, seals: 0 }

  /** What one event does, compared with what it did. */
  const hear = (given: ParsedLine): Bare | Newer | null => {
    before = state
    newest = given
    if (given.type === "SessionResumed" && given.machine !== undefined && given.machine > MACHINE_VERSION)
      return { newer: newerWords(given.machine, `from event ${given.n} on`) }
    const line = heard(given)
    const taken: Step = state === null ? initial(line as ParsedLine & SessionOpened) : step(state, line)
    if (line.type === "LlmStarted" && line.effect === sent?.effect) {
      if (!requests.agrees(sent.state, line.hash)) return diverged(line.n, "request", line.hash, requests.of(sent.state))
      counted.requests++
    }
    state = taken.state
    counted.events++
    if (taken.actions.length === 0 && line.actions === undefined) return null
    sent = sentBy(taken) ?? sent
    const expected = line.actions ?? []
    if (!sameActions(taken.actions, expected)) return diverged(line.n, "actions", encodeActions(expected), encodeActions(taken.actions))
    counted.actions += expected.length
    return null
  }

  /** A log whose events this machine cannot even hear is answered with the sentence that says so. */
  const hearAll = ({ lines }: ReadBlock): Bare | Newer | null => {
    try {
      for (const line of lines) {
        const found = hear(line)
        if (found !== null) return found
      }
      return null
    } catch (cause) {
      return diverged(counted.events + 1, "error", "a step", cause instanceof Error ? cause.message : String(cause))
    }
  }

  const compareState = ({ seal }: ReadBlock): Bare | null => {
    if (seal === null || isClosing(seal) || state === null) return null
    if (!states.agrees(state, seal.state)) return diverged(seal.n, "state", seal.state, states.of(state))
    counted.seals++
    return null
  }

  return {
    take: (read: ReadBlock): Found => {
      const found = (state === null ? otherHeader(read) : null) ?? hearAll(read) ?? compareState(read)
      return found === null || "newer" in found ? found : { ...found, event: newest === null ? null : rowOf(newest).event, before }
    },
    counts: (): Compared => counted
  }
}

const sentBy = ({ actions, state }: Step): { readonly effect: number; readonly state: CallingLlm } | null => {
  const request = actions.find((action) => action.type === "SendLlmRequest")
  return request === undefined || state.name !== "CallingLlm" ? null : { effect: request.effect, state }
}

/** Equal as JSON, whatever the order of their keys. */
const sameActions = (actual: readonly Action[], expected: readonly Action[]): boolean =>
  JSON.stringify(actual) === JSON.stringify(expected) || canonicalJson(actual) === canonicalJson(expected)

/** The header says again what the first event says; a log that contradicts itself was not written by Loom. */
const otherHeader = ({ header, lines }: ReadBlock): Bare | null => {
  const [opened] = lines
  if (opened === undefined) return null
  if (opened.type !== "SessionOpened") return diverged(1, "header", '"SessionOpened"', JSON.stringify(opened.type))
  const expected = encodeHeader(header)
  const actual = encodeHeader({ ...header, ...headerOf(opened, header.build), loom: header.loom })
  return expected === actual ? null : diverged(1, "header", expected, actual)
}

const newerMachine = ({ machine }: Header): Newer | null => (machine > MACHINE_VERSION ? { newer: newerWords(machine, "all of it") } : null)

const newerWords = (machine: number, what: string): string =>
  `machine ${machine} decided ${what}; this one is ${MACHINE_VERSION}, so that it can be looked at and not compared; update Loom`

type Bare = Omit<Divergence, "event" | "before">

const diverged = (n: number, what: Divergence["what"], expected: string, actual: string): Bare => ({ at: "event", n, what, expected, actual })

// ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────

export const describeCounts = ({ events, actions, requests, seals }: Compared): string =>
  `${events} events, ${actions} actions, ${requests} requests and ${seals} states compared`
