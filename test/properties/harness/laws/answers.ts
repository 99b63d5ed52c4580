import type { Entry } from "../../../../src/machine/session.ts"
import { lastOf } from "../../../../src/machine/vector.ts"
import { newEntries } from "../shadow.ts"
import type { Edge, EdgeLaw } from "../world.ts"

/** Laws about the answer of the model. */
export const answerLaws: readonly EdgeLaw[] = [
  {
    id: "24",
    words: "the message of a finished answer is exactly what streamed, block by block",
    broken: (edge) => {
      if (edge.event.type !== "LlmCompleted" || edge.outcome !== "ok") return null
      const expected = { blocks: edge.known.streamed.blocks, ended: endOf(edge.event.stop), model: modelOf(edge) }
      return messageComplaint(newEntries(edge.before, edge.after), expected)
    }
  },
  {
    id: "24",
    words: "the calls that are vetted are those of the message, all of them",
    broken: ({ after, actions }) => {
      const vet = actions.find((action) => action.type === "VetToolCalls")
      if (vet === undefined) return null
      const message = lastOf(after.session.transcript)
      const calls = message?.type === "assistant" ? message.blocks.filter(({ type }) => type === "tool-call") : []
      return JSON.stringify(vet.calls) === JSON.stringify(calls) ? null : `${JSON.stringify(vet.calls)} are, the message has ${JSON.stringify(calls)}`
    }
  },
  {
    id: "26",
    words: "streamed text survives interruption and final failure",
    broken: (edge) => {
      const { event, known, outcome } = edge
      const ended = unfinishedEnd(edge)
      if (ended === null || outcome !== "ok") return null
      const kept = known.streamed.blocks.filter((block) => block.type !== "tool-call")
      const entries = newEntries(edge.before, edge.after)
      if (kept.length > 0) return messageComplaint(entries, { blocks: kept, ended, model: modelOf(edge) })
      return entries.some((entry) => entry.type === "assistant") ? `nothing streamed, yet ${event.type} left a message` : null
    }
  },
  {
    id: "rule 6",
    words: "an answer cut short is never taken for a whole one: its calls do not run, each gets a result that says so",
    broken: (edge) => {
      const { event, outcome, after, known, before } = edge
      if (event.type !== "LlmCompleted" || outcome !== "ok" || event.stop === "end" || event.stop === "tool-calls") return null
      if (after.name === "ProcessingResponse") return "its calls are vetted"
      const calls = known.streamed.blocks.flatMap((block) => (block.type === "tool-call" ? [block.id] : []))
      const results = newEntries(before, after).flatMap((entry) => (entry.type === "results" ? entry.results : []))
      const said = results.every(({ status }) => status === "cut-short") && results.map(({ call }) => call).join() === calls.join()
      return said ? restComplaint(edge, calls.length) : `results ${JSON.stringify(results)} for calls ${calls.join()}`
    }
  }
]

type AssistantEnd = Extract<Entry, { type: "assistant" }>["ended"]

interface Expected {
  readonly blocks: readonly unknown[]
  readonly ended: AssistantEnd
  readonly model: string
}

const endOf = (stop: "end" | "tool-calls" | "max-tokens" | "refusal" | "filter"): AssistantEnd =>
  ({ end: "complete", "tool-calls": "complete", "max-tokens": "max-tokens", refusal: "refused", filter: "refused" }) [stop] as AssistantEnd

const modelOf = ({ before }: Edge): string => (before.name === "CallingLlm" ? before.call.model : "")

const unfinishedEnd = ({ before, event, after }: Edge): AssistantEnd | null => {
  if (before.name !== "CallingLlm" || before.call.stage.name !== "streaming") return null
  if (event.type === "InterruptRequested" || event.type === "ShutdownRequested") return "interrupted"
  return event.type === "LlmFailed" && after.name === "Error" && after.retry === null ? "failed" : null
}

const messageComplaint = (entries: readonly Entry[], { blocks, ended, model }: Expected): string | null => {
  const messages = entries.flatMap((entry) => (entry.type === "assistant" ? [entry] : []))
  const message = messages[0]
  if (message === undefined || messages.length > 1) return `it left ${messages.length} messages, not one`
  if (JSON.stringify(message.blocks) !== JSON.stringify(blocks)) return `it says ${JSON.stringify(message.blocks)}, streamed was ${JSON.stringify(blocks)}`
  if (message.ended !== ended) return `it is marked ${message.ended}, not ${ended}`
  return message.model === model ? null : `it is said to be of ${message.model}, not of ${model}`
}

/** Cut by its limit with calls it calls again, without it waits as cut short; refused it waits as refused; unless words are queued. */
const restComplaint = ({ event, before, after }: Edge, calls: number): string | null => {
  if (before.session.queue.length > 0 || event.type !== "LlmCompleted") return null
  const why = after.name === "WaitingForInput" ? after.why : after.name
  if (event.stop !== "max-tokens") return why === "refused" ? null : `a refused turn went to ${why}`
  if (calls === 0) return why === "cut-short" ? null : `a turn cut short went to ${why}`
  return why === "CallingLlm" || why.startsWith("budget-") ? null : `calls cut short went to ${why}`
}
