import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Action } from "../../machine/action.ts"
import type { SessionOpened } from "../../machine/event.ts"
import type { CallingLlm, State } from "../../machine/state.ts"
import { initial, MACHINE_VERSION, step, type Step } from "../../machine/step.ts"
import { canonicalJson } from "../event-log/canonical.ts"
import { EventLog, type LogError } from "../event-log/event-log.ts"
import { encodeHeader, headerOf, type Header } from "../event-log/header.ts"
import { encodeActions, rowOf, type ParsedLine } from "../event-log/line.ts"
import { makeLogReader, type ReadBlock } from "../event-log/read-log.ts"
import { blocksOfFile, makeBlocks, type Block } from "../event-log/scan.ts"
import { isClosing } from "../event-log/seal.ts"
import { makeRequestHashes } from "./request-hash.ts"
import { makeSealedStates } from "./sealed-states.ts"
import { describeDivergence, type Divergence, type Verdict } from "./verdict.ts"

export type { Verdict } from "./verdict.ts"

/**
 * Runs the machine over a log in a file: actions compared event by event, states at every seal, requests by their hash.
 * Errors: throws what the system says where the file cannot be read.
 */
export const verifyFile = (path: string): Verdict => {
  const verifier = makeVerifier()
  for (const block of blocksOfFile(path)) if (!verifier.take(block)) break
  return verifier.verdict()
}

/** The same for a session of the log. */
export const verifySession = Effect.fn("Replay.verifySession")(function*(id: string): Effect.fn.Return<Verdict, LogError, EventLog> {
  const log = yield* EventLog
  const verifier = makeVerifier()
  const pieces = makeBlocks()
  yield* Stream.runForEach(log.text(id), (text) =>
    Effect.sync(() => {
      for (const block of pieces.blocks(text)) verifier.take(block)
    })
  )
  verifier.take(pieces.rest())
  return verifier.verdict()
})

/** Verifies a log as its blocks come. */
export interface Verifier {
  /** Whether more is worth looking at. */
  readonly take: (block: Block) => boolean
  readonly verdict: () => Verdict
}

export const makeVerifier = (): Verifier => {
  const reader = makeLogReader()
  const run = makeRun()
  let divergence: Divergence | null = null
  let newer: string | null = null
  return {
    take: (block) => {
      if (divergence !== null || newer !== null) return false
      const read = reader.take(block)
      if (read === null) return false
      newer = newerMachine(read.header)
      if (newer === null) divergence = run.take(read)
      return divergence === null && newer === null
    },
    verdict: () => {
      const { verdict, damage, message } = reader.verdict()
      const counts = run.counts()
      if (newer !== null) return { ...counts, verdict: "newer", firstBad: null, message: newer }
      if (divergence !== null) return { ...counts, verdict: "diverged", firstBad: divergence, message: describeDivergence(divergence) }
      return { ...counts, verdict: verdict === "whole" ? "exact" : verdict, firstBad: damage, message: verdict === "whole" ? describeCounts(counts) : message }
    }
  }
}

// ── the machine over the lines ───────────────────────────────────────────────────────────────────────────────────

type Counts = Pick<Verdict, "session" | "events" | "actions" | "requests" | "seals">

const makeRun = () => {
  const states = makeSealedStates()
  const requests = makeRequestHashes()
  let state: State | null = null
  let before: State | null = null
  let newest: ParsedLine | null = null
  let sent: { readonly effect: number; readonly state: CallingLlm } | null = null
  let session = ""
  let counted = { events: 0, actions: 0, requests: 0, seals: 0 }

  /** What one event does, compared with what it did. */
  const hear = (line: ParsedLine): Bare | null => {
    before = state
    newest = line
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
  const hearAll = ({ lines }: ReadBlock): Bare | null => {
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
    take: (read: ReadBlock): Divergence | null => {
      session = read.header.session
      const found = (state === null ? otherHeader(read) : null) ?? hearAll(read) ?? compareState(read)
      return found === null ? null : { ...found, event: newest === null ? null : rowOf(newest).event, before }
    },
    counts: (): Counts => ({ session, ...counted })
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

const newerMachine = ({ machine, build }: Header): string | null =>
  machine > MACHINE_VERSION ? `the log was made by machine ${machine} of ${build}; this one is ${MACHINE_VERSION}, update Loom` : null

type Bare = Omit<Divergence, "event" | "before">

const diverged = (n: number, what: Divergence["what"], expected: string, actual: string): Bare => ({ at: "event", n, what, expected, actual })

// ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────

const describeCounts = ({ events, actions, requests, seals }: Counts): string =>
  `exact: ${events} events, ${actions} actions, ${requests} requests and ${seals} states compared`
