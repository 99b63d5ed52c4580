import * as Effect from "effect/Effect"
import type { GatherContext } from "../../machine/action.ts"
import type { ContextFragment } from "../../machine/event.ts"
import type { Part, Session } from "../../machine/session.ts"
import { at } from "../../machine/vector.ts"
import type { Emit } from "../emit.ts"
import { inNote } from "./after-tools.ts"
import { askHooks, commonInput, NO_ANSWERS, reportsOf, type HookAnswers } from "./ask-hooks.ts"
import type { HookDesk } from "./desk.ts"
import { hooksFor } from "./hook.ts"

type Gather<R> = (action: GatherContext, session: Session, emit: Emit) => Effect.Effect<void, never, R>

/**
 * Carries out `GatherContext` with what the person's hooks add: SessionStart before the first turn of this process, UserPromptSubmit
 * before each turn that begins with words, and what an earlier hook had to say since.
 */
export const gatherWithHooks = Effect.fn("Hooks.gather")(function*<R>(
  desk: HookDesk,
  action: GatherContext,
  session: Session,
  gather: Gather<R>,
  emit: Emit
): Effect.fn.Return<void, never, R> {
  desk.beginTurn()
  const started = yield* sessionStart(desk, action, session)
  const submitted = yield* promptSubmit(desk, action, session)
  const stop = started.stop ?? submitted.stop
  const kept = desk.takeKept()
  const fragments = fragmentsOf([...kept.context, ...started.context, ...submitted.context])
  const reports = [...kept.reports, ...reportsOf(desk, started), ...reportsOf(desk, submitted)]
  yield* gather(action, session, (answer) =>
    emit(
      answer.type === "ContextGathered"
        ? {
            ...answer,
            fragments: [...answer.fragments, ...fragments],
            ...(reports.length === 0 ? {} : { reports }),
            ...(stop === null ? {} : { stop: inNote([stop]) })
          }
        : answer
    )
  )
})

const sessionStart = (desk: HookDesk, { effect }: GatherContext, { settings }: Session): Effect.Effect<HookAnswers> => {
  const source = desk.takeStart()
  if (source === null) return Effect.succeed(NO_ANSWERS)
  const input = { ...commonInput(desk, "SessionStart", settings.mode), source }
  return askHooks(desk, hooksFor(desk.hooks, "SessionStart", [source]), input, String(effect))
}

const promptSubmit = Effect.fnUntraced(function*(desk: HookDesk, { effect }: GatherContext, session: Session): Effect.fn.Return<HookAnswers> {
  const prompt = promptOf(session)
  if (prompt === null) return NO_ANSWERS
  const said = yield* askHooks(
    desk,
    hooksFor(desk.hooks, "UserPromptSubmit"),
    { ...commonInput(desk, "UserPromptSubmit", session.settings.mode), prompt },
    String(effect)
  )
  const objection = said.stop ?? (said.verdict?.decision === "deny" ? said.verdict.reason : null)
  if (objection === null) return said
  return {
    ...said,
    stop: `A hook of the person blocked the message before this; do nothing of what it asks: ${objection}`,
    messages: [...said.messages, `a hook blocks the message: ${objection}`]
  }
})

/** What the person said to begin this turn; `null` where it goes on with an earlier one. */
const promptOf = ({ transcript, turn }: Session): string | null => {
  const said: string[] = []
  for (let index = transcript.length - 1; index >= 0; index--) {
    const entry = at(transcript, index)
    if (entry.turn !== turn || entry.type !== "user") break
    said.unshift(entry.parts.map(partText).join("\n"))
  }
  return said.length === 0 ? null : said.join("\n\n")
}

const partText = (part: Part): string => (part.type === "text" ? part.text : `[image ${part.mediaType}]`)

const fragmentsOf = (context: readonly string[]): readonly ContextFragment[] =>
  context.length === 0 ? [] : [{ source: "hooks", text: inNote(context) }]
