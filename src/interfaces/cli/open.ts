import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { openApp, type App } from "../../runtime/app.ts"
import type { Session } from "../../runtime/session.ts"
import type { Opening } from "../../runtime/sessions.ts"
import { flagsLayer } from "./flags.ts"
import { usageError, type Invocation, type Trouble } from "./invocation.ts"

export type { App } from "../../runtime/app.ts"

/** Loom with the settings of this call. */
export const appOf = ({ flags, environment, cwd, output }: Invocation): Effect.Effect<App, Trouble, Scope.Scope> => {
  const layer = flagsLayer(flags)
  if (typeof layer === "string") return Effect.fail(usageError(layer))
  return Effect.tap(openApp({ environment, cwd, flagsLayer: layer }), ({ setAside }) =>
    Effect.sync(() => (setAside === null ? undefined : output.err(`the database was damaged; it is set aside as ${setAside}, not lost, and a new one begun\n`)))
  )
}

/** Which session the flags mean: a new one, the newest of this folder, or one by the beginning of its id. */
export const openMeant = (app: App, { flags, cwd }: Invocation, opening: Opening): Effect.Effect<Session, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    if (typeof flags.resume === "string") return yield* app.sessions.resume((yield* app.sessions.find(flags.resume)).id, opening)
    if (flags.continue !== true) return yield* app.sessions.open(opening)
    const [newest] = yield* app.sessions.list(cwd)
    if (newest === undefined) return yield* usageError(`go on with the newest session of ${cwd}: there is none yet; \`loom sessions --all\` lists those of every folder`)
    return yield* app.sessions.resume(newest.id, opening)
  })

export const goesOn = ({ flags }: Invocation): boolean => flags.continue === true || flags.resume !== undefined
