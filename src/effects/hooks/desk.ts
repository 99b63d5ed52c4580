import type { State } from "../../machine/state.ts"
import type { Hook, HookEvent } from "./hook.ts"

/** What is remembered of one session's hooks while the process lives. */
export interface HookDesk {
  readonly hooks: readonly Hook[]
  readonly root: string
  readonly session: string
  /** Why the session starts; `null` once that was told. */
  readonly takeStart: () => "startup" | "resume" | null
  readonly beginTurn: () => void
  /** Whether one was under way: a session that is only taken up at rest ends none. */
  readonly endTurn: () => boolean
  /** Keeps what no event can hold now for the next that can. */
  readonly keep: (kept: Partial<Kept>) => void
  readonly takeKept: () => Kept
  /** Those that were not told before, in this session. */
  readonly news: (failures: readonly string[]) => readonly string[]
  /** Runs that nobody waits for, until they are done. */
  readonly running: Set<Promise<void>>
}

export interface Kept {
  /** For the model. */
  readonly context: readonly string[]
  /** For the person. */
  readonly reports: readonly string[]
}

const NOTHING: Kept = { context: [], reports: [] }

/** `null` where there are no hooks: then nothing of this room is loaded. */
export const hookDesk = (hooks: readonly Hook[], { name, session: { id, opened } }: State, started: "startup" | "resume"): HookDesk | null => {
  if (hooks.length === 0) return null
  let start: "startup" | "resume" | null = started
  let inTurn = name !== "WaitingForInput" && name !== "ShuttingDown"
  let kept = NOTHING
  const told = new Set<string>()
  return {
    hooks,
    root: opened.roots[0] ?? "/",
    session: id,
    takeStart: () => {
      const why = start
      start = null
      return why
    },
    beginTurn: () => void (inTurn = true),
    endTurn: () => {
      const ended = inTurn
      inTurn = false
      return ended
    },
    keep: ({ context = [], reports = [] }) => void (kept = { context: [...kept.context, ...context], reports: [...kept.reports, ...reports] }),
    takeKept: () => {
      const taken = kept
      kept = NOTHING
      return taken
    },
    news: (failures) => failures.filter((failure) => !told.has(failure) && told.add(failure)),
    running: new Set()
  }
}

export const hasHook = ({ hooks }: HookDesk, event: HookEvent): boolean => hooks.some((hook) => hook.event === event)
