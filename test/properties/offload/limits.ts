import type { Action } from "../../../src/machine/action.ts"
import type { Event } from "../../../src/machine/event.ts"
import { offloadThreshold, requestTokens } from "../../../src/machine/policy/offload.ts"
import type { Limits, Part } from "../../../src/machine/session.ts"
import type { State } from "../../../src/machine/state.ts"
import { at } from "../../../src/machine/vector.ts"
import type { Step } from "../../../src/machine/step.ts"
import { firstCut } from "../harness/laws/window.ts"
import type { Machine } from "../harness/machine.ts"
import { opening } from "../harness/opening.ts"
import { refusal } from "../harness/provider.ts"

/** A conversation that pushes the window to its limits. Units: sizes in UTF-16 code units. */
export interface LimitPlan {
  readonly windowTokens: number
  readonly limits: Partial<Limits>
  /** What becomes of one offload after the other, round and round. */
  readonly keepers: readonly ("kept" | "fails" | "nameless" | "interrupted" | "restarted")[]
  /** Whether the session has what reads keepers. */
  readonly tools: boolean
  readonly turns: readonly TurnPlan[]
}

interface TurnPlan {
  readonly words: number
  readonly images: number
  readonly gathered: number
  readonly steps: readonly StepPlan[]
  /** Whether a person frees the window afterwards. */
  readonly frees: boolean
}

interface StepPlan {
  readonly calls: number
  readonly words: number
  readonly result: number
  readonly mishap: "none" | "overflow" | "overflow twice" | "queued" | "interrupted" | "restarted" | "transient"
}

export interface PlayedLimits {
  readonly offloads: number
  readonly requests: number
  /** Of each request as it left, estimated. */
  readonly requestTokens: readonly number[]
}

/** A hundred steps with a megabyte each. */
export const heaviest: LimitPlan = {
  windowTokens: 2_048,
  limits: {},
  keepers: ["kept"],
  tools: true,
  turns: [{ words: 40, images: 0, gathered: 40, steps: Array.from({ length: 100 }, () => ({ calls: 2, words: 40, result: 1_000_000, mishap: "none" })), frees: false }]
}

type Unstamped<E> = E extends unknown ? Omit<E, "at"> : never
type Said = Unstamped<Event>

/** More offloads than this between two requests would be one that does not end: for the call, for what was queued meanwhile, for an overflow. */
const OFFLOADS_MAX = 3
const EVENTS_MAX = 4000

/** Plays it and watches after every event. Errors: throws what was broken, in words. */
export const playLimits = (machine: Machine, plan: LimitPlan): PlayedLimits => {
  const world = worldOf(machine, plan)
  for (const turn of plan.turns) {
    world.begin(turn)
    if (turn.frees) world.say({ type: "OffloadRequested" })
    world.settle()
  }
  return world.played()
}

const worldOf = (machine: Machine, plan: LimitPlan) => {
  const opened = opening({ settings: { mode: "bypass" }, limits: { stepsMax: 200, ...plan.limits }, ...(plan.tools ? { moreTools: ["context_search", "context_read"] } : {}) })
  let state: State = machine.initial({ ...opened, modelsByName: { "test:one": { windowTokens: plan.windowTokens, outputTokensMax: 1000, images: true, priced: true } } }).state
  let [now, events, keeper, sinceRequest, offloads] = [0, 0, 0, 0, 0]
  /** Up to where the transcript is stored, and whether storing failed since the last request. */
  let [stored, failed] = [0, false]
  /** Whether the process was started again while it offloaded: then storing works. */
  let restarted = false
  let pending: readonly Action[] = []
  let turn: TurnPlan = { words: 0, images: 0, gathered: 0, steps: [], frees: false }
  let [stepIndex, mishaps] = [0, 0]
  const tokens: number[] = []

  const say = (said: Said): void => {
    if (++events > EVENTS_MAX) throw new Error(`it does not end: ${events} events, ${state.name}`)
    const before = state
    const event = { ...said, at: (now += 1000) } as Event
    const taken = machine.step(state, event)
    state = taken.state
    const cancelled = new Set(taken.actions.flatMap((action) => (action.type === "Cancel" ? [action.effect] : [])))
    pending = [...pending.filter((action) => !("effect" in action) || !cancelled.has(action.effect)), ...taken.actions.filter(({ type }) => ANSWERED.has(type))]
    if (event.type === "SessionResumed") pending = taken.actions.filter(({ type }) => ANSWERED.has(type))
    watch(before, event, taken)
  }

  const watch = (before: State, event: Event, { actions, outcome }: Step): void => {
    const [old, { window, transcript }] = [before.session.window, state.session]
    if (transcript.length < before.session.transcript.length) throw new Error(`the transcript has ${transcript.length} entries, it had ${before.session.transcript.length}`)
    if (event.type === "ContextOffloaded" && outcome === "ok") {
      const ok = event.ok && event.keeper !== undefined
      if (!ok) failed = true
      if (ok && window.base !== stored) throw new Error(`the window begins at ${window.base}, stored is up to ${stored}`)
      if (!ok && window.base !== old.base) throw new Error(`nothing was stored, and the window moved from ${old.base} to ${window.base}`)
    } else if (window.base !== old.base) throw new Error(`the window moved to ${window.base} at ${event.type}`)
    if (window.base > 0 && at(transcript, window.base)?.type === "results") throw new Error(`the window begins with results, at ${window.base}`)
    if (state.name === "WaitingForInput" || state.name === "Error") sinceRequest = 0
    for (const action of actions) {
      if (action.type === "OffloadContext") watchOffload(action, event.type === "SessionResumed")
      if (action.type === "SendLlmRequest") watchRequest(event.type === "SessionResumed")
    }
  }

  const watchOffload = ({ from, to }: Extract<Action, { type: "OffloadContext" }>, again: boolean): void => {
    offloads++
    if (!again) sinceRequest++
    if (sinceRequest > OFFLOADS_MAX) throw new Error(`it offloads ${sinceRequest} times before one request`)
    const { window, transcript } = state.session
    if (from !== window.base || to <= from || to >= transcript.length)
      throw new Error(`entries ${from} to ${to} of ${transcript.length} leave, the window begins at ${window.base}`)
    if (at(transcript, to).type === "results") throw new Error(`a call is parted from its result at ${to}`)
    const why = state.name === "CallingLlm" && state.call.stage.name === "offloading" ? state.call.stage.for : "nobody"
    const left = firstCut({ ...state.session, window: { ...window, base: to } })
    if (!again && why !== "call" && left !== null) throw new Error(`all that can was to leave for ${why}; entries up to ${left} could, too`)
  }

  /** A process that takes a session up sends the same request once more, as it was. */
  const watchRequest = (again: boolean): void => {
    if (state.name !== "CallingLlm") throw new Error(`a request leaves in ${state.name}`)
    const refused = refusal(machine.canonicalRequest(state))
    if (refused !== null) throw new Error(`a provider would refuse it: ${refused}`)
    const [size, most] = [requestTokens(state.session), offloadThreshold(state.session)]
    tokens.push(size)
    if (size > most && !again && !failed && firstCut(state.session) !== null) throw new Error(`${size} tokens leave, ${most} may, and more could be offloaded`)
    sinceRequest = 0
    if (!again) failed = false
  }

  const begin = (next: TurnPlan): void => {
    turn = next
    stepIndex = 0
    mishaps = 0
    const images = Array.from({ length: next.images }, (): Part => ({ type: "image", mediaType: "image/png", blob: "ab", bytes: 9 }))
    say({ type: "UserInput", parts: [{ type: "text", text: `do ${"x".repeat(next.words)}` }, ...images] })
    settle()
  }

  const settle = (): void => {
    for (let action = pending[0]; action !== undefined; action = pending[0]) {
      pending = pending.slice(1)
      answer(action)
    }
  }

  const answer = (action: Action): void => {
    switch (action.type) {
      case "GatherContext":
        return say({ type: "ContextGathered", effect: action.effect, fragments: turn.gathered === 0 ? [] : [{ source: "x", text: `<x>${"g".repeat(turn.gathered)}</x>` }] })
      case "OffloadContext":
        return store(action)
      case "SendLlmRequest":
        return speak(action.effect)
      case "VetToolCalls":
        return say({ type: "ToolCallsVetted", effect: action.effect, facts: action.calls.map(({ id }) => ({ call: id, changes: false, paths: [], commands: [], hosts: [] })) })
      case "ExecuteTools":
        for (const { effect } of action.calls)
          say({
            type: "ToolCompleted",
            effect,
            status: "ok",
            parts: [{ type: "text", text: "r".repeat(turn.steps[stepIndex - 1]?.result ?? 0) }]
          })
        return
      case "RunPostToolsHook":
        return say({ type: "PostToolsHookCompleted", effect: action.effect, goOn: true })
      case "ScheduleRetry":
        now = Math.max(now, action.dueAt)
        return say({ type: "RetryTimeoutFired", effect: action.effect })
      default:
        return
    }
  }

  const store = ({ effect, to }: Extract<Action, { type: "OffloadContext" }>): void => {
    const fate = restarted ? "kept" : plan.keepers[keeper++ % plan.keepers.length]
    restarted = fate === "restarted"
    if (fate === "kept") {
      stored = to
      return say({ type: "ContextOffloaded", effect, ok: true, keeper: `s/${to}` })
    }
    if (fate === "fails") return say({ type: "ContextOffloaded", effect, ok: false, reason: "the disk is full" })
    if (fate === "nameless") return say({ type: "ContextOffloaded", effect, ok: true })
    say(fate === "interrupted" ? { type: "InterruptRequested" } : { type: "SessionResumed" })
    // What was stored for nobody any more comes too late.
    say({ type: "ContextOffloaded", effect, ok: true, keeper: `late/${to}` })
  }

  const speak = (effect: number): void => {
    const plan = turn.steps[stepIndex]
    if (plan !== undefined && mishap(plan, effect)) return
    stepIndex++
    mishaps = 0
    if ((plan?.words ?? 1) > 0) say({ type: "LlmTextDelta", effect, text: "w".repeat(plan?.words ?? 1) })
    for (let index = 0; index < (plan?.calls ?? 0); index++)
      say({ type: "LlmToolCallDelta", effect, index, name: "file_read", arguments: JSON.stringify({ path: "y".repeat(plan?.words ?? 0) }) })
    const bytes = state.session.opened.bytes + state.session.window.bytes
    const usage = { inputTokens: Math.ceil(bytes / (2 + (stepIndex % 4))), outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0 }
    say({ type: "LlmCompleted", effect, stop: (plan?.calls ?? 0) > 0 ? "tool-calls" : "end", usage })
  }

  /** Whether something goes wrong with this request, and the step is not answered yet. */
  const mishap = ({ mishap: what }: StepPlan, effect: number): boolean => {
    const times = mishaps++
    if (what === "none" || times >= (what === "overflow twice" ? 2 : 1)) return false
    if (what === "queued") {
      say({ type: "UserInput", parts: [{ type: "text", text: "q".repeat(5000) }] })
      return false
    }
    if (what === "overflow" || what === "overflow twice") say({ type: "LlmFailed", effect, failure: "overflow", message: "too long" })
    if (what === "transient") say({ type: "LlmFailed", effect, failure: "transient", message: "busy" })
    if (what === "interrupted") say({ type: "InterruptRequested" })
    if (what === "restarted") say({ type: "SessionResumed" })
    return true
  }

  return { begin, say, settle, played: (): PlayedLimits => ({ offloads, requests: tokens.length, requestTokens: tokens }) }
}

const ANSWERED: ReadonlySet<string> = new Set(["GatherContext", "OffloadContext", "SendLlmRequest", "VetToolCalls", "ExecuteTools", "RunPostToolsHook", "ScheduleRetry"])
