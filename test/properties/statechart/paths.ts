import { adjacencyMapToArray, getAdjacencyMap, getShortestPaths } from "@xstate/graph"
import { transition } from "xstate"
import { chart } from "../../../src/machine/chart.ts"
import type { EventType } from "../../../src/machine/event.ts"
import type { StateName } from "../../../src/machine/state.ts"
import { statechart, type ChartEvent } from "../../../src/machine/statechart.ts"

/** One step through the chart: what was heard, and which state followed. */
export interface ChartStep {
  readonly type: EventType
  readonly next: StateName
}

export const stateNames = Object.keys(statechart.states) as readonly StateName[]
export const eventTypes = Object.keys(chart) as readonly EventType[]

/** Whether the XState machine, in a state, lets an event lead to another. */
export const isEnabled = (from: StateName, { type, next }: ChartStep): boolean => {
  const snapshot = statechart.resolveState({ value: from, context: {} })
  return snapshot.can({ type, next }) && transition(statechart, snapshot, { type, next })[0].value === next
}

export type ChartPath = readonly ChartStep[]

/** A cell of the XState machine, and the shortest ways through it: one for each way into its state. */
export interface CellPaths {
  readonly cell: string
  readonly paths: readonly ChartPath[]
}

/** What `@xstate/graph` finds in the XState machine when it may choose freely where the chart leaves a choice. */
export const pathsThroughEveryCell = (): readonly CellPaths[] => {
  const events: ChartEvent[] = eventTypes.flatMap((type) => stateNames.map((next) => ({ type, next })))
  const shortest = new Map(
    getShortestPaths(statechart, { events }).map(({ state, steps }) => [
      state.value as StateName,
      steps.slice(1).map(({ event, state: after }): ChartStep => ({ type: event.type, next: after.value as StateName }))
    ])
  )
  const cells = adjacencyMapToArray(getAdjacencyMap(statechart, { events })).flatMap(({ state, event, nextState }) => {
    const [from, step] = [state.value as StateName, { type: event.type, next: nextState.value as StateName }]
    return event.next === step.next && isEnabled(from, step) ? [{ from, step }] : []
  })
  const waysTo = (name: StateName): readonly ChartPath[] => [
    ...(name === "WaitingForInput" ? [[]] : []),
    ...cells.flatMap(({ from, step }) => (step.next === name && from !== name ? [[...(shortest.get(from) ?? []), step]] : []))
  ]
  return cells.map(({ from, step }) => ({ cell: `${from} ${step.type} ${step.next}`, paths: waysTo(from).map((way) => [...way, step]) }))
}
