import { mutant, type Mutant } from "./mutant.ts"

const RETRY = "policy/retry.ts"
const ERROR = "states/error.ts"
const BUDGET = "policy/budget.ts"
const CALLING = "states/calling-llm.ts"

/** Faults in retries, budgets and counting. */
export const retryMutants: readonly Mutant[] = [
  mutant("12", "does not wait as long as the provider asks", RETRY, "Math.max(Math.ceil(retryAfterMs), half", "Math.max(0, half"),
  mutant("12", "waits less than half of the backoff", RETRY, "half + (next.value % (half + 1))", "next.value % (half + 1)"),
  mutant("12", "quadruples the backoff", RETRY, "2 ** (attempt - 1)", "4 ** (attempt - 1)"),
  mutant(
    "12",
    "waits for another moment than it tells the timer",
    CALLING,
    "session, error, retry: { effect, attempt, dueAt } }",
    "session, error, retry: { effect, attempt, dueAt: dueAt + 1 } }"
  ),
  mutant(
    "27",
    "does not ask about the budget again when gathering told what was used",
    "transitions.ts",
    '(behaves(session, "awaited-usage-counts") ? refuse(session, { ...count, counted: true }, before) : null) ?? sendRequest',
    "sendRequest"
  ),
  mutant("13", "retries without bounds", RETRY, " && attempt < attemptsMax", ""),
  mutant("13", "retries what can not pass", RETRY, '(kind === "transient" || kind === "rate-limited")', 'kind !== "overflow"'),
  mutant("13", "does not count attempts", ERROR, "state.retry.attempt + 1, [])", "state.retry.attempt, [])"),
  mutant("13", "gives up one attempt early", RETRY, "attempt < attemptsMax", "attempt < attemptsMax - 1"),
  mutant(
    "18",
    "counts a retry as a step",
    "transitions.ts",
    "counted ? taken : { ...taken, step: taken.step + 1 }",
    "{ ...taken, step: taken.step + 1 }"
  ),
  mutant(
    "18",
    "takes one step more than may be",
    BUDGET,
    "session.step >= session.settings.limits.stepsMax",
    "session.step > session.settings.limits.stepsMax"
  ),
  mutant(
    "18",
    "refuses a retry for the steps of its turn",
    "transitions.ts",
    "enterCall(session, { attempt, counted: true }, before)",
    "enterCall(session, { attempt, counted: false }, before)"
  ),
  mutant(
    "18",
    "refuses queued words for the steps of the turn before",
    "transitions.ts",
    "stepsSpent(session) && session.queue.length > 0 ?",
    "false ?"
  ),
  mutant("18", "does not begin to count anew in a new turn", "transitions.ts", "turn: session.turn + 1, step: 0", "turn: session.turn + 1"),
  mutant(
    "27",
    "forgets what a tool used",
    "states/executing-tools.ts",
    'return advance(countUsage(state.session, event.usage), withPhase(state.executions, index, { name: "done", result }), [])',
    'return advance(state.session, withPhase(state.executions, index, { name: "done", result }), [])'
  ),
  mutant(
    "27",
    "takes an unknown price for none",
    BUDGET,
    'unpriced: total.unpriced + (used.cost === "unknown" ? 1 : 0)',
    "unpriced: total.unpriced"
  ),
  mutant(
    "27",
    "forgets what an interrupted answer used so far",
    "answer.ts",
    "const session = countUsage(state.session, state.call.usage)\n  const blocks",
    "const session = state.session\n  const blocks"
  ),
  mutant(
    "27",
    "counts usage so far and usage at the end",
    CALLING,
    "const session = countUsage(state.session, usage)",
    "const session = countUsage(countUsage(state.session, state.call.usage), usage)"
  ),
  mutant("27", "goes one call past its tokens", BUDGET, "tokensUsed(session.usage) >= tokensMax", "tokensUsed(session.usage) > tokensMax"),
  mutant("27", "goes one call past its money", BUDGET, "session.usage.cost >= costMax", "session.usage.cost > costMax"),
  mutant("27", "spends money at a price nobody knows", BUDGET, "modelFacts(session, model)?.priced !== true", "false"),
  mutant("27", "forgets that an earlier answer had no price", BUDGET, "session.usage.unpriced > 0", "false"),
  mutant("27", "stops at half of its tokens", BUDGET, "tokensUsed(session.usage) >= tokensMax", "tokensUsed(session.usage) >= tokensMax / 2"),
  mutant("rule 5", "never goes on from rest", "states/waiting-for-input.ts", "AT_REST.includes(state.why) ||", "true ||"),
  mutant("rule 5", "goes on from a refusal", "states/waiting-for-input.ts", '["opened", "completed", "refused"]', '["opened", "completed"]'),
  mutant("rule 5", "waits and tells nobody", "transitions.ts", '    { type: "WaitForInput", why }\n', "")
]
