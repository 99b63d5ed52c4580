import type { Block, Entry, Session, ToolCall, ToolResult } from "../../machine/session.ts"
import { slice } from "../../machine/vector.ts"
import { personLines } from "./narrate.ts"
import { fitted, span, whole, wholeLines, type Shown } from "./shown.ts"
import { endedLines } from "./tool-lines.ts"
import { harmless } from "./visible.ts"

/** A whole conversation in readable form: who said what, and what came of each call. */
export const conversation = (session: Session): readonly Shown[] => entriesShown(slice(session.transcript))

/** A part of it; a call and its result stand next to each other. */
export const entriesShown = (entries: readonly Entry[]): readonly Shown[] => entries.flatMap((entry, index) => entryShown(entry, entries[index + 1]))

const entryShown = (entry: Entry, next: Entry | undefined): readonly Shown[] => {
  switch (entry.type) {
    case "user":
      return [whole(), ...personLines(entry.parts)]
    case "note":
      // What is gathered for each turn is for the model; `loom replay` tells it.
      return entry.source === "context" ? [] : wholeLines("dim", harmless(`[${entry.source}] ${entry.text}`))
    case "assistant":
      return [...entry.blocks.flatMap((block) => blockShown(block, next)), ...endShown(entry.ended)]
    case "results":
      return []
  }
}

const blockShown = (block: Block, next: Entry | undefined): readonly Shown[] => {
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? [] : wholeLines("plain", harmless(block.text.trim()))
    case "thinking":
      return block.text.trim() === "" ? [] : wholeLines("dim", harmless(block.text.trim()))
    case "tool-call":
      return callShown(block, next)
  }
}

const callShown = (call: ToolCall, next: Entry | undefined): readonly Shown[] => {
  const results: readonly ToolResult[] = next?.type === "results" ? next.results : []
  const result = results.find((candidate) => candidate.call === call.id)
  return endedLines(call, result?.status ?? "not-started", result?.parts ?? [], null)
}

const endShown = (ended: Extract<Entry, { type: "assistant" }>["ended"]): readonly Shown[] =>
  ended === "complete" ? [] : [fitted(span("notice", `[${ended === "max-tokens" ? "cut short" : ended}]`))]

/** The words of the newest answer, as the model meant them for the person; empty where it only called tools. */
export const lastAnswer = (session: Session): string => {
  const entries = slice(session.transcript)
  const last = entries.findLast((entry) => entry.type === "assistant" || entry.type === "user")
  if (last?.type !== "assistant") return ""
  return last.blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("")
}
