import * as Effect from "effect/Effect"
import { compileExpression, type Predicate } from "../../runtime/replay/expression.ts"
import type { Flags } from "./flags.ts"
import { usageError, type UsageError } from "./invocation.ts"

/** What a person looks for in a log: an expression that becomes true, or a command that says something is not as it should be. */
export type Situation =
  | { readonly type: "when"; readonly text: string; readonly holds: Predicate }
  | { readonly type: "check"; readonly command: string }

/** What `--when` or `--check` say; `null` where neither is given. Errors: both are, or what they say cannot be read. */
export const situationOf = (command: string, { when, check }: Flags): Effect.Effect<Situation | null, UsageError> => {
  if (when !== undefined && check !== undefined) return Effect.fail(usageError(`loom ${command}: give one of --when and --check, not both`))
  if (typeof check === "string")
    return check.trim() === ""
      ? Effect.fail(usageError(`loom ${command}: the command of --check is empty`))
      : Effect.succeed({ type: "check", command: check })
  if (typeof when !== "string") return Effect.succeed(null)
  const holds = compileExpression(when)
  return typeof holds === "string" ? Effect.fail(usageError(`--when: ${holds}`)) : Effect.succeed({ type: "when", text: when, holds })
}

/** The same, where one of them has to be given. */
export const situationGiven = (command: string, flags: Flags): Effect.Effect<Situation, UsageError> =>
  Effect.flatMap(situationOf(command, flags), (situation) =>
    situation === null
      ? Effect.fail(usageError(`loom ${command}: say what to look for: --when 'state=Error', or --check 'npm test'`))
      : Effect.succeed(situation)
  )
