import { existsSync } from "node:fs"
import { resolve } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SandboxState } from "../../../runtime/app.ts"
import type { LogError } from "../../../runtime/event-log/event-log.ts"
import { modelChange } from "../../../runtime/model-change.ts"
import type { LoadedLog } from "../../../runtime/replay/log-source.ts"
import type { Said, Session } from "../../../runtime/session.ts"
import type { SessionSummary } from "../../../runtime/sessions.ts"
import { MODES, nearest, type SettingsError } from "../../../runtime/settings.ts"
import type { UndoWish } from "../../../runtime/replay/undo.ts"
import { conversation } from "../../view/conversation.ts"
import { costLines, MODE_WORDS, permissionLines } from "../../view/holding.ts"
import { sessionLines } from "../../view/session-lines.ts"
import { sessionsOf, sessionTree } from "../../view/session-tree.ts"
import { fitted, span, whole, type Shown } from "../../view/shown.ts"
import { EXIT, type ExitCode } from "../exit-code.ts"
import { forkAtEnd, type App } from "../open.ts"
import { SLASHES, type Slash } from "./slash.ts"

/** What follows this session. */
export type Next =
  | { readonly type: "leave"; readonly code: ExitCode }
  | { readonly type: "open" }
  | { readonly type: "resume"; readonly id: string }

/** What a slash command may use. */
export interface SlashContext {
  readonly app: App
  readonly cwd: string
  readonly session: Session
  readonly show: (shown: readonly Shown[]) => void
  readonly say: (said: Said) => Effect.Effect<void, LogError>
  /** Asks whether this is to be carried out; `null` where nobody can be asked. */
  readonly confirm: ((slash: Slash) => void) | null
  /** Shows a log on the whole screen until the person comes back, or says what stands against it; `null` where there is no screen. */
  readonly play: ((log: LoadedLog, at: number | null) => Effect.Effect<string | null>) | null
}

type Outcome = Effect.Effect<Next | null, LogError>

/** Carries out a word to Loom itself; gives back what follows this session, `null` where it goes on. */
export const carryOutSlash = ({ name, rest }: Slash, context: SlashContext): Outcome => {
  const { session, show, say, app } = context
  switch (name) {
    case "help":
      return shown(context, helpLines)
    case "model":
      return rest === "" ? shown(context, [whole(span("plain", session.state().session.settings.model))]) : changeModel(rest, context)
    case "mode":
      return changeMode(rest, context)
    case "permissions":
      return Effect.flatMap(app.sandbox, (sandbox) => tellPermissions(sandbox, context))
    case "sessions":
      return listSessions(context)
    case "resume":
      return rest === "" ? listSessions(context) : findToResume(rest, context)
    case "history":
      return shown(context, conversation(session.state().session))
    case "replay":
      return Effect.promise(() => import("./session-replay.ts")).pipe(
        Effect.flatMap(({ replaySoFar }) => replaySoFar(rest, context)),
        Effect.map((lines) => (show(lines), null)),
        Effect.catchTag("LogError", told(context))
      )
    case "cost":
      return shown(context, costLines(session.state().session))
    case "diff":
      return Effect.promise(() => import("./session-diff.ts")).pipe(
        Effect.flatMap(({ sessionDiff }) => sessionDiff(app, session.id)),
        Effect.map((lines) => (show(lines), null)),
        Effect.catchTag("LogError", told(context))
      )
    case "graph":
      return Effect.promise(() => import("./session-graph.ts")).pipe(
        Effect.flatMap(({ sessionGraph }) => sessionGraph(rest, context)),
        Effect.map((lines) => (show(lines), null)),
        Effect.catchTag("LogError", told(context))
      )
    case "context":
      return rest === "next" ? tellNext(context) : tellWindow(context)
    case "continue":
      return Effect.as(say({ type: "ContinueRequested" }), null)
    case "compact":
      return Effect.as(say({ type: "OffloadRequested" }), null)
    case "undo":
    case "redo":
      return undoFiles({ name, rest }, context)
    case "undo-queue":
      return Effect.as(say({ type: "InputTakenBack" }), null)
    case "export":
      return exportTo(rest === "" ? `${session.id}.jsonl` : rest, context)
    case "fork":
      return forkHere(context)
    case "clear":
      return Effect.succeed({ type: "open" })
    case "quit":
      return Effect.succeed({ type: "leave", code: EXIT.done })
  }
}

const tellPermissions = (sandbox: SandboxState, context: SlashContext): Outcome =>
  Effect.flatMap(Effect.promise(() => import("../../view/permission-lines.ts")), ({ workspaceLines }) =>
    shown(context, [...permissionLines(context.session.state().session, sandbox), ...workspaceLines(context.app.workspace)])
  )

const tellWindow = (context: SlashContext): Outcome =>
  Effect.flatMap(
    Effect.promise(() => Promise.all([import("../../../runtime/window-zones.ts"), import("../../view/context-lines.ts")])),
    ([{ windowReport }, { contextLines }]) =>
      shown(context, contextLines(windowReport(context.session.state().session, context.app.settings.zones)))
  )

const tellNext = (context: SlashContext): Outcome =>
  Effect.gen(function*() {
    const { gatheringLines } = yield* Effect.promise(() => import("../../view/gathering-lines.ts"))
    const state = context.session.state()
    return yield* shown(context, gatheringLines(state.session.id, yield* context.app.sessions.gatherNext(state, context.app.settings)))
  }).pipe(Effect.catchTag("SettingsError", told(context)))

const shown = ({ show }: SlashContext, lines: readonly Shown[]): Outcome => Effect.sync(() => (show(lines), null))

const helpLines: readonly Shown[] = [
  ...Object.entries(SLASHES).map(([name, { usage, help }]) =>
    whole(span("strong", `  /${name}${usage === "" ? "" : ` ${usage}`}`), span("dim", `  ${help}`))
  ),
  whole(span("dim", "  a line that ends in \\ goes on; what you type while it works is queued; Esc interrupts; Ctrl-C twice leaves"))
]

const told =
  ({ show }: SlashContext) =>
  (error: LogError | SettingsError): Effect.Effect<null> =>
    Effect.sync(() => (show([whole(span("bad", error.message))]), null))

const changeModel = (name: string, context: SlashContext): Outcome =>
  modelChange(name).pipe(
    Effect.flatMap((change) => context.say({ type: "SettingsChanged", ...change })),
    Effect.as(null),
    Effect.catchTag("SettingsError", told(context))
  )

const changeMode = (name: string, context: SlashContext): Outcome => {
  const { mode } = context.session.state().session.settings
  if (name === "") return shown(context, [whole(span("strong", mode), span("plain", `: ${MODE_WORDS[mode]}`))])
  const meant = MODES.find((known) => known === name)
  return meant === undefined
    ? shown(context, [fitted(span("notice", `the mode ${name} is not known; did you mean ${nearest(name, MODES)}?`))])
    : Effect.as(context.say({ type: "SettingsChanged", mode: meant }), null)
}

/** The sessions that one can go on with here: all of this folder but this one. */
const othersHere = ({ app, cwd, session }: SlashContext): Effect.Effect<readonly SessionSummary[], LogError> =>
  Effect.map(app.sessions.list(), (all) => sessionsOf(cwd, all).filter(({ id }) => id !== session.id))

const listSessions = (context: SlashContext): Outcome =>
  Effect.gen(function*() {
    const others = yield* othersHere(context)
    const now = yield* Clock.currentTimeMillis
    context.show(
      others.length === 0
        ? [whole(span("dim", "this is the only session of this folder; `loom sessions --all` lists those of every folder"))]
        : [...sessionLines(others, now, context.cwd, true), whole(span("dim", "/resume NUMBER goes on with one of them, /resume ID with any"))]
    )
    return null
  })

/** Longer ones are beginnings of an id. */
const LIST_NUMBER = /^\d{1,3}$/

/** By its number in the list, or by its id. */
const findToResume = (word: string, context: SlashContext): Outcome =>
  Effect.gen(function*() {
    const chosen = LIST_NUMBER.test(word) ? sessionTree(yield* othersHere(context))[Number(word) - 1] : undefined
    const { id } = chosen?.session ?? (yield* context.app.sessions.find(word))
    return id === context.session.id ? null : ({ type: "resume", id } satisfies Next)
  }).pipe(Effect.catchTag("LogError", told(context)))

/** Undo is loaded by the first who wants one. What others changed since is put back only after a yes. */
const undoFiles = (slash: Slash, context: SlashContext): Outcome =>
  Effect.gen(function*() {
    const wish = wishOf(slash)
    if (typeof wish === "string") return yield* shown(context, [whole(span("notice", wish))])
    const [{ undoIn }, { undoLines }] = yield* Effect.promise(() =>
      Promise.all([import("../../../runtime/replay/undo.ts"), import("../../view/undo-lines.ts")])
    )
    const undone = yield* undoIn(context.app, context.session, wish)
    const force = { name: slash.name, rest: `${slash.rest} force`.trim() }
    context.show(undoLines(undone, { force: context.confirm === null ? `/${force.name} ${force.rest}` : "a yes", again: "/undo", redo: "/redo" }))
    if (undone.outcome === "contested") context.confirm?.(force)
    return null
  }).pipe(Effect.catchTag("LogError", told(context)))

const wishOf = ({ name, rest }: Slash): UndoWish | string => {
  const said = rest.split(/\s+/).filter((word) => word !== "")
  const force = said.includes("force")
  if (name === "redo")
    return said.every((word) => word === "force") ? { what: "redo", force } : "/redo takes the last undo back and needs no more words"
  const known = said.every((word) => word === "step" || word === "turn" || word === "force")
  return known ? { what: said.includes("step") ? "step" : "turn", force } : "write /undo for the last turn, or /undo step for the last batch of tools"
}

/** At the newest event that is in the log; this session goes on here as if nothing had been. */
const forkHere = (context: SlashContext): Outcome =>
  forkAtEnd(context.app, context.session.id).pipe(
    Effect.flatMap((forked) =>
      Effect.map(
        Effect.promise(() => import("../../view/fork-lines.ts")),
        ({ forkLines }) => (context.show(forkLines(forked)), null)
      )
    ),
    Effect.catchTags({ LogError: told(context), SettingsError: told(context) })
  )

/** A file that is there is never written over. */
const exportTo = (name: string, context: SlashContext): Outcome => {
  const file = resolve(context.cwd, name)
  if (existsSync(file)) return shown(context, [whole(span("notice", `export to ${file}: it exists; give another name`))])
  return context.app.log.exportTo(context.session.id, file).pipe(
    Effect.map(({ bytes }) => (context.show([whole(span("dim", `the log so far is in ${file}, ${bytes} bytes`))]), null)),
    Effect.catchTag("LogError", told(context))
  )
}
