import { mutant, type Mutant } from "../mutants/mutant.ts"
import { longLoops, wideBatches, type Scope } from "./scope.ts"

const CALLING = "states/calling-llm.ts"
const TOOLS = "states/executing-tools.ts"

/** A fault that needs several rare things in one order, and the scope that holds them. */
export interface RareMutant {
  readonly mutant: Mutant
  readonly scope: Scope
}

/**
 * Few random sessions meet these: with three seeds a random search needed 270 to 730, 510 to 2,000, 130 to 2,200 and 2,100 to more
 * than 4,000 sessions for them in this order, and did not find the last within 4,000.
 */
export const rareMutants: readonly RareMutant[] = [
  rare(
    longLoops("small"),
    "13",
    "tries once more than it may where the last attempt was too long",
    CALLING,
    '{ for: "overflow", to, counted: true }, state.call.attempt, [])',
    '{ for: "overflow", to, counted: true }, state.call.attempt === session.settings.limits.attemptsMax ? state.call.attempt + 1 : state.call.attempt, [])'
  ),
  rare(
    wideBatches("small"),
    "9",
    "cancels no more than two of the open questions and tools",
    TOOLS,
    'openEffects(state.executions).map((effect) => ({ type: "Cancel", effect }))',
    'openEffects(state.executions).slice(0, 2).map((effect) => ({ type: "Cancel", effect }))'
  ),
  rare(
    wideBatches("small"),
    "28",
    "runs a change again after a restart where a question was open behind it",
    TOOLS,
    'phase: changes ? { name: "done", result: unknownOutcome(call.id) } : { name: "held" }',
    'phase: changes && !state.executions.some((other) => other.phase.name === "awaiting-approval") ? { name: "done", result: unknownOutcome(call.id) } : { name: "held" }'
  ),
  rare(
    longLoops("small"),
    "27",
    "does not look at the budget when a person tries a step again whose window was too long",
    "transitions.ts",
    "refuse(session, count, before) ?? sendRequest(session, count, before)",
    "(count.counted && count.attempt === 1 && session.window.marker !== null ? null : refuse(session, count, before)) ?? sendRequest(session, count, before)"
  ),
  rare(
    longLoops("small"),
    "rule 8",
    "offloads a second time for a step that was too long, where it was retried between",
    CALLING,
    "takeEffect(sayQueued({ ...countUsage(told.session, told.call.usage), random }))",
    'takeEffect(sayQueued({ ...countUsage(told.session, told.call.usage), random, overflowedAt: "" }))'
  )
]

function rare(scope: Scope, ...parts: Parameters<typeof mutant>): RareMutant {
  return { scope, mutant: mutant(...parts) }
}
