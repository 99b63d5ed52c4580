import type { Action, ActionOf } from "../../../src/machine/action.ts"
import type { Event } from "../../../src/machine/event.ts"
import type { CanonicalRequest } from "../../../src/machine/request.ts"
import type { Entry, Part, ReportedUsage, Usage } from "../../../src/machine/session.ts"
import type { State } from "../../../src/machine/state.ts"
import type { Step } from "../../../src/machine/step.ts"
import { slice } from "../../../src/machine/vector.ts"
import { openAfter, startedBy, type OpenEffect } from "./effects.ts"
import { NOTHING_STREAMED, withDelta, withUsageSoFar, type Streamed } from "./streamed.ts"

/** What somebody knows of a session who sees only events and actions: small, so that an exhaustive search can carry it. */
export interface Shadow {
  readonly open: readonly OpenEffect[]
  readonly effectMax: number
  readonly callCount: number
  readonly streamed: Streamed
  /** What a person wrote that is not in the transcript yet, oldest first. */
  readonly unsaid: readonly (readonly Part[])[]
  readonly usage: Usage
  /** Calls that were asked about and not allowed since. */
  readonly asked: readonly string[]
  /** Rules that hold because a person said so. */
  readonly approvals: readonly string[]
  /** Whether the next request is a new step of its turn. */
  readonly newStep: boolean
  /** Steps of this turn by the observer's own count. */
  readonly steps: number
  /** The most attempts that were allowed when the latest call failed. */
  readonly attemptsMax: number
  readonly sent: Sent | null
  /** Why the latest offload was started. */
  readonly offloadFor: "window" | "overflow" | "person"
  /** Whether this step already offloaded because its request came back as too long. */
  readonly overflowed: boolean
  /** Whether offloading failed for the request that is being prepared. */
  readonly offloadFailed: boolean
}

/** The latest request, as far as the next one must begin with it. */
export interface Sent {
  readonly request: ActionOf<"SendLlmRequest">
  /** What the request's shape depends on beside the transcript. */
  readonly setting: string
  /** One line a block, in order. */
  readonly blocks: readonly string[]
}

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0, unpriced: 0 }

export const emptyShadow: Shadow = {
  open: [],
  effectMax: 0,
  callCount: 0,
  streamed: NOTHING_STREAMED,
  unsaid: [],
  usage: NO_USAGE,
  asked: [],
  approvals: [],
  newStep: true,
  steps: 0,
  attemptsMax: 1,
  sent: null,
  offloadFor: "window",
  overflowed: false,
  offloadFailed: false
}

/** The observer after one more step. It judges nothing; the laws do. */
export const followed = (shadow: Shadow, before: State, event: Event, step: Step, request: CanonicalRequest | null): Shadow => {
  if (step.outcome !== "ok") return shadow
  const { state: after, actions } = step
  const counted = withCounts(shadow, before, event, actions)
  return {
    ...counted,
    ...withEffects(shadow, event, actions),
    ...withAnswer(shadow, before, event),
    unsaid: withWords(shadow.unsaid, event, newEntries(before, after)),
    usage: withUsage(shadow, before, event),
    asked: after.name === "ExecutingTools" ? withAsked(shadow, event, actions) : NOBODY,
    approvals: withApprovals(shadow, event),
    sent: sentNow(shadow.sent, after, actions, request)
  }
}

export const newEntries = (before: State, after: State): readonly Entry[] =>
  after.session.transcript === before.session.transcript ? NONE : slice(after.session.transcript, before.session.transcript.length)

const NONE: readonly Entry[] = []
const NOBODY: readonly string[] = []

const withEffects = ({ open, effectMax }: Shadow, event: Event, actions: readonly Action[]): Pick<Shadow, "open" | "effectMax"> => {
  const left = openAfter(open, event)
  if (actions.length === 0) return { open: left, effectMax }
  const cancelled = actions.flatMap((action) => (action.type === "Cancel" ? [action.effect] : []))
  const started = actions.flatMap(startedBy)
  return {
    open: [...left.filter(({ effect }) => !cancelled.includes(effect)), ...started],
    effectMax: started.reduce((max, { effect }) => Math.max(max, effect), effectMax)
  }
}

const withAnswer = ({ streamed, callCount }: Shadow, before: State, event: Event): Pick<Shadow, "streamed" | "callCount"> => {
  switch (event.type) {
    case "LlmStarted":
      return { streamed: withUsageSoFar(streamed, event.usage), callCount }
    case "LlmTextDelta":
    case "LlmThinkingDelta":
    case "LlmToolCallDelta": {
      const next = withDelta(streamed, event, `call_${callCount + 1}`)
      const begun = event.type === "LlmToolCallDelta" && next.blocks.length > streamed.blocks.length
      return { streamed: next, callCount: begun ? callCount + 1 : callCount }
    }
    default:
      return { streamed: endsAnswer(before, event) ? NOTHING_STREAMED : streamed, callCount }
  }
}

/** Whether no more of the answer that is open can come. */
export const endsAnswer = (before: State, { type }: Event): boolean =>
  before.name === "CallingLlm" &&
  (type === "LlmCompleted" || type === "LlmFailed" || type === "InterruptRequested" || type === "ShutdownRequested" || type === "SessionResumed")

const withWords = (unsaid: Shadow["unsaid"], event: Event, entries: readonly Entry[]): Shadow["unsaid"] => {
  const heard = event.type === "UserInput" ? [...unsaid, event.parts] : event.type === "InputTakenBack" ? unsaid.slice(0, -1) : unsaid
  const landed = entries.reduce((count, entry) => count + (entry.type === "user" ? 1 : 0), 0)
  return landed === 0 ? heard : heard.slice(landed)
}

const SO_FAR: readonly Event["type"][] = ["LlmStarted", "LlmTextDelta", "LlmThinkingDelta", "LlmToolCallDelta"]

/** Every answer's usage counts once; of an open model call the newest word does, when it ends. */
const withUsage = ({ usage, streamed }: Shadow, before: State, event: Event): Usage => {
  if (SO_FAR.includes(event.type)) return usage
  const said = "usage" in event ? event.usage : undefined
  const used = said ?? (endsAnswer(before, event) ? streamed.usage : null)
  return used === null ? usage : addedUp(usage, used)
}

const addedUp = (sum: Usage, used: ReportedUsage): Usage => ({
  inputTokens: sum.inputTokens + used.inputTokens,
  outputTokens: sum.outputTokens + used.outputTokens,
  cacheReadTokens: sum.cacheReadTokens + used.cacheReadTokens,
  cacheWriteTokens: sum.cacheWriteTokens + used.cacheWriteTokens,
  cost: used.cost === "unknown" ? sum.cost : sum.cost + used.cost,
  unpriced: used.cost === "unknown" ? sum.unpriced + 1 : sum.unpriced
})

const withAsked = ({ asked, open }: Shadow, event: Event, actions: readonly Action[]): Shadow["asked"] => {
  const allowed = event.type === "ApprovalAnswered" && event.answer !== "no" ? open.find(({ effect }) => effect === event.effect)?.call : undefined
  const left = allowed === undefined ? asked : asked.filter((call) => call !== allowed)
  const more = actions.flatMap((action) => (action.type === "RequestApproval" && !left.includes(action.call.id) ? [action.call.id] : []))
  return more.length === 0 ? left : [...left, ...more]
}

/** A yes for the session, or for always, holds by the rules that were said with it, else by those that were offered. */
const withApprovals = ({ approvals, open }: Shadow, event: Event): Shadow["approvals"] => {
  if (event.type !== "ApprovalAnswered" || (event.answer !== "session" && event.answer !== "always")) return approvals
  const question = open.find(({ effect }) => effect === event.effect)?.approval
  if (question === null || question === undefined || question.question !== null) return approvals
  return [...new Set([...approvals, ...(event.rules ?? question.rules)])]
}

/** A retry, and what an overflow asks for again, is the same step; everything else that asks the model is a new one. */
const withCounts = (shadow: Shadow, before: State, event: Event, actions: readonly Action[]): Shadow => {
  let { newStep, steps, attemptsMax, offloadFor, overflowed, offloadFailed } = shadow
  if (event.type === "LlmFailed" && event.failure !== "overflow") attemptsMax = before.session.settings.limits.attemptsMax
  if (event.type === "LlmFailed" || isRetry(before, event)) newStep = false
  if (event.type === "LlmCompleted") newStep = true
  if (event.type === "ContextOffloaded") offloadFailed = offloadFor !== "person" && (!event.ok || event.keeper === undefined)
  for (const action of actions) {
    if (action.type === "GatherContext" && event.type !== "SessionResumed") [newStep, steps] = [true, 0]
    if (action.type === "OffloadContext" && event.type !== "SessionResumed") [offloadFor, offloadFailed] = [offloadCause(event), false]
    if (action.type === "OffloadContext" && event.type === "LlmFailed") overflowed = true
    if (action.type === "SendLlmRequest") [steps, overflowed, newStep, offloadFailed] = [newStep ? steps + 1 : steps, overflowed && !newStep, false, false]
  }
  return { ...shadow, newStep, steps, attemptsMax, offloadFor, overflowed, offloadFailed }
}

export const isRetry = (before: State, { type }: Event): boolean =>
  before.name === "Error" && (type === "RetryTimeoutFired" || type === "ContinueRequested")

const offloadCause = ({ type }: Event): Shadow["offloadFor"] =>
  type === "LlmFailed" ? "overflow" : type === "OffloadRequested" ? "person" : "window"

const sentNow = (sent: Sent | null, after: State, actions: readonly Action[], request: CanonicalRequest | null): Sent | null => {
  const action = actions.find((candidate) => candidate.type === "SendLlmRequest")
  if (action === undefined || request === null) return sent
  const { window, modelsByName } = after.session
  return {
    request: action,
    setting: JSON.stringify([action.model, modelsByName[action.model], window.base, window.marker]),
    blocks: [request.system, JSON.stringify(request.tools), ...request.messages.flatMap(({ role, content }) => content.map((block) => `${role} ${JSON.stringify(block)}`))]
  }
}
