import { describeState } from "../../../machine/describe.ts"
import type { Entry, Part, Session } from "../../../machine/session.ts"
import type { State } from "../../../machine/state.ts"
import { slice } from "../../../machine/vector.ts"
import { plural } from "../money.ts"

/** So many of the newest messages stand in a tree; the others are counted. */
const MESSAGES_MAX = 6

/**
 * A state as a person reads it: what a session was opened with, and messages long ago, only in numbers.
 * Two states are comparable where both begin with the same message, so the later one says where that is.
 */
export const stateTree = (state: State, firstMessage = firstMessageOf(state)): Readonly<Record<string, unknown>> => {
  const { session, ...own } = state
  return { is: describeState(state), ...own, session: sessionTree(session, firstMessage) }
}

export const firstMessageOf = ({ session }: State): number => Math.max(0, session.transcript.length - MESSAGES_MAX)

const sessionTree = (session: Session, firstMessage: number): Readonly<Record<string, unknown>> => {
  const { id, version: _, turn, step, opened, transcript, ...rest } = session
  return { turn, step, messages: messagesTree(session, firstMessage), ...rest, id, opened: openedTree(opened) }
}

const messagesTree = ({ transcript }: Session, first: number): Readonly<Record<string, unknown>> => ({
  ...(first > 0 ? { earlier: plural(Math.min(first, transcript.length), "message") } : {}),
  ...Object.fromEntries(slice(transcript, first).map((entry, index) => [`${first + index + 1} ${whoOf(entry)}`, textsOf(entry)]))
})

const whoOf = (entry: Entry): string => {
  switch (entry.type) {
    case "user":
      return "person"
    case "note":
      return `note of ${entry.source}`
    case "assistant":
      return entry.ended === "complete" ? "model" : `model, ${entry.ended}`
    case "results":
      return "tools"
  }
}

const textsOf = (entry: Entry): unknown => {
  switch (entry.type) {
    case "user":
      return partsText(entry.parts)
    case "note":
      return entry.text
    case "assistant":
      return entry.blocks.map((block) =>
        block.type === "tool-call"
          ? `${block.id} ${block.name} ${block.arguments}`
          : block.type === "thinking"
            ? `(thinking) ${block.text}`
            : block.text
      )
    case "results":
      return entry.results.map(({ call, status, parts }) => `${call} ${status}: ${partsText(parts)}`)
  }
}

const partsText = (parts: readonly Part[]): string =>
  parts.map((part) => (part.type === "text" ? part.text : `[image, ${part.bytes} bytes]`)).join("\n")

const openedTree = ({ system, tools, rules, roots }: Session["opened"]): Readonly<Record<string, unknown>> => ({
  system: plural(system.length, "character"),
  tools: tools.map(({ name }) => name).join(" "),
  rules: rules.map(({ decision, rule }) => `${decision} ${rule}`),
  roots
})
