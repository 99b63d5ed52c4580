import type { Block, Entry, Part, ToolResult } from "../../machine/session.ts"
import type { KeptMessage } from "./keeper.ts"

/** The entries as messages that are kept, each under its number in the transcript. Nothing is cut; an image is named by its blob. */
export const messagesOf = (entries: readonly Entry[], from: number): readonly KeptMessage[] => {
  const asking = callsThatAsk(entries)
  return entries.map((entry, index) => ({
    number: from + index,
    speaker: speakerOf(entry),
    text: bodyOf(entry),
    words: wordsInArguments(entry),
    repeats: onlyRepeats(entry, asking)
  }))
}

/** The messages as one text, each under its number, so that a reader can say which one is meant. */
export const keeperText = (messages: readonly KeptMessage[]): string => messages.map(messageText).join("\n\n")

export const messageText = ({ number, speaker, text }: KeptMessage): string => `#${number} ${speaker}\n${text}`

/** What reads keepers only says again what others said, and asks for it. */
const REPEATING: ReadonlySet<string> = new Set(["context_search", "context_read"])

const callsThatAsk = (entries: readonly Entry[]): ReadonlySet<string> =>
  new Set(
    entries.flatMap((entry) =>
      (entry.type === "assistant" ? entry.blocks : []).flatMap((block) =>
        block.type === "tool-call" && REPEATING.has(block.name) ? [block.id] : []
      )
    )
  )

const onlyRepeats = (entry: Entry, asking: ReadonlySet<string>): boolean => {
  if (entry.type === "results") return entry.results.length > 0 && entry.results.every(({ call }) => asking.has(call))
  return entry.type === "assistant" && entry.blocks.length > 0 && entry.blocks.every((block) => block.type === "tool-call" && asking.has(block.id))
}

/** What arguments say where they write it with escapes: a search would not find the words. Empty where they are plain. */
const wordsInArguments = (entry: Entry): string =>
  entry.type !== "assistant"
    ? ""
    : entry.blocks
        .flatMap((block) => (block.type === "tool-call" && block.arguments.includes("\\") ? stringsIn(parsed(block.arguments)) : []))
        .join("\n")

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    // It is kept as it was written, and found by that.
    return null
  }
}

const stringsIn = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

const speakerOf = (entry: Entry): string => {
  switch (entry.type) {
    case "user":
      return "the person"
    case "note":
      return `note (${entry.source})`
    case "assistant":
      return `the agent (${entry.model}${entry.ended === "complete" ? "" : `, ${entry.ended}`})`
    case "results":
      return "results"
  }
}

const bodyOf = (entry: Entry): string => {
  switch (entry.type) {
    case "user":
      return partsText(entry.parts)
    case "note":
      return entry.text
    case "assistant":
      return entry.blocks.map(blockText).join("\n")
    case "results":
      return entry.results.map(resultText).join("\n")
  }
}

const partsText = (parts: readonly Part[]): string =>
  parts.map((part) => (part.type === "text" ? part.text : `[image ${part.mediaType}, blob ${part.blob}]`)).join("\n")

const blockText = (block: Block): string => {
  switch (block.type) {
    case "text":
      return block.text
    case "thinking":
      return block.redacted ? "[thinking, hidden]" : `[thinking] ${block.text}`
    case "tool-call":
      return `[${block.id} calls ${block.name}] ${block.arguments}`
  }
}

const resultText = ({ call, status, parts }: ToolResult): string => `[result of ${call}: ${status}]\n${partsText(parts)}`

/** Units: UTF-16 code units. */
const TOPIC_LENGTH_MAX = 80

/** What the entries are about, in a line: what the person asked first, else what was said first. */
export const topicOf = (entries: readonly Entry[]): string => {
  const asked = entries.find((entry) => entry.type === "user" && firstLine(bodyOf(entry)) !== "")
  const said = asked ?? entries.find((entry) => firstLine(bodyOf(entry)) !== "")
  const line = said === undefined ? "" : firstLine(bodyOf(said))
  return line.length > TOPIC_LENGTH_MAX ? `${line.slice(0, TOPIC_LENGTH_MAX - 1).toWellFormed().replace(/\uFFFD$/, "")}…` : line
}

const firstLine = (text: string): string => text.split("\n").find((line) => line.trim() !== "")?.trim() ?? ""
