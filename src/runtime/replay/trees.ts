import type { Row } from "../event-log/line.ts"

/** A checkpoint of the workspace that the log names. */
export interface NamedTree {
  /** The object's name in the shadow repository, hex. */
  readonly tree: string
  /** The event from which on the files stood so. */
  readonly from: number
  /** Why it was taken, in words that follow "as they were". */
  readonly why: string
}

/**
 * All checkpoints that a log names, in the order in which the files stood so. The one taken before a batch of tools holds from
 * the beginning of the batch; the first of a turn from the beginning of the turn, for then it was begun.
 */
export const treesOf = (rows: readonly Row[]): readonly NamedTree[] => {
  const found: NamedTree[] = []
  let turn = { number: 0, from: 1 }
  let changed = false
  let batch: number | null = null
  const add = (tree: string | undefined, from: number, why: string): void => {
    if (tree !== undefined) found.push({ tree, from, why })
  }
  for (const { n, event, actions } of rows) {
    if (event.type === "ContextGathered") add(event.tree, n, `at the start of turn ${turn.number}`)
    if (event.type === "WorkspaceRestored") add(event.tree, n, "put back")
    // Another process took it up: what it found before its first batch is not how the turn or an earlier batch began.
    if (event.type === "SessionResumed") {
      changed = true
      batch = null
    }
    if (event.type === "PostToolsHookCompleted") {
      if (changed) add(event.before, batch ?? n, `before the tools of event ${batch ?? n}`)
      else add(event.before, turn.from, `at the start of turn ${turn.number}`)
      add(event.tree, n, `after the tools of event ${batch ?? n}`)
      changed = true
      batch = null
    }
    for (const action of actions) {
      if (action.type === "GatherContext") {
        turn = { number: action.turn, from: n }
        changed = false
        batch = null
      }
      if (action.type === "ExecuteTools" && action.calls.some((call) => call.changes)) batch ??= n
    }
  }
  return inOrder(found)
}

/** In the order in which the files stood so. */
export const inOrder = (trees: readonly NamedTree[]): readonly NamedTree[] => trees.toSorted((one, other) => one.from - other.from)

/** The newest checkpoint at or before event `n`; before the first one, the files are those of the first. `null` where the log names none. */
export const treeAt = (trees: readonly NamedTree[], n: number): NamedTree | null => trees.findLast(({ from }) => from <= n) ?? trees[0] ?? null
