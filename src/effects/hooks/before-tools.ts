import * as Effect from "effect/Effect"
import type { VetToolCalls } from "../../machine/action.ts"
import type { CallFacts, ToolCallsVetted } from "../../machine/event.ts"
import type { Session, ToolCall } from "../../machine/session.ts"
import type { Emit } from "../emit.ts"
import { askHooks, commonInput, NO_ANSWERS, ofAllParts, reportsOf, type HookAnswers } from "./ask-hooks.ts"
import { claudeCalls, namesOf } from "./claude-call.ts"
import type { HookDesk } from "./desk.ts"
import { hooksFor } from "./hook.ts"

type Vet<R> = (action: VetToolCalls, emit: Emit) => Effect.Effect<void, never, R>

/**
 * Carries out `VetToolCalls` with what the PreToolUse hooks say of each call as one more fact. Nothing is decided here. The calls are
 * asked about one after the other, before the first of them runs.
 */
export const vetWithHooks = Effect.fn("Hooks.vet")(function*<R>(
  desk: HookDesk,
  action: VetToolCalls,
  { settings }: Session,
  vet: Vet<R>,
  emit: Emit
): Effect.fn.Return<void, never, R> {
  let vetted: Omit<ToolCallsVetted, "at"> | null = null as Omit<ToolCallsVetted, "at"> | null
  yield* vet(action, (answer) => void (answer.type === "ToolCallsVetted" ? (vetted = answer) : emit(answer)))
  if (vetted === null) return
  const common = commonInput(desk, "PreToolUse", settings.mode)
  const asked = yield* Effect.forEach(vetted.facts, (facts) => askAbout(desk, facts, action, common))
  desk.keep({ context: asked.flatMap(({ context }) => context) })
  const reports = asked.flatMap((answers) => reportsOf(desk, answers))
  emit({
    ...vetted,
    facts: vetted.facts.map((facts, index) => withVerdict(facts, asked[index] ?? NO_ANSWERS)),
    ...(reports.length === 0 ? {} : { reports })
  })
})

const askAbout = (desk: HookDesk, facts: CallFacts, action: VetToolCalls, common: object): Effect.Effect<HookAnswers> => {
  const call = action.calls.find(({ id }) => id === facts.call)
  if (call === undefined || facts.invalid !== undefined) return Effect.succeed(NO_ANSWERS)
  const hooks = hooksFor(desk.hooks, "PreToolUse", namesOf(call.name))
  if (hooks.length === 0) return Effect.succeed(NO_ANSWERS)
  return Effect.map(
    Effect.forEach(claudeCalls(call, facts.paths, desk.root), (parts) =>
      askHooks(desk, hooks, { ...common, ...parts, ...ourWords(call) }, String(action.effect))
    ),
    ofAllParts
  )
}

/** What a hook that knows Loom may look at. */
export const ourWords = (call: ToolCall): object => ({ tool_use_id: call.id, loom_tool_name: call.name })

const withVerdict = (facts: CallFacts, { verdict }: HookAnswers): CallFacts => (verdict === null ? facts : { ...facts, hook: verdict })
