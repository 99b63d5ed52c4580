import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import { plural } from "../view/money.ts"
import { EXIT } from "./exit-code.ts"
import type { Command, Invocation } from "./invocation.ts"
import { appOf } from "./open.ts"

/** Takes a log over into the database. */
export const importLog: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, words } = invocation
  const app = yield* appOf(invocation)
  const imported = yield* app.log.importFrom(resolve(words[0] as string))
  output.out(`${imported.session}\n`)
  if (!output.quiet) output.err(`${imported.message}; ${plural(imported.events, "event")}, \`loom -r ${imported.session}\` goes on\n`)
  return EXIT.done
})
