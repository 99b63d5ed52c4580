import type { Heard } from "./heard.ts"

/** Parts of a log that may be left out together, by the numbers of their events. The first event opens the session and stays. */
export type Groups = (log: readonly Heard[]) => readonly (readonly number[])[]

/** From one rest to the next. */
export const turnsOf: Groups = (log) => split(log, ({ issued }) => issued.some(({ by }) => by === "GatherContext"))

/** From one request to the next: what is left out is all that led from a request to the one after it. */
export const stepsOf: Groups = (log) => split(log, (_, before) => before !== undefined && before.issued.some(({ by }) => by === "SendLlmRequest"))

/** Each call of the model: its pieces, its approval, what it printed and how it ended. */
export const callsOf: Groups = (log) => {
  const callByEffect = new Map(log.flatMap(({ issued }) => issued.map(({ effect, call }) => [effect, call] as const)))
  const eventsByCall = new Map<string, number[]>()
  let callByIndex = new Map<string, string>()
  for (const { row, call } of log) {
    const { event } = row
    if (event.type === "SessionResumed") callByIndex = new Map()
    if (event.type === "LlmToolCallDelta" && call !== null) callByIndex.set(`${event.effect}:${event.index}`, call)
    const about =
      event.type === "LlmToolCallDelta"
        ? callByIndex.get(`${event.effect}:${event.index}`)
        : "effect" in event
          ? callByEffect.get(event.effect)
          : undefined
    if (about !== undefined && about !== "") eventsByCall.set(about, [...(eventsByCall.get(about) ?? []), row.n])
  }
  return [...eventsByCall.values()]
}

export const eventsOf: Groups = (log) => log.slice(1).map(({ row }) => [row.n])

/** So many events that follow each other, wherever they begin; these parts overlap. */
export const neighboursOf =
  (count: number): Groups =>
  (log) =>
    log.slice(1, -count + 1).map(({ row }) => Array.from({ length: count }, (_, index) => row.n + index))

const split = (log: readonly Heard[], begins: (heard: Heard, before: Heard | undefined) => boolean): readonly (readonly number[])[] => {
  const groups: number[][] = [[]]
  for (const [index, heard] of log.entries()) {
    if (index === 0) continue
    if (begins(heard, log[index - 1])) groups.push([])
    groups[groups.length - 1]?.push(heard.row.n)
  }
  return groups
}
