import * as Effect from "effect/Effect"
import { HOOK_EVENTS, type Hook } from "../../../src/effects/hooks/hook.ts"
import type { HookRun, runHook } from "../../../src/effects/hooks/run-hook.ts"
import type { HookWord } from "./plan.ts"
import type { World } from "./world.ts"

/** One hook for each moment; what it says is in the plan. */
export const HOOKS: readonly Hook[] = HOOK_EVENTS.map((event) => ({ event, matcher: "", command: `simulated ${event}`, timeoutMs: 60_000, keys: [], source: "plan" }))

/** The person's programs: the real rooms ask them and read what they print. */
export const programsOf =
  ({ nextHookWord, happened }: World): typeof runHook =>
  (hook) =>
    Effect.suspend(() => {
      const word = nextHookWord()
      if (word !== "nothing") happened(`hook ${hook.event} ${word}`)
      return Effect.as(Effect.sleep(takesMs(word, hook)), runOf(word))
    })

const takesMs = (word: HookWord, { timeoutMs }: Hook): number => (word === "hangs" ? timeoutMs : word === "slow" ? 5_000 : 2)

const runOf = (word: HookWord): HookRun => {
  switch (word) {
    case "nothing":
    case "slow":
      return exited(0)
    case "allow":
    case "ask":
    case "deny":
      return word === "deny" ? exited(2, "", "not today") : exited(0, JSON.stringify({ decision: word, reason: "as planned" }))
    case "stop":
      return exited(0, JSON.stringify({ continue: false, stopReason: "enough" }))
    case "context":
      return exited(0, JSON.stringify({ systemMessage: "look", hookSpecificOutput: { additionalContext: "the person is tired" } }))
    case "garbage":
      return exited(0, "{ no json")
    case "fails":
      return exited(1, "", "no such file")
    case "hangs":
      return { ended: { how: "timed-out" }, stdout: "", stderr: "" }
  }
}

const exited = (code: number, stdout = "", stderr = ""): HookRun => ({ ended: { how: "exited", code }, stdout, stderr })
