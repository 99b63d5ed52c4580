import type { ActionOf } from "../../../../src/machine/action.ts"
import type { ExecutingTools, Execution, State } from "../../../../src/machine/state.ts"
import { at } from "../../../../src/machine/vector.ts"
import type { ToolCall, ToolResult } from "../../../../src/machine/session.ts"
import { verdictOf } from "../permission-oracle.ts"
import { newEntries } from "../shadow.ts"
import type { Edge, EdgeLaw } from "../world.ts"

/** Laws about calls: who may run, in what order, and what becomes of them. */
export const toolLaws: readonly EdgeLaw[] = [
  {
    id: "14",
    words: "a call that asked runs only after its own approval",
    broken: ({ actions, knows }) => {
      const wrong = startedCalls(actions).find(({ call }) => knows.asked.includes(call.id))
      return wrong === undefined ? null : `${wrong.call.id} runs`
    }
  },
  {
    id: "21",
    words: "no two calls that may change something overlap, and each keeps its place in the order",
    broken: ({ before, after }) => (after.name === "ExecutingTools" ? orderComplaint(after, before) : null)
  },
  {
    id: "23",
    words: "a batch always waits for something",
    broken: ({ after }) =>
      after.name === "ExecutingTools" && !after.executions.some(({ phase }) => "effect" in phase) ? "nothing of it is open" : null
  },
  {
    id: "25",
    words: "the decision on a call is a function of facts, rules, mode and approvals, and is obeyed",
    broken: (edge) => {
      const { before, event, outcome } = edge
      if (before.name !== "ProcessingResponse" || event.type !== "ToolCallsVetted" || outcome !== "ok") return null
      for (const call of before.calls) {
        const wanted = verdictOf(call.name, event.facts.find((facts) => facts.call === call.id), before.session)
        const done = whatHappened(edge, call)
        if (done !== wanted) return `${call.name} ${JSON.stringify(event.facts.find((facts) => facts.call === call.id))}: ${wanted} by the design, ${done} by the machine`
      }
      return null
    }
  },
  {
    id: "25",
    words: "an answered question is obeyed: a yes holds the call for its turn, a no is its result",
    broken: (edge) => {
      const { before, event, outcome } = edge
      if (before.name !== "ExecutingTools" || event.type !== "ApprovalAnswered" || outcome !== "ok") return null
      const asked = before.executions.find(({ phase }) => phase.name === "awaiting-approval" && phase.effect === event.effect)
      if (asked === undefined) return "nobody asked"
      const expected = event.answer === "no" ? "deny" : asked.question === null ? "allow" : "answered"
      const done = whatHappened(edge, asked.call)
      return done === expected ? null : `${expected} was said, ${done} was done`
    }
  },
  {
    id: "28",
    words: "of what ran when the process died, a change gets the result that nobody knows, and only reads run again",
    broken: (edge) => {
      const { before, event, actions } = edge
      if (before.name !== "ExecutingTools" || event.type !== "SessionResumed") return null
      for (const { call, changes, phase } of before.executions) {
        const again = startedCalls(actions).some((started) => started.call.id === call.id)
        if (phase.name !== "running" || !changes) continue
        if (again) return `${call.id} may change something, ran, and is started again`
        if (resultIn(edge, call)?.status !== "unknown-outcome") return `the result of ${call.id} does not say that its outcome is unknown`
      }
      return null
    }
  },
  {
    id: "rule 3",
    words: "an interrupted call says that it was interrupted, one that never ran that it was not started",
    broken: (edge) => {
      const { before, event } = edge
      if (event.type !== "InterruptRequested" && event.type !== "ShutdownRequested") return null
      const wrong = expectedResults(before).find(({ call, status }) => resultIn(edge, { id: call })?.status !== status)
      return wrong === undefined ? null : `${wrong.call} should be ${wrong.status}, it is ${resultIn(edge, { id: wrong.call })?.status ?? "without a result"}`
    }
  },
  {
    id: "rule 10",
    words: "the hook follows every batch in which a call that may change something started, and no other",
    broken: ({ before, event, after }) => {
      if (!endsBatch(before, after) || event.type === "InterruptRequested" || event.type === "ShutdownRequested") return null
      const changed = before.name === "ExecutingTools" && before.executions.some(({ changes, started }) => changes && started)
      return changed === (after.name === "PostToolsHook") ? null : changed ? `a change was made, and ${after.name} follows` : "nothing changed, and the hook runs"
    }
  }
]

export const startedCalls = (actions: Edge["actions"]): ActionOf<"ExecuteTools">["calls"] =>
  actions.flatMap((action) => (action.type === "ExecuteTools" ? action.calls : []))

const orderComplaint = (state: ExecutingTools, before: State): string | null => {
  const running = state.executions.filter(({ phase }) => phase.name === "running")
  if (running.length > 1 && running.some(({ changes }) => changes)) return `${running.map(nameOf).join(" and ")} run at once`
  const ranBefore = before.name === "ExecutingTools" ? before.executions.filter(({ phase }) => phase.name === "running").length : 0
  const most = Math.max(1, state.session.settings.limits.toolsParallelMax)
  if (running.length > most && running.length > ranBefore) return `${running.length} run at once, ${most} may`
  for (const [index, execution] of state.executions.entries()) {
    if (execution.phase.name !== "running") continue
    const earlier = state.executions.slice(0, index).find((other) => other.phase.name !== "done" && (other.changes || execution.changes))
    if (earlier !== undefined) return `${nameOf(execution)} runs before ${nameOf(earlier)} is done`
  }
  return null
}

const nameOf = ({ call, changes }: Execution): string => `${call.id} (${changes ? "changes" : "reads"})`

/** What became of a call in this step, in the words of a verdict. */
const whatHappened = (edge: Edge, call: ToolCall): string => {
  const { after, actions } = edge
  if (actions.some((action) => action.type === "RequestApproval" && action.call.id === call.id)) return "ask"
  const status = resultIn(edge, call)?.status
  if (status !== undefined) return ({ denied: "deny", invalid: "invalid", ok: "answered" } as Record<string, string>)[status] ?? status
  const phase = after.name === "ExecutingTools" ? after.executions.find((execution) => execution.call.id === call.id)?.phase.name : undefined
  return phase === "held" || phase === "running" ? "allow" : (phase ?? "lost")
}

/** The result a call has after this step, in the batch or in the transcript. */
const resultIn = ({ before, after }: Edge, { id }: { readonly id: string }): ToolResult | undefined => {
  const phases = after.name === "ExecutingTools" ? after.executions.map(({ phase }) => phase) : []
  const inBatch = phases.flatMap((phase) => (phase.name === "done" ? [phase.result] : []))
  const said = newEntries(before, after).flatMap((entry) => (entry.type === "results" ? entry.results : []))
  return [...inBatch, ...said].find(({ call }) => call === id)
}

const expectedResults = (before: State): readonly { readonly call: string; readonly status: ToolResult["status"] }[] => {
  switch (before.name) {
    case "ProcessingResponse":
      return before.calls.map(({ id }) => ({ call: id, status: "not-started" }))
    case "ExecutingTools":
      return before.executions.map(({ call, phase }) => ({
        call: call.id,
        status: phase.name === "done" ? phase.result.status : phase.name === "running" ? "interrupted" : "not-started"
      }))
    case "WaitingForInput":
    case "CallingLlm":
    case "PostToolsHook":
    case "Error":
    case "ShuttingDown":
      return []
  }
}

/** Whether the calls of the latest answer got their results in this step. */
const endsBatch = (before: State, after: State): boolean => {
  if (before.name !== "ProcessingResponse" && before.name !== "ExecutingTools") return false
  const { transcript } = after.session
  const { length } = before.session.transcript
  return transcript.length > length && at(transcript, length).type === "results"
}
