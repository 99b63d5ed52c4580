import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { count } from "../view/money.ts"
import { EXIT } from "./exit-code.ts"
import type { Command, Invocation } from "./invocation.ts"
import { appOf } from "./open.ts"

/** Writes the log of a session to stdout, or to the file of `--to`. */
export const exportLog: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words } = invocation
  const app = yield* appOf(invocation)
  const { id } = yield* app.sessions.find(words[0] as string)
  if (typeof flags.to !== "string") {
    yield* Stream.runForEach(app.log.text(id), (text) => Effect.sync(() => output.out(text)))
    return EXIT.done
  }
  const { file, bytes } = yield* app.log.exportTo(id, resolve(flags.to))
  if (!output.quiet) output.err(`session ${id} is in ${file}, ${count(bytes)} bytes; check it with \`loom verify ${file}\`\n`)
  return EXIT.done
})
