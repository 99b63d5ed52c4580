import { existsSync } from "node:fs"
import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import { bundleOf } from "../../runtime/replay/bundle-names.ts"
import { takeFilesOf } from "../../runtime/replay/files-bundle.ts"
import { loadFile } from "../../runtime/replay/log-source.ts"
import { plural } from "../view/money.ts"
import { EXIT } from "./exit-code.ts"
import type { Command, Invocation } from "./invocation.ts"
import { appOf } from "./open.ts"

/** Takes a log over into the database. */
export const importLog: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, words, cwd } = invocation
  const app = yield* appOf(invocation)
  const file = resolve(cwd, words[0] as string)
  const imported = yield* app.log.importFrom(file)
  const checkpoints = existsSync(bundleOf(file)) ? yield* takeFilesOf({ log: yield* loadFile(file), file, dataDirectory: app.directories.data }) : 0
  output.out(`${imported.session}\n`)
  if (!output.quiet) output.err(`${imported.message}; ${plural(imported.events, "event")}, \`loom -r ${imported.session}\` goes on\n`)
  if (checkpoints > 0 && !output.quiet) output.err(`${plural(checkpoints, "checkpoint")} of its files came along\n`)
  return EXIT.done
})
