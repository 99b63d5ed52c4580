import type { ActionOf } from "../../../machine/action.ts"
import { steadyChangeId } from "../change-id.ts"
import type { BirthLink, NodeChange, NodeWish } from "../wish.ts"
import { batchTitle, filesOf } from "./batch-words.ts"
import type { Heard } from "./heard.ts"

/** What is to be written of what was heard. Each can be done twice: the second time it changes nothing. */
export type Job =
  | { readonly type: "add"; readonly wish: NodeWish & { readonly id: string }; readonly links: readonly BirthLink[] }
  | { readonly type: "update"; readonly id: string; readonly change: NodeChange }

/** What the nodes of one session hang on now. */
export interface Seat {
  /** The goal of the turn; for a session that a call began, the action that stands for it. */
  readonly goal: string | null
  /** The newest batch of tools, for the commit that may come of it. */
  readonly batch: string | null
}

export type SeatsBySession = ReadonlyMap<string, Seat>

const NOBODY: Seat = { goal: null, batch: null }

/** The nodes that an event gives, each under an id that follows from session, event and kind; a function of what was heard. */
export const jobsOf = (seats: SeatsBySession, heard: Heard): { readonly seats: SeatsBySession; readonly jobs: readonly Job[] } => {
  let now = seats
  const jobs: Job[] = []
  const { event, session } = heard
  const { batch } = now.get(session) ?? NOBODY
  if (event.type === "PostToolsHookCompleted" && event.commit !== undefined && batch !== null)
    jobs.push({ type: "update", id: batch, change: { commit: event.commit } })
  for (const action of heard.actions) {
    if (action.type !== "RecordDecision") continue
    const job = jobOf(now, heard, action)
    jobs.push(job)
    const seat = now.get(session) ?? NOBODY
    if (action.kind === "goal") now = new Map(now).set(session, { ...seat, goal: job.wish.id })
    if (action.kind === "action") now = new Map(now).set(session, { ...seat, batch: job.wish.id })
  }
  return { seats: now, jobs }
}

type Add = Extract<Job, { readonly type: "add" }>

const jobOf = (seats: SeatsBySession, heard: Heard, action: ActionOf<"RecordDecision">): Add => {
  const { session, child, n, event: { at } } = heard
  const id = steadyChangeId(at, session, n, action.kind)
  const begins = action.kind === "goal"
  const parent = seats.get(begins && child !== null ? child.of : session)?.goal ?? null
  const links: readonly BirthLink[] = parent === null || (begins && child === null) ? [] : [{ from: parent, type: "leads_to" }]
  return {
    type: "add",
    wish: { id, kind: begins && child !== null ? "action" : action.kind, origin: "auto", session, event: n, at, ...wordsOf(heard, action) },
    links
  }
}

const TITLE_LENGTH_MAX = 200
const DESCRIPTION_LENGTH_MAX = 2_000

type Words = Pick<NodeWish, "title" | "description" | "files" | "keeper">

const wordsOf = ({ child, event, root, top, actions }: Heard, { kind, title }: ActionOf<"RecordDecision">): Words => {
  const prefix = child === null ? "" : `${child.kind}: `
  switch (kind) {
    case "goal":
      return { title: titled(`${prefix}${title}`), description: event.type === "UserInput" ? moreThan(title, textIn(event.parts)) : "" }
    case "action": {
      const completed = actions.flatMap((action) => (action.type === "RunPostToolsHook" ? action.completed : []))
      return { title: titled(`${prefix}${completed.length === 0 ? title : batchTitle(completed, root)}`), files: filesOf(completed, root, top) }
    }
    case "observation":
      return { title: titled(`${prefix}${title}`), keeper: event.type === "ContextOffloaded" ? (event.keeper ?? null) : null }
    case "outcome":
      return { title: titled(`${prefix}${title}`) }
  }
}

/** What a node says on its line; words that are none have a line, too. */
const titled = (words: string): string => {
  const line = words.replaceAll(/\s+/g, " ").trim()
  return line === "" ? "(no words)" : line.length > TITLE_LENGTH_MAX ? `${line.slice(0, TITLE_LENGTH_MAX - 1)}…` : line
}

/** The whole of what was said, where the title does not hold it. */
const moreThan = (title: string, text: string): string => (text.trim() === title ? "" : text.trim().slice(0, DESCRIPTION_LENGTH_MAX))

const textIn = (parts: readonly { readonly type: string; readonly text?: string }[]): string =>
  parts.flatMap(({ text }) => (text === undefined ? [] : [text])).join("\n")
