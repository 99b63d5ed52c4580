import { resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { loadFile } from "../../runtime/replay/log-source.ts"
import { writeFilesOf } from "../../runtime/replay/files-bundle.ts"
import { count, plural } from "../view/money.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command, type Invocation, type Trouble } from "./invocation.ts"
import { appOf, type App } from "./open.ts"

/** Writes the log of a session to stdout, or to the file of `--to`. */
export const exportLog: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words, cwd } = invocation
  const app = yield* appOf(invocation)
  if (flags["with-files"] === true && typeof flags.to !== "string")
    return yield* usageError("the files go into a bundle beside the log's file; name it with --to FILE")
  const { id } = yield* app.sessions.find(words[0] as string)
  if (typeof flags.to !== "string") {
    yield* Stream.runForEach(app.log.text(id), (text) => Effect.sync(() => output.out(text)))
    return EXIT.done
  }
  const { file, bytes } = yield* app.log.exportTo(id, resolve(cwd, flags.to))
  if (!output.quiet) output.err(`session ${id} is in ${file}, ${count(bytes)} bytes; check it with \`loom verify ${file}\`\n`)
  if (flags["with-files"] === true) yield* exportFiles(invocation, app, file)
  return EXIT.done
})

/** The checkpoints of the workspace, beside the log. */
const exportFiles = Effect.fnUntraced(function*({ output }: Invocation, app: App, file: string): Effect.fn.Return<void, Trouble> {
  const log = yield* loadFile(file)
  const { file: bundle, written, missing } = yield* writeFilesOf({ log, file: null, dataDirectory: app.directories.data }, file)
  const without = missing === 0 ? "" : `, ${plural(missing, "checkpoint")} that it names are not on this machine`
  if (!output.quiet) output.err(`${plural(written, "checkpoint")} of its files are in ${bundle}${without}; keep both side by side\n`)
})
