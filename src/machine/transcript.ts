import { utf8Bytes } from "./bytes.ts"
import { isBlank } from "./request.ts"
import type { Block, Entry, EntryBody, Part, Session, ToolResult } from "./session.ts"
import { append, at } from "./vector.ts"

/** What an image weighs in the window, as if it were text of this length. */
const IMAGE_BYTES = 6000

/** Adds a closed message. The transcript only grows; the window grows with it. */
export const say = (session: Session, body: EntryBody): Session => {
  const entry: Entry = { ...body, turn: session.turn, bytes: bytesOf(body) }
  return {
    ...session,
    transcript: append(session.transcript, entry),
    window: { ...session.window, bytes: session.window.bytes + entry.bytes }
  }
}

/** Every queued message enters the transcript, in order: nothing a person wrote is ever lost. */
export const sayQueued = (session: Session): Session =>
  session.queue.length === 0
    ? session
    : session.queue.reduce<Session>((said, parts) => say(said, { type: "user", parts }), { ...session, queue: [] })

/** The session after the results of a batch; none is no entry. */
export const sayResults = (session: Session, results: readonly ToolResult[]): Session =>
  results.length === 0 ? session : say(session, { type: "results", results })

/** A result in which the machine itself says what became of a call. */
export const resultOf = (call: string, status: ToolResult["status"], text: string): ToolResult => ({
  call,
  status,
  parts: [{ type: "text", text }]
})

/** If the model spoke last, or nothing was said that a provider would accept as a question, a note asks it to go on. */
export const sayGoOn = (session: Session): Session =>
  speaksLast(session) === "user" ? session : say(session, { type: "note", source: "go-on", text: "go on" })

/** Who speaks last in the request; blank entries say nothing. */
const speaksLast = (session: Session): "user" | "assistant" | "nobody" => {
  for (let index = session.transcript.length - 1; index >= session.window.base; index--) {
    const entry = at(session.transcript, index)
    if (saysSomething(entry)) return entry.type === "assistant" ? "assistant" : "user"
  }
  return session.window.marker === null ? "nobody" : "user"
}

/** Whether a text of it is sure to be rendered whatever the model called; thinking alone is not. */
const saysSomething = (entry: EntryBody): boolean => {
  switch (entry.type) {
    case "user":
      return entry.parts.some((part) => part.type === "image" || !isBlank(part.text))
    case "note":
      return !isBlank(entry.text)
    case "assistant":
      return entry.blocks.some((block) => block.type === "tool-call" || block.type === "thinking" || !isBlank(block.text))
    case "results":
      return true
  }
}

const bytesOf = (body: EntryBody): number => {
  switch (body.type) {
    case "user":
      return partsBytes(body.parts)
    case "note":
      return utf8Bytes(body.text)
    case "assistant":
      return body.blocks.reduce((bytes, block) => bytes + blockBytes(block), 0)
    case "results":
      return body.results.reduce((bytes, result) => bytes + partsBytes(result.parts), 0)
  }
}

const partsBytes = (parts: readonly Part[]): number =>
  parts.reduce((bytes, part) => bytes + (part.type === "text" ? utf8Bytes(part.text) : IMAGE_BYTES), 0)

const blockBytes = (block: Block): number => {
  switch (block.type) {
    case "text":
      return utf8Bytes(block.text)
    case "thinking":
      return block.signature === null ? 0 : utf8Bytes(block.text) + utf8Bytes(block.signature)
    case "tool-call":
      return utf8Bytes(block.name) + utf8Bytes(block.arguments)
  }
}
