import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { plural } from "../view/money.ts"
import { printer } from "../view/printer.ts"
import { sessionLines } from "../view/session-lines.ts"
import { sessionsOf } from "../view/session-tree.ts"
import { EXIT } from "./exit-code.ts"
import type { Command, Invocation } from "./invocation.ts"
import { appOf } from "./open.ts"

/** Lists the sessions of this folder and their forks, or all of them. */
export const sessions: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { flags, cwd, output } = invocation
  const app = yield* appOf(invocation)
  const all = yield* app.sessions.list()
  const here = sessionsOf(cwd, all)
  const listed = flags.all === true ? all : here
  if (flags.json === true) {
    output.out(`${JSON.stringify(listed, null, 2)}\n`)
    return EXIT.done
  }
  const now = yield* Clock.currentTimeMillis
  printer(output.out, output.outLook).show(sessionLines(listed, now, flags.all === true ? null : cwd))
  const elsewhere = all.length - listed.length
  if (listed.length === 0) output.err(`no session was held in ${flags.all === true ? "any folder" : cwd} yet\n`)
  if (elsewhere > 0 && !output.quiet) output.err(`${plural(elsewhere, "session")} in other folders: loom sessions --all\n`)
  return EXIT.done
})
