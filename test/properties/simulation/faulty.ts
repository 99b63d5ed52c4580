import { fault, mutatedModule } from "../../support/mutated-module.ts"
import type { Mutant } from "../mutants/mutant.ts"
import type { campaign } from "./campaign.ts"
import type { simulate } from "./simulate.ts"

const mutant = (law: string, ...told: Parameters<typeof fault>): Mutant => ({ law, ...fault(...told) })

/** Faults of the runtime and its rooms that a simulation must find. `law`: how its complaint begins. */
export const runtimeMutants: readonly Mutant[] = [
  mutant(
    "write-ahead",
    "starts a change before its cause is durable",
    "runtime/session.ts",
    "if (works.some((work) => work.changes)) yield* journal.durable",
    ""
  ),
  mutant(
    "28: what is acknowledged",
    "takes a person's words before they are durable",
    "runtime/session.ts",
    "if (taken !== undefined || comesToRest(before, recorded.step.state))",
    "if (comesToRest(before, recorded.step.state))"
  ),
  mutant(
    "28: what is acknowledged",
    "reports a turn as ended before that is durable",
    "runtime/session.ts",
    "if (taken !== undefined || comesToRest(before, recorded.step.state))",
    "if (taken !== undefined)"
  ),
  mutant(
    "28: what is acknowledged",
    "acknowledges before it has written",
    "runtime/event-log/journal.ts",
    "return written.upTo() >= wanted ? Effect.void : flushed(() => written.upTo() >= wanted)",
    "return wanted >= 0 ? Effect.forkDetach(flushed(() => written.upTo() >= wanted)) : Effect.void"
  ),
  mutant("rule 3", "does not end what it cancels", "runtime/session.ts", "if (ended.length > 0) yield* cancel(ended)", ""),
  mutant(
    "rule 3",
    "does not wait until what it cancels has ended",
    "runtime/session.ts",
    "if (ended.length > 0) yield* cancel(ended)",
    "if (ended.length > 0) yield* Effect.forkDetach(cancel(ended))"
  ),
  mutant(
    "log",
    "writes into its log what it did not tell",
    "runtime/session.ts",
    "for (const listener of listeners) listener(recorded)",
    'if (recorded.event.type !== "LlmStarted") for (const listener of listeners) listener(recorded)'
  ),
  mutant(
    "6",
    "takes the words of an answer that was cancelled",
    "machine/states/calling-llm.ts",
    "state.call.effect === effect && state.call.stage.name",
    "state.call.stage.name"
  ),
  mutant("12", "tries again at once", "effects/timer.ts", "Math.max(0, dueAt - now)", "0"),
  mutant("LLM", "waits for ever for a model that says nothing", "effects/llm/watchdog.ts", "abort.abort(IDLE)", "void IDLE"),
  mutant(
    "24",
    "loses the end of a frame",
    "effects/llm/frames.ts",
    "    if (merged === null) {\n      flush()\n      waiting()",
    "    if (merged === null) {\n      waiting()"
  ),
  mutant(
    "rule 6",
    "takes an answer that ends early for a whole one",
    "effects/llm/exchange.ts",
    'fail(transient(request, "the stream ended before the answer was whole"))',
    'on({ type: "LlmCompleted", stop: "end" })'
  ),
  mutant(
    "23",
    "loses the answer of a tool that fails",
    "effects/tools/runner.ts",
    '  frames.end()\n  emit({ type: "ToolCompleted"',
    '  frames.end()\n  if (outcome.status === "ok") emit({ type: "ToolCompleted"'
  ),
  mutant(
    "23",
    "forgets what a process that died had asked the model",
    "runtime/sessions.ts",
    '[session.say({ type: "SessionResumed" }), session.say(settings)]',
    "[session.say(settings)]"
  )
]

/** The simulator over another runtime. */
export interface Simulator {
  readonly campaign: typeof campaign
  readonly simulate: typeof simulate
}

/** The simulator over a runtime with the fault in it. Errors: rejects where the text to replace is not found exactly once. */
export const simulatorWith = ({ edits }: Mutant): Promise<Simulator> => mutatedModule(["test/properties/simulation/campaign.ts", "test/properties/simulation/simulate.ts"], edits)
