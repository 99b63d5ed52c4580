import { mutant, type Mutant } from "./mutant.ts"

const HOOK = "states/post-tools-hook.ts"
const CALLING = "states/calling-llm.ts"
const ERROR = "states/error.ts"

/** Faults in effect numbers, and in what is heard. */
export const effectMutants: readonly Mutant[] = [
  mutant(
    "5",
    "uses a number again",
    CALLING,
    "const { effect, session: next } = takeEffect(session)",
    "const { effect, session: next } = { effect: session.effect, session }"
  ),
  mutant(
    "5",
    "gives numbers to tools from the last to the first",
    "batch.ts",
    "return { session: now, executions: next, calls }",
    "return { session: now, executions: next, calls: calls.toReversed() }"
  ),
  mutant(
    "6",
    "takes an answer of another kind",
    "states/executing-tools.ts",
    "execution.phase.name === phase && execution.phase.effect === effect",
    '"effect" in execution.phase && execution.phase.effect === effect'
  ),
  mutant(
    "6",
    "takes the deltas of an answer that is over",
    CALLING,
    "state.call.effect === effect && state.call.stage.name",
    "state.call.stage.name"
  ),
  mutant(
    "6",
    "takes a late answer of a hook",
    HOOK,
    "isLate(event, state.effect) ? inert(state, event) : completed(state, event)",
    "completed(state, event)"
  ),
  mutant(
    "6",
    "takes a timer that was cancelled",
    ERROR,
    "state.retry === null || event.effect !== state.retry.effect",
    "state.retry === null"
  ),
  mutant(
    "7",
    "builds a new state for what it ignores",
    "states/shared.ts",
    "state.session.queue.length === 0\n    ? inert(state, event)",
    "state.session.queue.length === 0\n    ? { ...inert(state, event), state: { ...state } }"
  ),
  mutant(
    "7",
    "tells a person that something was ignored",
    "states/waiting-for-input.ts",
    "inert(state, event) : beginTurn",
    '{ ...inert(state, event), actions: [{ type: "DisplayMessage", text: "no" }] } : beginTurn'
  ),
  mutant(
    "8",
    "does not hear that a request started once words came",
    CALLING,
    "if (!isStreaming(state, event.effect)) return inert(state, event)",
    "if (!isStreaming(state, event.effect) || state.call.open !== null) return inert(state, event)"
  ),
  mutant(
    "8",
    "hears nothing of a tool that prints",
    "states/executing-tools.ts",
    'indexOf(state, "running", event.effect) < 0 ? inert(state, event) : stay(state)',
    "inert(state, event)"
  ),
  mutant(
    "9",
    "does not cancel the hook when interrupted",
    HOOK,
    'settle(state.session, "interrupted", [{ type: "Cancel", effect: state.effect }])',
    'settle(state.session, "interrupted", [])'
  ),
  mutant(
    "9",
    "does not cancel the timer when a person writes",
    ERROR,
    "beginTurnWith(state.session, event.parts, cancelRetry(state))",
    "beginTurnWith(state.session, event.parts, [])"
  ),
  mutant(
    "9",
    "cancels running tools but not open questions",
    "batch.ts",
    'phase.name === "running" || phase.name === "awaiting-approval" ? [phase.effect]',
    'phase.name === "running" ? [phase.effect]'
  ),
  mutant("11", "cancels the timer that fired", ERROR, "state.retry.attempt + 1, [])", "state.retry.attempt + 1, cancelRetry(state))"),
  mutant(
    "11",
    "cancels every tool twice",
    "states/executing-tools.ts",
    'openEffects(state.executions).map((effect) => ({ type: "Cancel", effect }))',
    'openEffects(state.executions).flatMap((effect) => [{ type: "Cancel", effect }, { type: "Cancel", effect }])'
  ),
  mutant(
    "15",
    "asks the model while an interrupted answer still streams",
    CALLING,
    'settle(keepPartial(state, "interrupted"), "interrupted", [{ type: "Cancel", effect: state.call.effect }])',
    'settle(keepPartial(state, "interrupted"), "interrupted", [])'
  ),
  mutant(
    "30",
    "goes on when interrupted in Error",
    ERROR,
    'wait(state.session, "interrupted", cancelRetry(state))',
    "tryAgain(state.session, 1, cancelRetry(state))"
  ),
  mutant(
    "30",
    "does not hear a wish it cannot fulfil",
    "states/waiting-for-input.ts",
    'go(state, [{ type: "DisplayMessage", text: "nothing to offload: the window holds no closed turn or step but the last" }])',
    '({ ...go(state, []), outcome: "ignored" })'
  ),
  mutant(
    "actions",
    "cancels last",
    "outcome.ts",
    '  ...actions.filter((action): action is Cancel => action.type === "Cancel"),\n  ...actions.filter(startsWork).sort((a, b) => firstEffect(a) - firstEffect(b)),',
    '  ...actions.filter(startsWork).sort((a, b) => firstEffect(a) - firstEffect(b)),\n  ...actions.filter((action): action is Cancel => action.type === "Cancel"),'
  ),
  mutant(
    "actions",
    "says something at every delta",
    CALLING,
    "stay(addText(state, event))",
    'go(addText(state, event), [{ type: "DisplayMessage", text: "…" }])'
  )
]
