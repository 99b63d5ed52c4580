import type { Event } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import type { Row } from "../event-log/line.ts"
import { hear, type Decider, type Heard, type Issued } from "./heard.ts"
import { makeRequestHashes } from "./request-hash.ts"

/**
 * Another log from the events of one: `change` gives each event as it shall be, `null` where it shall not. The machine decides
 * anew, so the log is valid at every step: answers get the number of the work they now answer, calls their new ids, requests
 * their new hashes, a timer fires no earlier than it was set. An answer that was heard and now finds nobody who waits is left out;
 * what had no meaning before may stay without one.
 */
export const rebuild = (log: readonly Heard[], change: (row: Row) => Event | null, machine: Decider): readonly Heard[] => {
  const rebuilt: Heard[] = []
  const numbers = makeNumbers(log)
  const requests = makeRequestHashing()
  let state: State | null = null
  let lastAt = 0
  for (const old of log) {
    const changed = change(old.row)
    if (changed === null) continue
    const event = requests.hashed(inTime(numbers.translated(changed, old, state), state, lastAt))
    const heard = hear(machine, state, { n: rebuilt.length + 1, event, actions: [] })
    const { step } = heard
    if (step !== null && step.outcome !== "ok" && old.step?.outcome === "ok") continue
    rebuilt.push({ ...heard, row: { ...heard.row, actions: step?.actions ?? [] } })
    if (step === null) break
    numbers.heard(old, heard)
    requests.heard(heard)
    state = step.state
    lastAt = event.at
  }
  return rebuilt
}

/** Time does not go back, and a timer fires when it is due. */
const inTime = (event: Event, state: State | null, lastAt: number): Event => {
  const due = event.type === "RetryTimeoutFired" && state?.name === "Error" && state.retry !== null ? state.retry.dueAt : 0
  const at = Math.max(event.at, lastAt, due)
  return at === event.at ? event : { ...event, at }
}

// ── numbers of effects and calls ─────────────────────────────────────────────────────────────────────────────────

/** Which numbers of the new log stand for those of the old one. */
const makeNumbers = (log: readonly Heard[]) => {
  const bornByEffect = new Map(log.flatMap(({ issued }) => issued.map((each) => [each.effect, each] as const)))
  const effectByOld = new Map<number, number>()
  const callByOld = new Map<string, string>()
  /** What the new log began and nothing of the old one stands for yet, oldest first. */
  let unclaimed: readonly Issued[] = []

  /** The work of the same kind that waits in the new log, where that of the old one was never begun. */
  const substitute = (old: number, state: State | null): number | undefined => {
    const born = bornByEffect.get(old)
    if (born === undefined || state === null) return undefined
    const fits = unclaimed.find(({ by }) => by === born.by)?.effect ?? waitingFor(state, born)
    if (fits !== undefined) claim(old, fits)
    return fits
  }

  const claim = (old: number, effect: number): void => {
    effectByOld.set(old, effect)
    unclaimed = unclaimed.filter((each) => each.effect !== effect)
  }

  const effectOf = (old: number, { effectBefore, step }: Heard, state: State | null): number => {
    if (old > effectBefore) return old + ((state?.session.effect ?? 0) - effectBefore)
    return effectByOld.get(old) ?? (step?.outcome === "ok" ? substitute(old, state) : undefined) ?? Math.min(old, 0)
  }

  return {
    translated: (event: Event, old: Heard, state: State | null): Event => {
      if (!("effect" in event)) return event
      const answer = { ...event, effect: effectOf(event.effect, old, state) }
      if (answer.type !== "ToolCallsVetted") return answer
      return { ...answer, facts: answer.facts.map((facts) => ({ ...facts, call: callByOld.get(facts.call) ?? facts.call })) }
    },
    /** What the same event began in both logs is the same work: of the same kind, about the same call, or else in the same order. */
    heard: (old: Heard, now: Heard): void => {
      if (old.call !== null && now.call !== null) callByOld.set(old.call, now.call)
      unclaimed = [...unclaimed, ...now.issued]
      for (const each of old.issued) {
        const free = unclaimed.filter(({ by }) => by === each.by)
        const same = free.find(
          ({ call, effect }) => call === (callByOld.get(each.call) ?? each.call) && now.issued.some((issued) => issued.effect === effect)
        )
        if (same !== undefined) claim(each.effect, same.effect)
      }
      if (now.step !== null && now.step.state.name === "WaitingForInput") unclaimed = []
    }
  }
}

/** The number that a state waits for an answer of this kind with. */
const waitingFor = (state: State, { by }: Issued): number | undefined => {
  switch (state.name) {
    case "CallingLlm":
      return { gathering: "GatherContext", offloading: "OffloadContext", streaming: "SendLlmRequest" }[state.call.stage.name] === by
        ? state.call.effect
        : undefined
    case "ProcessingResponse":
      return by === "VetToolCalls" ? state.effect : undefined
    case "PostToolsHook":
      return by === "RunPostToolsHook" ? state.effect : undefined
    case "Error":
      return by === "ScheduleRetry" ? state.retry?.effect : undefined
    case "ShuttingDown":
      return by === "Shutdown" ? state.effect : undefined
    case "ExecutingTools": {
      const phase = by === "RequestApproval" ? "awaiting-approval" : by === "ExecuteTools" ? "running" : null
      const found = state.executions.find((execution) => execution.phase.name === phase)?.phase
      return found !== undefined && "effect" in found ? found.effect : undefined
    }
    case "WaitingForInput":
      return undefined
  }
}

// ── hashes of requests ───────────────────────────────────────────────────────────────────────────────────────────

const makeRequestHashing = () => {
  const hashes = makeRequestHashes()
  let sent: { readonly effect: number; readonly hash: () => string } | null = null
  return {
    hashed: (event: Event): Event => (event.type === "LlmStarted" && event.effect === sent?.effect ? { ...event, hash: sent.hash() } : event),
    heard: ({ step }: Heard): void => {
      const request = step?.actions.find((action) => action.type === "SendLlmRequest")
      const state = step?.state
      if (request !== undefined && state?.name === "CallingLlm") sent = { effect: request.effect, hash: () => hashes.quick(state) }
    }
  }
}
