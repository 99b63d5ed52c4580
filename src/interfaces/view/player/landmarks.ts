import type { Row } from "../../../runtime/event-log/line.ts"

/** The events worth jumping to, each list in ascending order. */
export interface Landmarks {
  /** Where a turn begins. */
  readonly turns: readonly number[]
  /** Where a step begins: its first request leaves. */
  readonly steps: readonly number[]
  /** Where a tool starts or ends. */
  readonly tools: readonly number[]
  /** Where something failed. */
  readonly errors: readonly number[]
}

export type LandmarkName = keyof Landmarks

/** Found from events and actions alone, so that no state is needed. */
export const landmarksOf = (rows: readonly Row[]): Landmarks => {
  const turns: number[] = []
  const steps: number[] = []
  const tools: number[] = []
  const errors: number[] = []
  let turn = 0
  let step = 0
  for (const { n, event, actions } of rows) {
    let isTool = event.type === "ToolCompleted"
    let isError = hasFailed(event)
    for (const action of actions) {
      if (action.type === "GatherContext" && action.turn !== turn) {
        turns.push(n)
        turn = action.turn
        step = 0
      }
      // A retry is the same step once more.
      if (action.type === "SendLlmRequest" && action.step !== step) {
        steps.push(n)
        step = action.step
      }
      isTool ||= action.type === "ExecuteTools"
      isError ||= action.type === "DisplayError"
    }
    if (isTool) tools.push(n)
    if (isError) errors.push(n)
  }
  return { turns, steps, tools, errors }
}

const hasFailed = (event: Row["event"]): boolean => {
  switch (event.type) {
    case "LlmFailed":
      return true
    case "ToolCompleted":
      return event.status === "error"
    case "ContextOffloaded":
      return !event.ok
    case "ToolCallsVetted":
      return event.facts.some(({ invalid }) => invalid !== undefined)
    default:
      return false
  }
}

/** The next one after event `n`, or the last one before it; `null` where there is none. */
export const landmarkFrom = (marks: readonly number[], n: number, by: 1 | -1): number | null => {
  const index = by === 1 ? countUpTo(marks, n) : countUpTo(marks, n - 1) - 1
  return marks[index] ?? null
}

/** How many of them stand at or before event `n`. */
export const countUpTo = (marks: readonly number[], n: number): number => {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((marks[middle] as number) <= n) low = middle + 1
    else high = middle
  }
  return low
}
