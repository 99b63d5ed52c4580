import type { Action } from "../action.ts"
import { addText, addThinking, addToolCall, answerBlocks, callsOf, countUsage, keepPartial, withUsage } from "../answer.ts"
import { behaves } from "../behaviour.ts"
import type { ContextGathered, ContextOffloaded, LlmCompleted, LlmFailed } from "../event.ts"
import { go, inert, stay, type Room, type Step } from "../outcome.ts"
import { calibrated, offloadTo, requestTokens } from "../policy/offload.ts"
import { backoff, mayRetry } from "../policy/retry.ts"
import type { Block, Session, ToolCall } from "../session.ts"
import type { CallingLlm, ErrorState, ProcessingResponse, WaitingForInput } from "../state.ts"
import { resultOf, say, sayQueued, sayResults } from "../transcript.ts"
import { giveUp, newCall, nextStep, offload, sendAwaited, settle, shutDown, takeEffect, toldOf } from "../transitions.ts"
import { moveWindow } from "../window.ts"
import { changeSettings, isLate, queueInput, takeBackInput } from "./shared.ts"

/** Waits for the model, or for what the request needs first. */
export const callingLlm: Room<"CallingLlm"> = {
  LlmTextDelta: (state, event) => (isStreaming(state, event.effect) ? stay(addText(state, event)) : inert(state, event)),
  LlmThinkingDelta: (state, event) => (isStreaming(state, event.effect) ? stay(addThinking(state, event)) : inert(state, event)),
  LlmToolCallDelta: (state, event) => (isStreaming(state, event.effect) ? stay(addToolCall(state, event)) : inert(state, event)),
  LlmStarted: (state, event) => {
    if (!isStreaming(state, event.effect)) return inert(state, event)
    return stay(withUsage(state, event.usage))
  },
  LlmCompleted: (state, event) => (isStreaming(state, event.effect) ? complete(state, event) : inert(state, event)),
  LlmFailed: (state, event) => (isStreaming(state, event.effect) ? fail(state, event) : inert(state, event)),
  ContextGathered: (state, event) =>
    state.call.stage.name !== "gathering" || isLate(event, state.call.effect) ? inert(state, event) : gathered(state, event),
  ContextOffloaded: (state, event) =>
    state.call.stage.name !== "offloading" || isLate(event, state.call.effect) ? inert(state, event) : offloaded(state, event),
  UserInput: queueInput,
  InputTakenBack: takeBackInput,
  SettingsChanged: changeSettings,
  InterruptRequested: (state) => settle(keepPartial(state, "interrupted"), "interrupted", [{ type: "Cancel", effect: state.call.effect }]),
  ShutdownRequested: (state) => shutDown(keepPartial(state, "interrupted"), [{ type: "Cancel", effect: state.call.effect }]),
  SessionResumed: (state) => callAgain(state)
}

const isStreaming = (state: CallingLlm, effect: number): boolean => state.call.effect === effect && state.call.stage.name === "streaming"

// ── the end of an answer ─────────────────────────────────────────────────────────────────────────────────────────

/** An answer cut short is never taken for a whole one: its calls do not run. */
const complete = (state: CallingLlm, event: LlmCompleted): Step<ProcessingResponse | CallingLlm | WaitingForInput> => {
  const blocks = answerBlocks(state)
  const calls = callsOf(blocks)
  const session = closeAnswer(state, event, blocks)
  switch (event.stop) {
    case "refusal":
    case "filter":
      return settle(sayResults(session, calls.map((call) => notRun(call, "the answer was refused"))), "refused")
    case "max-tokens":
      if (calls.length === 0) return settle(session, "cut-short")
      return nextStep(sayResults(session, calls.map((call) => notRun(call, "the answer reached its token limit; answer in smaller parts"))), [])
    case "end":
    case "tool-calls":
      return calls.length === 0 ? settle(session, "completed") : vet(session, calls)
  }
}

const closeAnswer = (state: CallingLlm, event: LlmCompleted, blocks: readonly Block[]): Session => {
  const ended = event.stop === "max-tokens" ? "max-tokens" : event.stop === "refusal" || event.stop === "filter" ? "refused" : "complete"
  const usage = event.usage ?? state.call.usage
  const session = countUsage(state.session, usage)
  const inputTokens = usage === null ? 0 : usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  const tokensPerKilobyte = calibrated(session.tokensPerKilobyte, session.opened.bytes + session.window.bytes, inputTokens)
  return say({ ...session, tokensPerKilobyte }, { type: "assistant", model: state.call.model, blocks, ended })
}

const notRun = (call: ToolCall, why: string) => resultOf(call.id, "cut-short", `not run: ${why}`)

const vet = (session: Session, calls: readonly ToolCall[]): Step<ProcessingResponse> => {
  const { effect, session: next } = takeEffect(session)
  return go({ name: "ProcessingResponse", session: next, effect, calls }, [{ type: "VetToolCalls", effect, calls }])
}

// ── a failed call ────────────────────────────────────────────────────────────────────────────────────────────────

const fail = (state: CallingLlm, event: LlmFailed): Step<ErrorState | CallingLlm> => {
  const told = withUsage(state, event.usage)
  const { attempt } = state.call
  if (event.failure === "overflow") return overflow(told, event)
  const error = { kind: event.failure, message: event.message }
  if (!mayRetry(event.failure, attempt, state.session.settings.limits.attemptsMax)) return giveUp(keepPartial(told, "failed"), error)
  const { delayMs, random } = backoff(attempt, event.retryAfterMs ?? 0, state.session.random)
  const { effect, session } = takeEffect(sayQueued({ ...countUsage(told.session, told.call.usage), random }))
  const dueAt = event.at + delayMs
  return go({ name: "Error", session, error, retry: { effect, attempt, dueAt } }, [
    { type: "ScheduleRetry", effect, dueAt },
    { type: "DisplayError", error, retryAt: dueAt }
  ])
}

/** The request was too long: offload and go on, once a step. */
const overflow = (state: CallingLlm, event: LlmFailed): Step<ErrorState | CallingLlm> => {
  const { session } = state
  const here = stepKey(session)
  const to = offloadTo(session, "all")
  if (session.overflowedAt === here || to === session.window.base) {
    return giveUp(keepPartial(state, "failed"), { kind: "overflow", message: event.message })
  }
  return offload({ ...countUsage(session, state.call.usage), overflowedAt: here }, { for: "overflow", to, counted: true }, state.call.attempt, [])
}

const stepKey = (session: Session): string => `${session.turn}:${session.step}`

// ── what the request needs first ─────────────────────────────────────────────────────────────────────────────────

/** A turn that may not begin ends before the model is asked; what was said stays, with why. */
const gathered = (state: CallingLlm, event: ContextGathered): Step<CallingLlm | WaitingForInput> => {
  const text = event.fragments.map((fragment) => fragment.text).join("\n\n")
  const session = countUsage(state.session, event.usage)
  const said = text === "" ? session : say(session, { type: "note", source: "context", text })
  if (event.stop !== undefined) return settle(say(said, { type: "note", source: "hook", text: event.stop }), "stopped-by-hook", toldOf(event))
  return sendAwaited(said, { attempt: 1, counted: false }, toldOf(event))
}

const offloaded = (state: CallingLlm, event: ContextOffloaded): Step<CallingLlm | WaitingForInput | ErrorState> => {
  const { stage, attempt } = state.call
  if (stage.name !== "offloading") return inert(state, event)
  const counted = countUsage(state.session, event.usage)
  const ok = event.ok && event.keeper !== undefined
  const session = ok ? moveWindow(counted, stage.to, event.keeper) : counted
  const told: readonly Action[] = ok
    ? [{ type: "RecordDecision", kind: "observation", title: `${stage.to} messages moved to keeper ${event.keeper}` }]
    : [{ type: "DisplayMessage", text: `offloading failed: ${event.reason ?? "the keeper gave no name"}; the window stays as it is` }]
  if (stage.for === "person") return settle(session, "offloaded", [...freedTold(state.session, session), ...told])
  if (!ok && stage.for === "overflow") {
    return giveUp(session, {
      kind: "overflow",
      message: `the request is too long, and nothing could be offloaded: ${event.reason ?? "the keeper gave no name"}`
    })
  }
  return sendAwaited(session, { attempt, counted: stage.counted }, told, ok)
}

/** Says how much became free, where a person asked for it. */
const freedTold = (before: Session, after: Session): readonly Action[] => {
  const messages = after.window.base - before.window.base
  if (messages === 0 || !behaves(after, "freed-is-said")) return []
  const freed = requestTokens(before) - requestTokens(after)
  const text =
    freed > 0
      ? `about ${freed} tokens of the window are free again: ${messages} messages left it, nothing of them is lost`
      : `${messages} messages left the window, nothing of them is lost; they were shorter than the note that stands for them, so it is no smaller`
  return [{ type: "DisplayMessage", text }]
}

// ── a new process ────────────────────────────────────────────────────────────────────────────────────────────────

/** Nothing started before can answer: the same work again, under a new number. */
const callAgain = (state: CallingLlm): Step<CallingLlm> => {
  const { stage, attempt, model } = state.call
  const counted = stage.name === "streaming" ? countUsage(state.session, state.call.usage) : state.session
  const { effect, session } = takeEffect(counted)
  const next: CallingLlm = { ...state, session, call: newCall(effect, attempt, model, stage), streamed: "" }
  switch (stage.name) {
    case "gathering":
      return go(next, [{ type: "GatherContext", effect, turn: session.turn }])
    case "offloading":
      return go(next, [{ type: "OffloadContext", effect, from: session.window.base, to: stage.to }])
    case "streaming":
      return go(next, [
        { type: "SendLlmRequest", effect, model, attempt, step: session.step, from: session.window.base, to: session.transcript.length }
      ])
  }
}
