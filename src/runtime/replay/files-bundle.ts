import { existsSync } from "node:fs"
import * as Effect from "effect/Effect"
import { turnReason } from "../../effects/git/agent-work.ts"
import type { SessionOpened } from "../../machine/event.ts"
import { logError, type LogError } from "../event-log/log-error.ts"
import { bundleOf, namesOf, turnIn } from "./bundle-names.ts"
import { openFiles, type FilesSource } from "./files-at.ts"
import { checkpointsOf, rootOf } from "./tree-stores.ts"

/** How many of the checkpoints that a log knows of went along. */
export interface Bundled {
  readonly file: string
  readonly written: number
  readonly missing: number
}

/** Writes the checkpoints of a log into the bundle beside its file. Errors: `not-found` where there is none to write. */
export const writeFilesOf = (source: FilesSource, file: string): Effect.Effect<Bundled, LogError> =>
  Effect.scoped(
    Effect.gen(function*() {
      const files = yield* openFiles(source)
      const { header, rows } = source.log
      const names = namesOf(header.session, rows, files.trees)
      const written = yield* files.bundle(names, bundleOf(file))
      if (written.length === 0)
        return yield* logError("not-found", `write ${bundleOf(file)}: no checkpoint of session ${header.session} is on this machine`)
      const wanted = new Set(names.map(({ tree }) => tree)).size
      const held = new Set(written.map(({ tree }) => tree)).size
      return { file: bundleOf(file), written: held, missing: wanted - held }
    })
  )

/** Takes the bundle beside a log file, where there is one, into this machine's checkpoints of its workspace; how many these were. */
export const takeFilesOf = ({ log, file, dataDirectory }: FilesSource): Effect.Effect<number, LogError> =>
  file === null || !existsSync(bundleOf(file))
    ? Effect.succeed(0)
    : Effect.scoped(
        takeBundle(
          bundleOf(file),
          { root: rootOf(log.rows[0]?.event as SessionOpened), dataDirectory },
          log.header.session,
          log.header.session
        )
      )

/** Takes a bundle into the checkpoints of a workspace, its turns as those of a session. */
export const takeBundle = Effect.fnUntraced(
  function*(bundle: string, workspace: { readonly root: string; readonly dataDirectory: string }, from: string, session: string) {
    const checkpoints = yield* checkpointsOf(workspace)
    const named = yield* checkpoints.unbundle(bundle)
    for (const { name, tree } of named) {
      const turn = turnIn(name, from)
      if (turn !== null && (yield* checkpoints.find(turnReason(session, turn))) === null) yield* checkpoints.note(tree, turnReason(session, turn))
    }
    return new Set(named.map(({ tree }) => tree)).size
  },
  Effect.catchTag("CheckpointError", ({ message }) => Effect.fail(logError("failed", message)))
)
