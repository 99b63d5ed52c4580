import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { undoIn, type Undone, type UndoWish } from "../../runtime/replay/undo.ts"
import { printer } from "../view/printer.ts"
import { undoLines } from "../view/undo-lines.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command, type Invocation, type Trouble } from "./invocation.ts"
import { appOf, type App } from "./open.ts"
import { shutDown } from "./rest.ts"

/** Puts the files back to before the last turn or step of a session, or takes the last undo back. */
export const undo: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags } = invocation
  if (flags.redo === true && flags.step === true)
    return yield* usageError("undo: --redo takes the last undo back, whatever it was of; leave --step out")
  const app = yield* appOf(invocation)
  const id = yield* meant(app, invocation)
  const wish: UndoWish = { what: flags.redo === true ? "redo" : flags.step === true ? "step" : "turn", force: flags.force === true }
  const undone = yield* Effect.scoped(
    Effect.flatMap(app.sessions.hold(id), (session) => Effect.ensuring(undoIn(app, session, wish), Effect.ignore(shutDown(session))))
  )
  if (flags.json === true) output.out(`${JSON.stringify(reportOf(id, undone))}\n`)
  else if (undone.outcome === "done") printer(output.out, output.outLook).show(undoLines(undone, SPELLING))
  else printer(output.err, output.errLook).show(undoLines(undone, SPELLING))
  return undone.outcome === "done" ? EXIT.done : EXIT.failed
})

const SPELLING = { force: "`loom undo --force`", again: "`loom undo`", redo: "`loom undo --redo`" }

/** The session that is named, or the newest of this folder. */
const meant = (app: App, { words, cwd }: Invocation): Effect.Effect<string, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    const [word] = words
    if (word !== undefined) return (yield* app.sessions.find(word)).id
    const [newest] = yield* app.sessions.list(cwd)
    return newest === undefined
      ? yield* usageError(`undo in ${cwd}: no session was held here; \`loom sessions --all\` lists those of every folder`)
      : newest.id
  })

/** Plain data, with paths in place of what only a checkpoint's store understands. */
const reportOf = (session: string, undone: Undone): object => {
  switch (undone.outcome) {
    case "done": {
      const { files, ...rest } = undone
      return {
        session,
        ...rest,
        files: files.map(({ path, before, after }) => ({ path, did: before === null ? "created" : after === null ? "deleted" : "changed" }))
      }
    }
    case "contested":
      return { session, ...undone, contested: undone.contested.map(({ path }) => path) }
    case "nothing":
    case "failed":
      return { session, ...undone }
  }
}
