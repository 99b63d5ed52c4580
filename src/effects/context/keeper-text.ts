import type { Block, Entry, Part, ToolResult } from "../../machine/session.ts"

/**
 * The full text of entries that left the window, each under its number in the transcript, so that a reader can say which
 * one is meant. Nothing is cut; an image is named by its blob.
 */
export const keeperText = (entries: readonly Entry[], from: number): string =>
  entries.map((entry, index) => `#${from + index} ${speakerOf(entry)}\n${bodyOf(entry)}`).join("\n\n")

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
