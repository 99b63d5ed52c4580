import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import { knownModel } from "../../runtime/opening.ts"
import { rerun as holdAgain, type RerunOptions } from "../../runtime/replay/rerun.ts"
import type { LoadedLog } from "../../runtime/replay/log-source.ts"
import { printer } from "../view/printer.ts"
import { rerunLines } from "../view/rerun-lines.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command, type Invocation, type UsageError } from "./invocation.ts"
import { sourceNamed } from "./looking.ts"
import { appOf, type App } from "./open.ts"

/** Does it still work: holds the session of a log once more and says what is otherwise; leaves with 0 only where nothing is. */
export const rerun: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words, cwd } = invocation
  const word = words[0] as string
  const tools = yield* toolsOf(invocation)
  const app = yield* appOf(invocation)
  const source = yield* sourceNamed(invocation, word)
  const options: RerunOptions = {
    tools,
    directory: typeof flags.in === "string" ? resolve(cwd, flags.in) : null,
    model: yield* knownModel(modelOf(app, source.log)),
    unheld: flags["no-sandbox"] === true,
    exact: flags.exact === true
  }
  const reran = yield* holdAgain(app, source, options)
  if (flags.json === true) output.out(`${JSON.stringify({ log: word, ...reran })}\n`)
  else {
    if (!output.quiet) output.err(`${reran.how}\n`)
    printer(output.out, output.outLook).show(rerunLines(reran))
  }
  return reran.equal ? EXIT.done : EXIT.failed
})

const toolsOf = ({ flags }: Invocation): Effect.Effect<RerunOptions["tools"], UsageError> => {
  const { tools = "live" } = flags
  if (tools !== "live" && tools !== "recorded")
    return Effect.fail(
      usageError(
        `rerun: --tools ${String(tools)} is not known; take live, where the model answers from the log, or recorded, where the tools do`
      )
    )
  if (tools === "live" && flags.model !== undefined)
    return Effect.fail(usageError("rerun: a model is asked only where the tools answer from the log; add --tools recorded"))
  if (tools === "recorded" && flags.in !== undefined)
    return Effect.fail(usageError("rerun: tools that answer from the log need no folder; leave --in out"))
  return Effect.succeed(tools)
}

/** Whom somebody named for this run or in the settings, else the one of the log. */
const modelOf = ({ settings }: App, { header }: LoadedLog): string | null => (settings.modelSaid ? settings.model : header.settings.model)
