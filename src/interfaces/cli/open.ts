import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { openApp, type App } from "../../runtime/app.ts"
import type { LogError } from "../../runtime/event-log/event-log.ts"
import type { Forked } from "../../runtime/replay/fork.ts"
import type { Session } from "../../runtime/session.ts"
import type { Opening } from "../../runtime/sessions.ts"
import type { SettingsError } from "../../runtime/settings.ts"
import { flagsLayer } from "./flags.ts"
import { usageError, type Invocation, type Trouble } from "./invocation.ts"

export type { App } from "../../runtime/app.ts"

/** Loom with the settings of this call. */
export const appOf = ({ flags, environment, cwd, output }: Invocation): Effect.Effect<App, Trouble, Scope.Scope> => {
  const layer = flagsLayer(flags)
  if (typeof layer === "string") return Effect.fail(usageError(layer))
  return Effect.tap(openApp({ environment, cwd, flagsLayer: layer, trusted: flags.trust === true }), ({ setAside }) =>
    Effect.sync(() =>
      setAside === null
        ? undefined
        : output.err(`the database was damaged; it is set aside as ${setAside}, not lost, and a new one begun\n`)
    )
  )
}

/** Which session the flags mean: a new one, the newest of this folder, or one by the beginning of its id; or a fork of it. */
export const openMeant = (app: App, invocation: Invocation, opening: Opening): Effect.Effect<Session, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    const id = yield* meantId(app, invocation)
    if (invocation.flags["fork-session"] !== true) return yield* id === null ? app.sessions.open(opening) : app.sessions.resume(id, opening)
    if (id === null)
      return yield* usageError(
        "--fork-session says how to go on with a session; name it with --resume ID, or take the newest with --continue"
      )
    const forked = yield* forkAtEnd(app, id)
    yield* Effect.promise(() => tellFork(invocation, forked))
    return yield* app.sessions.resume(forked.session, opening)
  })

/** The session to go on with; `null` where a new one is meant. */
const meantId = (app: App, { flags, cwd }: Invocation): Effect.Effect<string | null, Trouble> =>
  Effect.gen(function*() {
    if (typeof flags.resume === "string") return (yield* app.sessions.find(flags.resume)).id
    if (flags.continue !== true) return null
    const [newest] = yield* app.sessions.list(cwd)
    if (newest === undefined)
      return yield* usageError(
        `go on with the newest session of ${cwd}: there is none yet; \`loom sessions --all\` lists those of every folder`
      )
    return newest.id
  })

/** A fork of a session at its newest event. */
export const forkAtEnd = (app: App, id: string): Effect.Effect<Forked, LogError | SettingsError> =>
  app.fork({ n: null, into: null, edits: { sets: [], drops: [] }, model: null }, id)

const tellFork = async ({ output }: Invocation, forked: Forked): Promise<void> => {
  const { forkLines } = await import("../view/fork-lines.ts")
  const { printer } = await import("../view/printer.ts")
  if (!output.quiet) printer(output.err, output.errLook).show(forkLines(forked))
}

export const goesOn = ({ flags }: Invocation): boolean => flags.continue === true || flags.resume !== undefined
