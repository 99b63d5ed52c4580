import type { AnswerEvent } from "../../../src/machine/event.ts"
import { ANSWERS } from "../harness/effects.ts"
import type { Machine } from "../harness/machine.ts"
import type { Situation } from "./search.ts"

/** An answer of every kind, that says as little as it can. */
const answers = (at: number, effect: number): readonly AnswerEvent[] => [
  { type: "ApprovalAnswered", at, effect, answer: "once" },
  { type: "LlmStarted", at, effect, hash: "h" },
  { type: "LlmTextDelta", at, effect, text: "stray" },
  { type: "LlmThinkingDelta", at, effect, text: "stray" },
  { type: "LlmToolCallDelta", at, effect, index: 0, arguments: "" },
  { type: "LlmCompleted", at, effect, stop: "end" },
  { type: "LlmFailed", at, effect, failure: "transient", message: "stray" },
  { type: "ToolCallsVetted", at, effect, facts: [] },
  { type: "ToolProgress", at, effect, stream: "stdout", text: "stray" },
  { type: "ToolCompleted", at, effect, status: "ok", parts: [] },
  { type: "PostToolsHookCompleted", at, effect, goOn: true },
  { type: "RetryTimeoutFired", at, effect },
  { type: "ContextGathered", at, effect, fragments: [] },
  { type: "ContextOffloaded", at, effect, ok: true, keeper: "stray" },
  { type: "ShutdownCompleted", at, effect }
]

/**
 * Whether an answer that nobody waits for did anything: of every kind, to a number never given, to the newest ones,
 * and of the wrong kind to one that is open. `null` where all were without effect.
 */
export const strayComplaint = ({ state, shadow }: Situation, machine: Machine): string | null => {
  const newest = state.session.effect
  for (const effect of [newest + 1, newest, newest - 1, newest - 2]) {
    const open = shadow.open.find((candidate) => candidate.effect === effect)
    for (const answer of answers(0, effect)) {
      if (open !== undefined && ANSWERS[open.by].includes(answer.type)) continue
      const step = machine.step(state, answer)
      if (step.state === state && step.actions.length === 0 && step.outcome === "stale") continue
      return `law 6, stale answers are inert: ${answer.type} to ${open === undefined ? "nothing" : open.by} was heard in ${state.name}`
    }
  }
  return null
}
