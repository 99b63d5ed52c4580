import type { Action } from "../action.ts"
import { countUsage } from "../answer.ts"
import { advance } from "../batch.ts"
import type { CallFacts, ToolCallsVetted } from "../event.ts"
import { go, inert, type Room, type Step } from "../outcome.ts"
import { narrowestRules } from "../policy/permission-rule.ts"
import { decide, permissionsOf, type Verdict } from "../policy/permission.ts"
import type { Session, ToolCall, ToolResult } from "../session.ts"
import type { CallingLlm, ExecutingTools, Execution, ExecutionPhase, PostToolsHook, ProcessingResponse, WaitingForInput } from "../state.ts"
import { resultOf, sayResults } from "../transcript.ts"
import { settle, shutDown, takeEffect, toldOf } from "../transitions.ts"
import { changeSettings, isLate, queueInput, takeBackInput } from "./shared.ts"

/** Waits for the facts about the tool calls of a finished answer. */
export const processingResponse: Room<"ProcessingResponse"> = {
  ToolCallsVetted: (state, event) => (isLate(event, state.effect) ? inert(state, event) : vetted(state, event)),
  UserInput: queueInput,
  InputTakenBack: takeBackInput,
  SettingsChanged: changeSettings,
  InterruptRequested: (state) => settle(notStarted(state), "interrupted", [{ type: "Cancel", effect: state.effect }]),
  ShutdownRequested: (state) => shutDown(notStarted(state), [{ type: "Cancel", effect: state.effect }]),
  SessionResumed: (state) => {
    const { effect, session } = takeEffect(state.session)
    return go({ ...state, session, effect }, [{ type: "VetToolCalls", effect, calls: state.calls }])
  }
}

const notStarted = (state: ProcessingResponse): Session =>
  sayResults(state.session, state.calls.map((call) => resultOf(call.id, "not-started", "not started: the person interrupted first")))

/** Each call is allowed, asked about, denied or invalid; then the batch begins. */
const vetted = (
  state: ProcessingResponse,
  event: ToolCallsVetted
): Step<ExecutingTools | CallingLlm | WaitingForInput | PostToolsHook> & { readonly state: ExecutingTools | CallingLlm | WaitingForInput } => {
  let session = countUsage(state.session, event.usage)
  const questions: Action[] = [...toldOf(event)]
  const executions = state.calls.map((call): Execution => {
    const facts = event.facts.find((candidate) => candidate.call === call.id)
    const verdict = decide(call.name, facts, permissionsOf(session))
    session = countUnattended(session, verdict, facts)
    if (verdict.decision !== "ask") return execution(call, facts, verdict, phaseOf(call, verdict))
    const taken = takeEffect(session)
    session = taken.session
    const asked = execution(call, facts, verdict, { name: "awaiting-approval", effect: taken.effect })
    questions.push(approvalRequest(asked, taken.effect))
    return asked
  })
  // No call has started yet, so a batch that is already done had only denied and invalid calls: no hook follows it.
  return advance(session, executions, questions) as ReturnType<typeof vetted>
}

/** The question to the person about a call. */
export const approvalRequest = ({ call, reason, rules, question }: Execution, effect: number): Action => ({
  type: "RequestApproval",
  effect,
  call,
  reason,
  rules,
  question
})

const execution = (call: ToolCall, facts: CallFacts | undefined, verdict: Verdict, phase: ExecutionPhase): Execution => ({
  call,
  changes: facts?.changes ?? true,
  reason: verdict.decision === "ask" ? verdict.reason : "",
  rules: verdict.decision === "ask" && facts !== undefined && facts.question === undefined ? narrowestRules(call.name, facts) : [],
  question: facts?.question ?? null,
  started: false,
  phase
})

const phaseOf = (call: ToolCall, verdict: Exclude<Verdict, { decision: "ask" }>): ExecutionPhase =>
  verdict.decision === "allow" ? { name: "held" } : { name: "done", result: refusal(call, verdict) }

const refusal = (call: ToolCall, verdict: Extract<Verdict, { decision: "deny" | "invalid" }>): ToolResult =>
  verdict.decision === "deny"
    ? resultOf(call.id, "denied", `denied: ${verdict.reason}`)
    : resultOf(call.id, "invalid", `invalid call: ${verdict.reason}`)

const countUnattended = (session: Session, verdict: Verdict, facts: CallFacts | undefined): Session =>
  verdict.decision === "deny" && verdict.unattended && facts?.question === undefined
    ? { ...session, unattendedDenials: session.unattendedDenials + 1 }
    : session
