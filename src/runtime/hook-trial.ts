import * as Effect from "effect/Effect"
import type { HookAnswer } from "../effects/hooks/answer.ts"
import { askHooks, commonInput, ofAllParts } from "../effects/hooks/ask-hooks.ts"
import { claudeCalls, namesOf } from "../effects/hooks/claude-call.ts"
import { hooksFor, type Hook, type HookEvent } from "../effects/hooks/hook.ts"
import { explain } from "../machine/policy/explain.ts"
import type { Verdict } from "../machine/policy/permission.ts"
import { argumentsFor, explainCall, type ExplainPlace } from "./permissions.ts"

export { HOOK_EVENTS, type Hook, type HookEvent } from "../effects/hooks/hook.ts"

/** What a person tries their hooks with. */
export interface Sample {
  readonly event: HookEvent
  readonly tool: string
  /** The call, or the prompt, in a person's words. */
  readonly words: readonly string[]
}

/** One hook, run once. */
export interface Tried {
  readonly hook: Hook
  /** What it read. */
  readonly input: object
  readonly answer: HookAnswer
}

export interface Trial {
  readonly tried: readonly Tried[]
  /** What would become of the call; `null` at the other moments. */
  readonly verdict: Verdict | null
}

/** Runs the hooks of one moment with a sample, in a folder and with what may be done there; no session, and no call, is made. */
export const tryHooks = Effect.fnUntraced(function*(hooks: readonly Hook[], sample: Sample, where: ExplainPlace): Effect.fn.Return<Trial> {
  const { root, permissions } = where
  const { event, tool, words } = sample
  const call = { type: "tool-call", id: "call_1", name: tool, arguments: argumentsFor(tool, words) } as const
  const about = isAboutCall(event) ? yield* explainCall(tool, call.arguments, where) : null
  if (about?.facts.invalid !== undefined) return { tried: [], verdict: about.verdict }
  const place = { session: `trial-${process.pid}`, root }
  const common = commonInput(place, event, permissions.mode)
  const inputs =
    about === null
      ? [{ ...common, ...wordsFor(sample) }]
      : claudeCalls(call, about.facts.paths, root).map((parts) => ({
          ...common,
          ...parts,
          ...wordsFor(sample),
          tool_use_id: call.id,
          loom_tool_name: tool
        }))
  const meant = hooksFor(hooks, event, event === "SessionStart" ? ["startup"] : namesOf(tool))
  const tried: Tried[] = []
  const parts = yield* Effect.forEach(inputs, (input) =>
    askHooks(place, meant, input, "1", (hook, answer) => void tried.push({ hook, input, answer }))
  )
  const { verdict: hook } = ofAllParts(parts)
  const verdict =
    about === null || event !== "PreToolUse"
      ? null
      : explain(tool, { ...about.facts, ...(hook === null ? {} : { hook }) }, permissions).verdict
  return { tried, verdict }
})

const isAboutCall = (event: HookEvent): boolean => event === "PreToolUse" || event === "PostToolUse"

const wordsFor = ({ event, words }: Sample): object => {
  switch (event) {
    case "PreToolUse":
      return {}
    case "PostToolUse":
      return { tool_response: { success: true, status: "ok", content: "" } }
    case "UserPromptSubmit":
      return { prompt: words.join(" ") }
    case "SessionStart":
      return { source: "startup" }
    case "Stop":
      return { stop_hook_active: false, loom_why: "completed" }
  }
}
