import type { Action } from "../action.ts"
import { countUsage } from "../answer.ts"
import { advance, brokenOff, openEffects, withPhase } from "../batch.ts"
import type { ApprovalAnswered, ToolCompleted } from "../event.ts"
import { inert, stay, type Room, type Step } from "../outcome.ts"
import type { Session, ToolResult } from "../session.ts"
import type { CallingLlm, ExecutingTools, Execution, ExecutionPhase, PostToolsHook, WaitingForInput } from "../state.ts"
import { resultOf, sayResults } from "../transcript.ts"
import { settle, shutDown, takeEffect } from "../transitions.ts"
import { approvalRequest } from "./processing-response.ts"
import { changeSettings, queueInput, takeBackInput } from "./shared.ts"

/** Waits for tools and approvals. */
export const executingTools: Room<"ExecutingTools"> = {
  ToolProgress: (state, event) => (indexOf(state, "running", event.effect) < 0 ? inert(state, event) : stay(state)),
  ToolCompleted: (state, event) => {
    const index = indexOf(state, "running", event.effect)
    return index < 0 ? inert(state, event) : completed(state, event, index)
  },
  ApprovalAnswered: (state, event) => {
    const index = indexOf(state, "awaiting-approval", event.effect)
    return index < 0 ? inert(state, event) : answered(state, event, index)
  },
  UserInput: queueInput,
  InputTakenBack: takeBackInput,
  SettingsChanged: changeSettings,
  InterruptRequested: (state) => settle(breakOff(state), "interrupted", cancels(state)),
  ShutdownRequested: (state) => shutDown(breakOff(state), cancels(state)),
  SessionResumed: (state) => resume(state)
}

const indexOf = (state: ExecutingTools, phase: "running" | "awaiting-approval", effect: number): number =>
  state.executions.findIndex((execution) => execution.phase.name === phase && execution.phase.effect === effect)

const cancels = (state: ExecutingTools): readonly Action[] => openEffects(state.executions).map((effect) => ({ type: "Cancel", effect }))

const breakOff = (state: ExecutingTools): Session => sayResults(state.session, brokenOff(state.executions))

type Next = Step<ExecutingTools | PostToolsHook | CallingLlm | WaitingForInput>

const completed = (state: ExecutingTools, event: ToolCompleted, index: number): Next => {
  const { call } = state.executions[index] as Execution
  const result: ToolResult = { call: call.id, status: event.status, parts: event.parts }
  return advance(countUsage(state.session, event.usage), withPhase(state.executions, index, { name: "done", result }), [])
}

const answered = (state: ExecutingTools, event: ApprovalAnswered, index: number): Next => {
  const execution = state.executions[index] as Execution
  const session = withApproval(countUnattended(countUsage(state.session, event.usage), event, execution), event, execution)
  return advance(session, withPhase(state.executions, index, phaseAfter(execution, event)), [])
}

/** A yes holds the call until its turn; a no, and the answer to a question, is its result. */
const phaseAfter = ({ call, question }: Execution, { answer, words }: ApprovalAnswered): ExecutionPhase => {
  const said = words === undefined || words === "" ? "" : `: ${words}`
  if (answer === "no") {
    return { name: "done", result: resultOf(call.id, "denied", question === null ? `the person said no${said}` : `the person did not answer${said}`) }
  }
  return question === null ? { name: "held" } : { name: "done", result: resultOf(call.id, "ok", words ?? "yes") }
}

/** Where nobody is there, a no says only that: it is counted with the calls that nobody could be asked about. */
const countUnattended = (session: Session, event: ApprovalAnswered, execution: Execution): Session =>
  event.answer === "no" && !session.settings.attended && execution.question === null
    ? { ...session, unattendedDenials: session.unattendedDenials + 1 }
    : session

/** "For the session" and "always" hold for the calls vetted from now on. */
const withApproval = (session: Session, event: ApprovalAnswered, execution: Execution): Session => {
  if (execution.question !== null || (event.answer !== "session" && event.answer !== "always")) return session
  const rules = (event.rules ?? execution.rules).filter((rule) => !session.approvals.includes(rule))
  return rules.length === 0 ? session : { ...session, approvals: [...session.approvals, ...rules] }
}

/** Questions are asked again; a read runs again; what became of a change nobody knows, and the model is told so. */
const resume = (state: ExecutingTools): Step<ExecutingTools | PostToolsHook> => {
  let { session } = state
  const questions: Action[] = []
  const executions = state.executions.map((execution): Execution => {
    const { phase, call, changes } = execution
    switch (phase.name) {
      case "awaiting-approval": {
        const taken = takeEffect(session)
        session = taken.session
        questions.push(approvalRequest(execution, taken.effect))
        return { ...execution, phase: { name: "awaiting-approval", effect: taken.effect } }
      }
      case "running":
        return { ...execution, phase: changes ? { name: "done", result: unknownOutcome(call.id) } : { name: "held" } }
      case "held":
      case "done":
        return execution
    }
  })
  // Questions stay open and reads run again, so a batch that is done now ended in a change that had started: its hook follows.
  return advance(session, executions, questions) as Step<ExecutingTools | PostToolsHook>
}

const unknownOutcome = (call: string): ToolResult =>
  resultOf(call, "unknown-outcome", "outcome unknown: the process restarted while this ran; look before you do it again")
