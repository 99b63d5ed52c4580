import type { Row } from "../event-log/line.ts"

/** The turns of a log and the events that began them; one that a new process began again counts from there. */
export const turnsOf = (rows: readonly Row[]): readonly { readonly turn: number; readonly from: number }[] => {
  const fromByTurn = new Map<number, number>()
  for (const { n, actions } of rows) for (const action of actions) if (action.type === "GatherContext") fromByTurn.set(action.turn, n)
  return [...fromByTurn].map(([turn, from]) => ({ turn, from }))
}
