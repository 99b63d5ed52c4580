import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { hasWord } from "../../../runtime/workspace/glance.ts"
import type { Session } from "../../../runtime/session.ts"
import type { Opening } from "../../../runtime/sessions.ts"
import type { ExitCode } from "../exit-code.ts"
import { getStarted } from "../getting-started.ts"
import type { Command, Invocation, Trouble } from "../invocation.ts"
import { appOf, goesOn, openMeant, type App } from "../open.ts"
import { converseByLine } from "./by-line.ts"
import { converseOnScreen } from "./on-screen.ts"
import type { Next } from "./slash-commands.ts"

/** A conversation, session after session, until the person leaves. */
export const converse: Command = Effect.fnUntraced(function*(invocation: Invocation): Effect.fn.Return<ExitCode, Trouble, Scope.Scope> {
  if (isScreen(invocation) && hasWord(invocation.cwd))
    yield* Effect.flatMap(
      Effect.promise(() => import("./ask-trust.ts")),
      ({ askTrust }) => askTrust(invocation)
    )
  const app = yield* appOf(invocation)
  if (app.settings.model === null && !goesOn(invocation)) return yield* getStarted(invocation.output)
  const attended = isScreen(invocation)
  const hold = attended ? converseOnScreen : converseByLine
  let next: Next | null = null
  while (next?.type !== "leave") {
    const session = open(invocation, app, { settings: app.settings, attended }, next)
    next = yield* Effect.scoped(Effect.flatMap(session, (opened) => hold(invocation, app, opened)))
  }
  return next.code
})

/** The first session is the one the flags mean; after that, the one the person asked for. */
const open = (
  invocation: Invocation,
  app: App,
  opening: Opening,
  next: Exclude<Next, { type: "leave" }> | null
): Effect.Effect<Session, Trouble, Scope.Scope> => {
  if (next === null) return openMeant(app, invocation, opening)
  return next.type === "open" ? app.sessions.open(opening) : app.sessions.resume(next.id, opening)
}

/** Whether a person sits before it: a keyboard and a screen that can move its cursor. */
const isScreen = ({ environment }: Invocation): boolean =>
  process.stdin.isTTY === true && process.stdout.isTTY === true && environment["TERM"] !== "dumb"
