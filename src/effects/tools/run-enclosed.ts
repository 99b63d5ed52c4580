import * as Effect from "effect/Effect"
import { attempt, type Problem } from "../os/problem.ts"
import { isNotBegun, runProcess, type Command, type Ended } from "../os/process.ts"
import type { ToolContext } from "./tool.ts"

/** A program and how long it may take. */
export type Run = Pick<Command, "file" | "arguments" | "cwd" | "environment" | "timeoutMs">

/**
 * Runs a program for the model, in the sandbox where there is one. What it must not leave behind is set aside, and its new names are heard as said by the program.
 * What the sandbox was to cover may be gone when it is set up, as another program's socket; nothing ran then, and it is looked at once more.
 */
export const runEnclosed = (run: Run, context: Pick<ToolContext, "sandbox" | "marker">, hear: Command["hear"]): Effect.Effect<Ended, Problem> =>
  Effect.retry(runOnce(run, context, hear), { times: 1, while: isNotBegun })

const runOnce = Effect.fnUntraced(function*(
  run: Run,
  { sandbox, marker }: Pick<ToolContext, "sandbox" | "marker">,
  hear: Command["hear"]
): Effect.fn.Return<Ended, Problem> {
  const { start, statusFrom, after, refused } = yield* sandbox.enclose(run)
  const ended = yield* Effect.onInterrupt(runProcess({ ...start, timeoutMs: run.timeoutMs, statusFrom, marker, hear }), () => Effect.sync(after))
  const setAside = yield* attempt("look what the command left behind", after)
  for (const path of setAside) hear("stderr", Buffer.from(`loom: the command made a file that leads git to other settings; it is now ${path}\n`))
  for (const why of refused()) hear("stderr", Buffer.from(`loom: ${why}\n`))
  return ended
})
