import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { LogError } from "../../../runtime/event-log/event-log.ts"
import { rememberRules } from "../../../runtime/remember-rules.ts"
import type { LoadedLog } from "../../../runtime/replay/log-source.ts"
import type { Recorded, Said, Session } from "../../../runtime/session.ts"
import { sandboxWord } from "../../view/sandbox-words.ts"
import { span, whole } from "../../view/shown.ts"
import { isAtRest } from "../../view/telling.ts"
import { EXIT } from "../exit-code.ts"
import type { Invocation } from "../invocation.ts"
import type { App } from "../open.ts"
import type { Wish } from "../signals.ts"
import { closeInOrder } from "../stop.ts"
import { greeting } from "./greeting.ts"
import { begin, hear } from "./hear.ts"
import type { Slash } from "./slash.ts"
import { carryOutSlash, type Next } from "./slash-commands.ts"
import type { Talk, Talked, Wanted } from "./talk.ts"
import { openTerminal, type Terminal, type Told } from "./terminal.ts"

/** What comes in, in the order it came. */
type Incoming =
  | Told
  | { readonly type: "recorded"; readonly recorded: Recorded }
  | { readonly type: "wish"; readonly wish: Wish }
  | { readonly type: "confirm"; readonly slash: Slash }

interface Scene {
  readonly invocation: Invocation
  readonly app: App
  readonly session: Session
  readonly terminal: Terminal
  readonly offer: (incoming: Incoming) => void
}

/** One session on a screen, until the person leaves it. */
export const converseOnScreen = Effect.fnUntraced(function*(
  invocation: Invocation,
  app: App,
  session: Session
): Effect.fn.Return<Next, LogError, Scope.Scope> {
  const next = yield* Effect.scoped(talkUntilLeft(invocation, app, session))
  yield* closeInOrder(invocation.wishes, session, next.type === "leave" ? next.code : EXIT.done)
  if (next.type === "leave" && session.state().session.turn > 0) invocation.output.err(`session ${session.id}; \`loom -r ${session.id}\` goes on\n`)
  return next
})

/** Whatever comes in goes through `hear`, and what that wants is carried out here. */
const talkUntilLeft = Effect.fnUntraced(function*(invocation: Invocation, app: App, session: Session): Effect.fn.Return<Next, LogError, Scope.Scope> {
  const inbox = yield* Queue.unbounded<Incoming>()
  const offer = (incoming: Incoming): void => void Queue.offerUnsafe(inbox, incoming)
  let [talk, wanted] = begin(session.state(), yield* Clock.currentTimeMillis, sandboxWord(yield* app.sandbox))
  const terminal = yield* openTerminal(invocation, app.directories.state, offer, () => talk, () => app.sessions.inBackground(session.id).length)
  const scene: Scene = { invocation, app, session, terminal, offer }
  yield* listen(scene)
  terminal.screen.show(greeting(session.state()))
  const conversing = Effect.gen(function*() {
    let left = yield* carryOutAll(wanted, scene)
    while (left === null) {
      terminal.screen.refresh(isAtRest(talk.state) || terminal.isEditing() ? "now" : "when-silent")
      for (const incoming of yield* Queue.takeAll(inbox)) {
        ;[talk, wanted] = hearOne(talk, incoming, terminal, yield* Clock.currentTimeMillis)
        left = yield* carryOutAll(wanted, scene)
        if (left !== null) break
      }
    }
    return left
  })
  return yield* Effect.raceFirst(conversing, Effect.as(session.ended, LEFT))
})

const LEFT: Next = { type: "leave", code: EXIT.done }

const listen = ({ session, invocation, offer }: Scene): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => [
        session.listen((recorded) => offer({ type: "recorded", recorded })),
        invocation.wishes.listen((wish) => offer({ type: "wish", wish }))
      ]),
      (stops) => Effect.sync(() => stops.forEach((stop) => stop()))
    )
  )

const hearOne = (talk: Talk, incoming: Incoming, { editor, isEditing }: Terminal, now: number): Talked => {
  switch (incoming.type) {
    case "recorded":
    case "line":
    case "confirm":
      return hear(talk, incoming, now)
    case "key":
    case "wish":
      return hear(talk, { ...incoming, editing: isEditing() }, now)
    case "paste":
      return hear(talk, { ...incoming, line: editor.text() }, now)
    case "resized":
      return [talk, []]
  }
}

const carryOutAll = Effect.fnUntraced(function*(wanted: readonly Wanted[], scene: Scene): Effect.fn.Return<Next | null, LogError, Scope.Scope> {
  for (const one of wanted) {
    const next = yield* carryOut(one, scene)
    if (next !== null) return next
  }
  return null
})

/** The player has screen and keyboard to itself; what comes in meanwhile waits and is shown when the person comes back. */
const playOn =
  ({ environment, wishes }: Invocation, { lend }: Terminal) =>
  (log: LoadedLog, at: number | null): Effect.Effect<string | null> =>
    Effect.acquireUseRelease(
      Effect.sync(lend),
      () =>
        Effect.flatMap(
          Effect.promise(() => import("../replay/play.ts")),
          ({ playLog }) =>
            Effect.map(playLog({ log, file: null, environment, wishes, wish: { at, breaks: [], speed: null } }), (left) =>
              typeof left === "string" ? left : null
            )
        ),
      (takeBack) => Effect.sync(takeBack)
    )

const sayOn = (session: Session, said: Said): Effect.Effect<void> =>
  Effect.asVoid(Effect.forkDetach(Effect.ignore(session.say(said)), { startImmediately: true }))

const carryOut = (wanted: Wanted, { invocation, app, session, terminal, offer }: Scene): Effect.Effect<Next | null, LogError, Scope.Scope> => {
  const { screen, editor } = terminal
  switch (wanted.type) {
    case "say":
      // Not waited for: the keyboard stays alive while what is cancelled comes to its end. What fails ends the session too.
      return Effect.as(sayOn(session, wanted.said), null)
    case "show":
      return Effect.sync(() => (screen.show(wanted.shown), null))
    case "edit":
      return Effect.sync(() => {
        if (wanted.key.name === "return" || wanted.key.name === "enter") screen.hide()
        editor.press(wanted.key)
        return null
      })
    case "insert":
      return Effect.sync(() => (editor.insert(wanted.text), null))
    case "fill":
      return Effect.sync(() => (editor.fill(wanted.text), null))
    case "slash":
      return carryOutSlash(wanted, {
        app,
        cwd: invocation.cwd,
        session,
        show: screen.show,
        say: (said) => sayOn(session, said),
        confirm: (slash) => offer({ type: "confirm", slash }),
        play: playOn(invocation, terminal)
      })
    case "remember":
      return rememberRules(app.directories.config, wanted.rules).pipe(
        Effect.map((path) => (screen.show([whole(span("notice", `written to ${path}: allow ${wanted.rules.join(", ")}`))]), null)),
        Effect.catchTag("SettingsError", (error) => Effect.sync(() => (screen.show([whole(span("bad", error.message))]), null)))
      )
    case "leave":
      return Effect.succeed({ type: "leave", code: wanted.code })
  }
}
