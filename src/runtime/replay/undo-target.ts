import type { Row } from "../event-log/line.ts"

/** One batch of tools that may have changed files. */
export interface Batch {
  /** The event that started it. */
  readonly n: number
  readonly turn: number
  /** The checkpoint it began with; `null` where the log names none and the one of its turn has to do. */
  readonly before: string | null
  /** The next checkpoint; `null` where it was broken off and none was taken since. */
  readonly after: string | null
  /** Whether nobody else can have been at the files between the two: not so where it was broken off, or its process ended. */
  readonly isCertain: boolean
  /** The auto-commit that followed it. */
  readonly commit: string | null
}

/** An undo that is in the log and can itself be taken back. */
export interface Undo {
  readonly n: number
  readonly before: string
  readonly tree: string
  readonly batches: readonly Batch[]
}

/** What a log says of the changes of its agent. */
export interface Changes {
  /** Those that stand, oldest first. */
  readonly standing: readonly Batch[]
  /** The newest undo, where nothing was changed after it. */
  readonly undo: Undo | null
  /** The event after which nothing here changed any more: an undo that was broken off is known by it. */
  readonly since: number
}

/** Reads a log for what can be taken back. What was undone stands no longer; what was redone stands again. */
export const changesOf = (rows: readonly Row[]): Changes => {
  let standing: readonly Batch[] = []
  let undos: readonly Undo[] = []
  let open = null as Pick<Batch, "n" | "turn" | "isCertain"> | null
  let tree: string | null = null
  let turn = 0
  let since = 0
  const close = (ended: Pick<Batch, "before" | "after" | "commit">): void => {
    if (open === null) return
    standing = [...boundedBy(standing, ended.before), { ...open, ...ended, isCertain: open.isCertain && ended.after !== null }]
    undos = []
    since = open.n
    open = null
  }
  const breakOff = (): void => close({ before: tree, after: null, commit: null })
  for (const { n, event, actions } of rows) {
    if (event.type === "PostToolsHookCompleted") {
      close({ before: event.before ?? tree, after: event.tree ?? null, commit: event.commit ?? null })
      tree = event.tree ?? null
    }
    // What the ended process left open was looked at only now: a person may have been at the files meanwhile.
    if (event.type === "SessionResumed" && open !== null) open = { ...open, isCertain: false }
    if (event.type === "ContextGathered") tree = event.tree ?? null
    if (event.type === "WorkspaceRestored") {
      breakOff()
      tree = event.tree
      since = n
      const { before, undone, redone } = event
      const batches = standing.filter((batch) => undone?.includes(batch.n))
      if (batches.length > 0 && before !== undefined) undos = [...undos, { n, before, tree: event.tree, batches }]
      standing = standing.filter((batch) => !batches.includes(batch))
      const back = undos.find((undo) => undo.n === redone)
      if (back !== undefined) {
        standing = [...standing, ...back.batches]
        undos = undos.filter((undo) => undo !== back)
      }
    }
    for (const action of actions) {
      if (action.type === "GatherContext") {
        breakOff()
        turn = action.turn
        tree = null
      }
      if (action.type === "ExecuteTools" && open === null && action.calls.some((call) => call.changes)) open = { n, turn, isCertain: true }
    }
  }
  breakOff()
  return { standing, undo: undos.at(-1) ?? null, since }
}

/** A batch that was broken off ended before the next one began. */
const boundedBy = (batches: readonly Batch[], next: string | null): readonly Batch[] => {
  const last = batches.at(-1)
  return last === undefined || last.after !== null ? batches : [...batches.slice(0, -1), { ...last, after: next }]
}

/** The batches that an undo of the last step, or of the last turn, takes back, oldest first; those that changed no file do not count. */
export const lastOf = (standing: readonly Batch[], what: "step" | "turn"): readonly Batch[] => {
  const changing = standing.filter(({ before, after, isCertain }) => !isCertain || before === null || before !== after)
  const newest = changing.at(-1)
  if (newest === undefined) return []
  return what === "step" ? [newest] : changing.filter(({ turn }) => turn === newest.turn)
}
