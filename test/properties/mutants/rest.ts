import { mutant, type Mutant } from "./mutant.ts"

const EXECUTING = "states/executing-tools.ts"
const CALLING = "states/calling-llm.ts"
const ERROR = "states/error.ts"
const DOWN = "states/shutting-down.ts"

/** Faults in shutting down and in starting again. */
export const restMutants: readonly Mutant[] = [
  mutant(
    "10",
    "wakes up when spoken to after shutting down",
    DOWN,
    "  SessionResumed: (state) =>",
    '  UserInput: (state) => wait(state.session, "opened"),\n  SessionResumed: (state) =>'
  ),
  mutant(
    "28",
    "runs a change again after a restart",
    EXECUTING,
    'changes ? { name: "done", result: unknownOutcome(call.id) } : { name: "held" }',
    '{ name: "held" }'
  ),
  mutant("28", "says that a change succeeded which nobody saw end", EXECUTING, 'resultOf(call, "unknown-outcome",', 'resultOf(call, "ok",'),
  mutant("28", "waits for a timer that died", ERROR, "if (state.retry === null) return stay(state)", "return stay(state)"),
  mutant("28", "begins the wait for a retry anew", ERROR, "retry: { ...state.retry, effect } }", "retry: { ...state.retry, effect, dueAt: state.retry.dueAt + 500 } }"),
  mutant("28", "forgets which attempt it was", CALLING, "newCall(effect, attempt, model, stage), streamed", "newCall(effect, 1, model, stage), streamed"),
  mutant("28", "waits for a model that died", CALLING, "SessionResumed: (state) => callAgain(state)", "SessionResumed: (state) => stay(state)"),
  mutant("28", "can not be opened again once shut down", DOWN, 'wait(state.session, isBrokenOff(state.session) ? "interrupted" : "opened")', "stay(state)"),
  mutant("sound", "forgets that a window that moved has a marker", "window.ts", "marker: { keepers, entries: to, text },", "marker: null,"),
  mutant(
    "total",
    "takes a rule's name for a member of Object",
    "policy/permission-rule.ts",
    "Object.hasOwn(SPELLINGS, name) ? (SPELLINGS[name] as string) : name)",
    "SPELLINGS[name] ?? name)"
  ),
  mutant("total", "hears an event named constructor", "step.ts", "Object.setPrototypeOf({ ...room }, null)", "({ ...room })"),
  mutant("23", "starts nothing where the limit is none", "policy/scheduling.ts", "(running === 0 || running < parallelMax)", "running < parallelMax")
]
