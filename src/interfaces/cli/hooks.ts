import * as Effect from "effect/Effect"
import { HOOK_EVENTS, tryHooks, type HookEvent } from "../../runtime/hook-trial.ts"
import { toolNamed } from "../../runtime/rule-words.ts"
import { nearest } from "../../runtime/settings.ts"
import { hookLines, trialLines } from "../view/hook-lines.ts"
import { printer } from "../view/printer.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command } from "./invocation.ts"
import { settingsOfCall } from "./permissions.ts"

/** Says which programs are run at which moments, and where that is written; or runs those of one moment once, with a sample. */
export const hooks: Command = Effect.fnUntraced(function*(invocation) {
  const {
    words: [first, event, ...words],
    output,
    flags,
    cwd
  } = invocation
  if (first !== undefined && first !== "test")
    return yield* usageError(`loom hooks: ${first} is not known; write \`loom hooks\`, or \`loom hooks test PreToolUse 'git push'\``)
  if (first === "test" && !isEvent(event))
    return yield* usageError(
      `loom hooks test: say which moment, ${event === undefined ? "" : `not ${event} but `}one of ${HOOK_EVENTS.join(", ")}${event === undefined ? "" : `; did you mean ${nearest(event, HOOK_EVENTS)}?`}`
    )
  const { settings } = yield* settingsOfCall(invocation)
  const show = printer(output.out, output.outLook).show
  const json = (value: unknown): void => output.out(`${JSON.stringify(value, null, 2)}\n`)
  if (!isEvent(event)) {
    if (flags.json === true) json(settings.hooks)
    else show(hookLines(settings.hooks))
    return EXIT.done
  }
  const tool = toolNamed(typeof flags.tool === "string" ? flags.tool : "shell")
  const sample = { event, tool, words: words.length === 0 ? ["true"] : words }
  const trial = yield* tryHooks(settings.hooks, sample, {
    environment: invocation.environment,
    root: cwd,
    sandbox: settings.sandbox,
    permissions: { rules: settings.rules, approvals: [], mode: settings.mode, attended: true }
  })
  if (flags.json === true) json(trial)
  else show(trialLines(trial))
  return EXIT.done
})

const isEvent = (word: string | undefined): word is HookEvent => (HOOK_EVENTS as readonly (string | undefined)[]).includes(word)
