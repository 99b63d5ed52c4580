import type { Entry } from "../../../../src/machine/session.ts"
import { at } from "../../../../src/machine/vector.ts"
import { refusal } from "../provider.ts"
import { newEntries } from "../shadow.ts"
import type { Edge, EdgeLaw } from "../world.ts"

/** Laws about what was said. */
export const transcriptLaws: readonly EdgeLaw[] = [
  {
    id: "16",
    words: "the transcript only grows",
    broken: ({ before, after }) => {
      const [old, now] = [before.session.transcript, after.session.transcript]
      if (old === now) return null
      if (now.length < old.length) return `it had ${old.length} entries and has ${now.length}`
      for (const index of [0, old.length >> 1, old.length - 1]) {
        if (index >= 0 && index < old.length && at(old, index) !== at(now, index)) return `entry ${index} is another one now`
      }
      return null
    }
  },
  {
    id: "17",
    words: "nothing is open or queued while waiting, nothing is queued in Error or ShuttingDown",
    broken: ({ after, knows }) => {
      const resting = after.name === "WaitingForInput" || after.name === "Error" || after.name === "ShuttingDown"
      if (resting && after.session.queue.length > 0) return `${after.session.queue.length} messages are queued in ${after.name}`
      return after.name === "WaitingForInput" && knows.open.length > 0 ? `${knows.open.length} effects are open` : null
    }
  },
  {
    id: "19",
    words: "every user message lands exactly once, in order, or is taken back",
    broken: (edge) => {
      const { event, known, after, outcome } = edge
      if (outcome !== "ok") return null
      const { unsaid } = known
      const expected = event.type === "UserInput" ? [...unsaid, event.parts] : event.type === "InputTakenBack" ? unsaid.slice(0, -1) : unsaid
      const landed = newEntries(edge.before, after).flatMap((entry) => (entry.type === "user" ? [entry.parts] : []))
      const have = [...landed, ...after.session.queue]
      if (have.length === expected.length && have.every((parts, index) => parts === expected[index])) return null
      return JSON.stringify(have) === JSON.stringify(expected) ? null : `in transcript and queue: ${JSON.stringify(have)}, said: ${JSON.stringify(expected)}`
    }
  },
  {
    id: "20",
    words: "every tool call has its result, adjacent, in the same order",
    broken: (edge) => {
      const entries = withLastBefore(edge)
      const mayBeOpen = edge.after.name === "ProcessingResponse" || edge.after.name === "ExecutingTools"
      const wrong = entries.findIndex((entry, index) => !paired(entry, entries[index + 1], mayBeOpen && index === entries.length - 1))
      return wrong < 0 ? orphanComplaint(entries) : `calls ${callsOf(entries[wrong] as Entry).join()} are not followed by their results`
    }
  },
  {
    id: "20",
    words: "only requests that a provider accepts are sent",
    broken: ({ request }) => (request === null ? null : refusal(request))
  },
  {
    id: "rule 4",
    words: "what is queued enters the transcript before a request and before coming to rest; it begins a turn where the agent would rest",
    broken: ({ before, after, actions, event }) => {
      const leaves = actions.some((action) => action.type === "SendLlmRequest") && event.type !== "SessionResumed"
      if (leaves && after.session.queue.length > 0) return "a request leaves while words are queued"
      const settles = after.name === "WaitingForInput" && before.session.queue.length > 0
      return settles && !after.why.startsWith("budget-") ? `it rests as ${after.why}, with words that nobody answered` : null
    }
  }
]

/** The new entries, and the one before them whose results they may hold. */
const withLastBefore = ({ before, after }: Edge): readonly Entry[] => {
  const { length } = before.session.transcript
  const entries = newEntries(before, after)
  return length === 0 || length > after.session.transcript.length ? entries : [at(before.session.transcript, length - 1), ...entries]
}

const callsOf = (entry: Entry): readonly string[] =>
  entry.type === "assistant" ? entry.blocks.flatMap((block) => (block.type === "tool-call" ? [block.id] : [])) : []

const resultsOf = (entry: Entry | undefined): readonly string[] => (entry?.type === "results" ? entry.results.map(({ call }) => call) : [])

const paired = (entry: Entry, next: Entry | undefined, mayBeOpen: boolean): boolean => {
  const calls = callsOf(entry)
  return calls.length === 0 || mayBeOpen || calls.join() === resultsOf(next).join()
}

const orphanComplaint = (entries: readonly Entry[]): string | null => {
  const orphan = entries.findIndex((entry, index) => index > 0 && entry.type === "results" && callsOf(entries[index - 1] as Entry).length === 0)
  return orphan < 0 ? null : `results ${resultsOf(entries[orphan]).join()} stand without their calls`
}
