import * as Effect from "effect/Effect"
import type { PermissionMode } from "../../machine/session.ts"
import { answerOf, type HookAnswer, type HookVerdict } from "./answer.ts"
import type { HookDesk } from "./desk.ts"
import type { Hook, HookEvent } from "./hook.ts"
import { HookPrograms } from "./run-hook.ts"

/** What several hooks said together. */
export interface HookAnswers {
  readonly verdict: HookVerdict | null
  readonly stop: string | null
  readonly context: readonly string[]
  /** What went wrong, told once a session. */
  readonly failures: readonly string[]
  readonly messages: readonly string[]
}

export const NO_ANSWERS: HookAnswers = { verdict: null, stop: null, context: [], failures: [], messages: [] }

/** Runs hooks in the order they were given; one that denies or stops is the last. `heard` hears what each said by itself. */
export const askHooks = Effect.fnUntraced(function*(
  desk: Pick<HookDesk, "session" | "root">,
  hooks: readonly Hook[],
  input: object,
  marker: string,
  heard: (hook: Hook, answer: HookAnswer) => void = () => {}
): Effect.fn.Return<HookAnswers> {
  const run = yield* HookPrograms
  let answers = NO_ANSWERS
  for (const hook of hooks) {
    const answer = answerOf(hook, yield* run(hook, input, { root: desk.root, marker: `${desk.session}:${marker}` }))
    heard(hook, answer)
    answers = joined(answers, answer)
    if (answers.verdict?.decision === "deny" || answers.stop !== null) break
  }
  return answers
})

const joined = (sofar: HookAnswers, { verdict, stop, context, failure, message }: HookAnswer): HookAnswers => ({
  verdict: stricter(sofar.verdict, verdict),
  stop: sofar.stop ?? stop,
  context: context === "" ? sofar.context : [...sofar.context, context],
  failures: failure === null ? sofar.failures : [...sofar.failures, failure],
  messages: message === null ? sofar.messages : [...sofar.messages, message]
})

const RANK = { allow: 1, ask: 2, deny: 3 } as const

/** A no of one weighs more than a question of another, and that more than a yes. */
const stricter = (one: HookVerdict | null, other: HookVerdict | null): HookVerdict | null => {
  if (one === null || other === null) return one ?? other
  return RANK[other.decision] > RANK[one.decision] ? other : one
}

/** What the hooks said about parts of one thing: it is allowed only where every part is. */
export const ofAllParts = (parts: readonly HookAnswers[]): HookAnswers => {
  const verdicts = parts.map(({ verdict }) => verdict)
  const against = verdicts.filter((verdict) => verdict !== null && verdict.decision !== "allow")
  return {
    verdict: against.length > 0 ? against.reduce(stricter, null) : verdicts.includes(null) ? null : (verdicts[0] ?? null),
    stop: parts.find(({ stop }) => stop !== null)?.stop ?? null,
    context: parts.flatMap(({ context }) => context),
    failures: parts.flatMap(({ failures }) => failures),
    messages: parts.flatMap(({ messages }) => messages)
  }
}

const MODES: Readonly<Record<PermissionMode, string>> = {
  default: "default",
  "accept-edits": "acceptEdits",
  plan: "plan",
  auto: "auto",
  bypass: "bypassPermissions"
}

/** What every hook is told. The log is in a database, so there is no transcript to name. */
export const commonInput = (desk: Pick<HookDesk, "session" | "root">, event: HookEvent, mode: PermissionMode): object => ({
  session_id: desk.session,
  cwd: desk.root,
  hook_event_name: event,
  permission_mode: MODES[mode]
})

/** What the person should hear of it. */
export const reportsOf = (desk: HookDesk, { failures, messages }: HookAnswers): readonly string[] => [...desk.news(failures), ...messages]
