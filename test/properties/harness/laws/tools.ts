import type { ActionOf } from "../../../../src/machine/action.ts"
import type { CallFacts, ToolCallsVetted } from "../../../../src/machine/event.ts"
import type { ExecutingTools, Execution, State } from "../../../../src/machine/state.ts"
import { at, lastOf } from "../../../../src/machine/vector.ts"
import type { ToolCall, ToolResult } from "../../../../src/machine/session.ts"
import { verdictOf, type Ruling } from "../permission-oracle.ts"
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
        const wanted = verdictOf(call.name, factsOf(event, call), rulingOf(edge))
        const done = whatHappened(edge, call)
        if (done !== wanted) return `${call.name} ${JSON.stringify(factsOf(event, call))}: ${wanted} by the design, ${done} by the machine`
      }
      return null
    }
  },
  {
    id: "25",
    words: "what starts is the call that was vetted, as its facts say",
    broken: (edge) => {
      const { before, event, after, actions } = edge
      const wrong = startedCalls(actions).find(({ call, changes }) => {
        const known = before.name === "ExecutingTools" ? before.executions.find((execution) => execution.call.id === call.id) : undefined
        const vetted = before.name === "ProcessingResponse" ? before.calls.find(({ id }) => id === call.id) : known?.call
        const expected = event.type === "ToolCallsVetted" ? (factsOf(event, call)?.changes ?? true) : known?.changes
        return call !== vetted || changes !== expected
      })
      if (wrong !== undefined) return `${wrong.call.name} starts as one that ${wrong.changes ? "changes" : "reads"}`
      const lost = after.name === "ExecutingTools" && before.name === "ExecutingTools" && after.executions.length !== before.executions.length
      return lost ? "a call of the batch is gone" : null
    }
  },
  {
    id: "25",
    words: "plan mode never starts a call that may change something, nor asks about one",
    broken: ({ before, event, actions }) => {
      if (event.type !== "ToolCallsVetted" || before.session.settings.mode !== "plan") return null
      const begun = actions.flatMap((action) => (action.type === "RequestApproval" ? [action.call] : action.type === "ExecuteTools" ? action.calls.map(({ call }) => call) : []))
      const wrong = begun.find((call) => factsOf(event, call)?.changes !== false)
      return wrong === undefined ? null : `${wrong.name} is begun`
    }
  },
  {
    id: "25",
    words: "calls denied because nobody was there to ask are counted",
    broken: (edge) => {
      const counted = edge.after.session.unattendedDenials - edge.before.session.unattendedDenials
      const denied = unattendedDenials(edge)
      return denied === counted ? null : `${denied} were, ${counted} were counted`
    }
  },
  {
    id: "25",
    words: "an approval is remembered exactly where a person said so",
    broken: ({ after, knows }) => {
      const [said, held] = [knows.approvals, [...new Set(after.session.approvals)]]
      return said.length === held.length && said.every((rule) => held.includes(rule)) ? null : `[${said.join()}] was said, [${held.join()}] holds`
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
    id: "rule 1",
    words: "a result is what the tool said, and stays so until its batch is done",
    broken: (edge) => {
      const { before, event, outcome } = edge
      if (before.name !== "ExecutingTools" || outcome !== "ok") return null
      for (const { call, phase } of before.executions) {
        const result = resultIn(edge, call)
        if (phase.name === "done" && JSON.stringify(result) !== JSON.stringify(phase.result)) return `the result of ${call.id} is another`
        const told =
          event.type === "ToolCompleted" && phase.name === "running" && phase.effect === event.effect
            ? { call: call.id, status: event.status, parts: event.parts }
            : null
        if (told !== null && JSON.stringify(result) !== JSON.stringify(told))
          return `it said ${JSON.stringify(told)}, the result is ${JSON.stringify(result)}`
      }
      return null
    }
  },
  {
    id: "rule 2",
    words: "a no gives its reason, and the answer to a question is its result",
    broken: (edge) => {
      const { event, outcome, known } = edge
      if (event.type !== "ApprovalAnswered" || outcome !== "ok") return null
      const asked = known.open.find(({ effect }) => effect === event.effect)?.approval
      const words = JSON.stringify(event.words ?? "").slice(1, -1)
      if (asked === undefined || asked === null || (event.answer !== "no" && asked.question === null)) return null
      const result = JSON.stringify(resultIn(edge, asked.call)?.parts)
      return result?.includes(words) === true ? null : `${words} was said, the result is ${result}`
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
  },
  {
    id: "rule 10",
    words: "the hook hears what became of every call of the batch",
    broken: ({ after, actions, event }) => {
      const hook = actions.find((action) => action.type === "RunPostToolsHook")
      if (hook === undefined || event.type === "SessionResumed") return null
      const message = lastOf(after.session.transcript)
      const results = message?.type === "results" ? message.results.map(({ call, status }) => `${call} ${status}`) : []
      const told = hook.completed.map(({ call, status }) => `${call.id} ${status}`)
      return told.join() === results.join() ? null : `it hears ${told.join()}, the results are ${results.join()}`
    }
  },
  {
    id: "rule 10",
    words: "the hook may add a note, and says whether to go on or stop",
    broken: ({ before, event, after, outcome }) => {
      if (event.type !== "PostToolsHookCompleted" || outcome !== "ok") return null
      const notes = newEntries(before, after).flatMap((entry) => (entry.type === "note" && entry.source === "hook" ? [entry.text] : []))
      if (notes.join() !== (event.note ?? "")) return `it noted ${JSON.stringify(event.note)}, the transcript got ${JSON.stringify(notes)}`
      if (before.session.queue.length > 0) return null
      if (event.goOn) return goesOn(after) ? null : "it said go on, and the agent stopped"
      return after.name === "WaitingForInput" && after.why === "stopped-by-hook" ? null : "it said stop, and the agent went on"
    }
  }
]

/** How many calls this step denies because nobody is there to say yes; a question of the model is none of them. */
const unattendedDenials = (edge: Edge): number => {
  const { before, event, outcome, known } = edge
  if (outcome !== "ok" || before.session.settings.attended) return 0
  if (event.type === "ApprovalAnswered") {
    const asked = known.open.find(({ effect }) => effect === event.effect)?.approval
    return event.answer === "no" && asked?.question === null ? 1 : 0
  }
  if (before.name !== "ProcessingResponse" || event.type !== "ToolCallsVetted") return 0
  const ruling = rulingOf(edge)
  const attended = { ...ruling, settings: { ...ruling.settings, attended: true } }
  return before.calls.filter((call) => {
    const facts = factsOf(event, call)
    return facts?.question === undefined && verdictOf(call.name, facts, attended) === "ask"
  }).length
}

const factsOf = (event: ToolCallsVetted, call: ToolCall): CallFacts | undefined => event.facts.find((facts) => facts.call === call.id)

/** The approvals as they were said, not as the machine remembers them. */
const rulingOf = ({ before, known }: Edge): Ruling => ({ opened: before.session.opened, settings: before.session.settings, approvals: known.approvals })

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

const goesOn = (after: State): boolean => after.name === "CallingLlm" || (after.name === "WaitingForInput" && after.why.startsWith("budget-"))

/** Whether the calls of the latest answer got their results in this step. */
const endsBatch = (before: State, after: State): boolean => {
  if (before.name !== "ProcessingResponse" && before.name !== "ExecutingTools") return false
  const { transcript } = after.session
  const { length } = before.session.transcript
  return transcript.length > length && at(transcript, length).type === "results"
}
