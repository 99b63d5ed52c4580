import type { Action, StartedCall } from "./action.ts"
import { go, type Step } from "./outcome.ts"
import { startable } from "./policy/scheduling.ts"
import type { Session, ToolResult } from "./session.ts"
import type { CallingLlm, CompletedCall, ExecutingTools, Execution, ExecutionPhase, PostToolsHook, WaitingForInput } from "./state.ts"
import { resultOf, sayResults } from "./transcript.ts"
import { nextStep, takeEffect } from "./transitions.ts"

/** Starts what may start now; once all calls are done, their results enter the transcript in call order and the turn goes on. */
export const advance = (
  session: Session,
  executions: readonly Execution[],
  before: readonly Action[]
): Step<ExecutingTools | PostToolsHook | CallingLlm | WaitingForInput> => {
  const started = start(session, executions)
  const actions = started.calls.length === 0 ? before : [...before, { type: "ExecuteTools", calls: started.calls } satisfies Action]
  if (started.executions.some((execution) => execution.phase.name !== "done")) {
    return go({ name: "ExecutingTools", session: started.session, executions: started.executions }, actions)
  }
  return closeBatch(started.session, started.executions, actions)
}

/** The batch with one call in another phase. */
export const withPhase = (executions: readonly Execution[], index: number, phase: ExecutionPhase): readonly Execution[] =>
  executions.map((execution, at) => (at === index ? { ...execution, phase } : execution))

/** The results of a batch that is broken off. */
export const brokenOff = (executions: readonly Execution[]): readonly ToolResult[] =>
  executions.map(({ call, phase }) => {
    switch (phase.name) {
      case "done":
        return phase.result
      case "running":
        return resultOf(call.id, "interrupted", "interrupted: the person stopped this while it ran; it may have had effects")
      case "held":
      case "awaiting-approval":
        return resultOf(call.id, "not-started", "not started: the person interrupted first")
    }
  })

/** Numbers of what the batch waits for: questions and running calls. */
export const openEffects = (executions: readonly Execution[]): readonly number[] =>
  executions.flatMap(({ phase }) => (phase.name === "running" || phase.name === "awaiting-approval" ? [phase.effect] : []))

interface Started {
  readonly session: Session
  readonly executions: readonly Execution[]
  readonly calls: readonly StartedCall[]
}

const start = (session: Session, executions: readonly Execution[]): Started => {
  const next = [...executions]
  const calls: StartedCall[] = []
  let now = session
  for (const index of startable(executions, session.settings.limits.toolsParallelMax)) {
    const execution = executions[index] as Execution
    const taken = takeEffect(now)
    now = taken.session
    next[index] = { ...execution, started: true, phase: { name: "running", effect: taken.effect } }
    calls.push({ effect: taken.effect, call: execution.call, changes: execution.changes })
  }
  return { session: now, executions: next, calls }
}

const closeBatch = (
  session: Session,
  executions: readonly Execution[],
  before: readonly Action[]
): Step<PostToolsHook | CallingLlm | WaitingForInput> => {
  const said = sayResults(
    session,
    executions.flatMap(({ phase }) => (phase.name === "done" ? [phase.result] : []))
  )
  if (!executions.some((execution) => execution.changes && execution.started)) return nextStep(said, before)
  const { effect, session: next } = takeEffect(said)
  const completed = executions.map(completedCall)
  return go({ name: "PostToolsHook", session: next, effect, completed }, [
    ...before,
    { type: "RunPostToolsHook", effect, completed },
    { type: "RecordDecision", kind: "action", title: namesOf(executions) }
  ])
}

const completedCall = ({ call, changes, phase }: Execution): CompletedCall => ({
  call,
  changes,
  status: phase.name === "done" ? phase.result.status : "not-started"
})

const namesOf = (executions: readonly Execution[]): string =>
  executions.flatMap((execution) => (execution.changes && execution.started ? [execution.call.name] : [])).join(", ")
