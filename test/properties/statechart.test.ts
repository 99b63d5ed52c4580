import fc from "fast-check"
import { expect, test } from "vitest"
import { transition } from "xstate"
import { triples } from "../../src/machine/chart.ts"
import { statechart } from "../../src/machine/statechart.ts"
import { longLoops, wideBatches } from "./exhaustive/scope.ts"
import { plans } from "./harness/arbitrary.ts"
import { machine } from "./harness/machine.ts"
import { play, settled } from "./harness/play.ts"
import { RUNS_FACTOR, SEED } from "./holds.ts"
import { concrete, openingPlace, restsAfter } from "./statechart/concrete.ts"
import { eventTypes, isEnabled, pathsThroughEveryCell, stateNames } from "./statechart/paths.ts"

/*
 * Law 32: the machine that XState runs and the reducer that we run are one: what one may do the other may, cell by cell.
 * That the reducer takes every cell in exhaustive play and no other is law 30, next door.
 */

test("law 32: the XState machine enables every (state, event, next) of the chart, and nothing else", () => {
  const enabled = stateNames.flatMap((from) => eventTypes.flatMap((type) => stateNames.filter((next) => isEnabled(from, { type, next })).map((next) => `${from} ${type} ${next}`)))
  expect(enabled.toSorted()).toEqual(triples().map((triple) => triple.join(" ")).toSorted())
})

const SESSIONS = 500

test("law 32: the XState machine follows every random session, event by event", () => {
  for (const plan of fc.sample(plans, { numRuns: SESSIONS * RUNS_FACTOR, seed: SEED })) {
    const { rows } = settled(machine, play(machine, plan, []), [])
    let snapshot = statechart.resolveState({ value: "WaitingForInput", context: {} })
    for (const { event, before, step } of rows) {
      if (before === null || step.outcome !== "ok") continue
      const heard = { type: event.type, next: step.state.name }
      if (!snapshot.can(heard)) throw new Error(`${event.type} leads from ${before.name} to ${step.state.name}, and the XState machine does not hear it`)
      snapshot = transition(statechart, snapshot, heard)[0]
      if (snapshot.value !== step.state.name) throw new Error(`${event.type} leads from ${before.name} to ${step.state.name}, in XState to ${String(snapshot.value)}`)
    }
  }
})

test("law 32: the paths that @xstate/graph finds, made concrete, reach every cell", { timeout: 120_000 }, () => {
  const places = [wideBatches("small"), longLoops("small")].flatMap((scope) => restsAfter(openingPlace(scope)))
  const cells = pathsThroughEveryCell()
  const reached = cells.filter(({ paths }) => concrete(paths, places) !== null)
  expect(cells.map(({ cell }) => cell).toSorted()).toEqual(triples().map((triple) => triple.join(" ")).toSorted())
  expect(reached).toEqual(cells)
})
