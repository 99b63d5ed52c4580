import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { conversation, recorded, type Recorded } from "../../runtime/event-log/support/conversation.ts"

/** What wrote a log, where that matters. */
export const BUILD = "a build"

/** A few random sessions, always the same; `null` where fast-check is not installed. */
export const someSessions = async (count: number): Promise<readonly (readonly Recorded[])[] | null> => {
  try {
    return (await import("../../runtime/event-log/support/random-sessions.ts")).someSessions(count)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error
    return null
  }
}

export const open = (id: string) => EventLog.use((log) => log.open(id))

export const asRead = (rows: readonly Recorded[]) => rows.map(({ event, actions }, index) => ({ n: index + 1, event, actions }))

/** A session with an image, and with a result that was cut. It also has text that only looks like a name. */
export const naming = (image: string, output: string) =>
  recorded([
    conversation(1, 0)[0]!.event,
    { type: "UserInput", at: 1_700_000_000_001, parts: [{ type: "text", text: `"blob":"${"0".repeat(64)}"` }, { type: "image", mediaType: "image/png", blob: image, bytes: 5 }] },
    { type: "ToolCompleted", at: 1_700_000_000_002, effect: 99, status: "ok", parts: [], blob: output },
    { type: "ToolCompleted", at: 1_700_000_000_003, effect: 99, status: "ok", parts: [{ type: "image", mediaType: "image/png", blob: image, bytes: 5 }] }
  ])

/** The same session under another name. */
export const renamed = (rows: readonly Recorded[], id: string) => ({
  id,
  rows: rows.map((row, index) => ({
    ...row,
    event: index === 0 && row.event.type === "SessionOpened" ? { ...row.event, session: id } : row.event,
    state: { ...row.state, session: { ...row.state.session, id } }
  }))
})
