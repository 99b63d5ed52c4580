import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { modelFacts } from "../../effects/llm/catalogue.ts"
import { Llm } from "../../effects/llm/llm.ts"
import { playInOrder } from "../../effects/llm/recorded.ts"
import type { ActionOf } from "../../machine/action.ts"
import type { Parent, SessionOpened } from "../../machine/event.ts"
import type { ToolCall } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import { MACHINE_VERSION } from "../../machine/step.ts"
import { sandboxState, type SandboxWish } from "../../effects/os/sandbox.ts"
import { EventLog, type LogError } from "../event-log/event-log.ts"
import { logError } from "../event-log/log-error.ts"
import { originOf } from "../imported.ts"
import { sessionId } from "../opening.ts"
import type { Said, Session } from "../session.ts"
import type { Sessions } from "../sessions.ts"
import { openFiles, type FilesSource } from "./files-at.ts"
import { loadSession } from "./log-source.ts"
import { compareRerun, type RerunDifferences } from "./rerun-compare.ts"
import { performLive, performRecorded } from "./rerun-perform.ts"
import { makeRerunPlace, type RerunPlace } from "./rerun-place.ts"
import { isAtRest, isReached, NO_PROGRESS, progressAfter, recordOf, takerOf, type Input, type Progress, type Record } from "./rerun-record.ts"
import { masking, translated, translation, type Translate } from "./rerun-words.ts"

export interface RerunOptions {
  /** `live`: real tools in a copy of the workspace, the model answers from the log. `recorded`: the tools answer from the log, the model is asked. */
  readonly tools: "live" | "recorded"
  /** Where the copy is made; `null`: in a folder that goes when nothing differs. */
  readonly directory: string | null
  /** The model that is asked where the tools are recorded. */
  readonly model: string
  /** Whether a log from elsewhere may run its commands without a sandbox. */
  readonly unheld: boolean
  /** Whether the day, durations and names of commits are compared, too. */
  readonly exact: boolean
}

/** What became of a session that was held once more. */
export interface Reran extends RerunDifferences {
  /** The id of the session it was held as. */
  readonly session: string
  /** Where the tools ran; `null` where none did, or where it is gone again because nothing differed. */
  readonly root: string | null
  readonly how: string
  /** Why it could not go on; `null` where it came to its end. */
  readonly error: string | null
  /** Calls that the record could not answer. */
  readonly unrecorded: readonly ToolCall[]
}

/** Where sessions are held and logs are kept. */
export interface RerunHouse {
  readonly sessions: Sessions
  readonly log: EventLog["Service"]
}

/** Holds the session of a log once more, says again what the person said then, and compares all requests and results. */
export const rerun = Effect.fn("Replay.rerun")(function*(
  house: RerunHouse,
  source: FilesSource,
  options: RerunOptions
): Effect.fn.Return<Reran, LogError, Scope.Scope> {
  const { log } = source
  if (log.header.machine > MACHINE_VERSION)
    return yield* logError(
      "newer",
      `rerun ${log.header.session}: machine ${log.header.machine} decided it, this one is ${MACHINE_VERSION}; update Loom`
    )
  const opened = log.rows[0]?.event as SessionOpened
  const foreign = source.file !== null || (yield* originOf(house.log, source.dataDirectory, log.header.session)) !== null
  if (foreign && options.tools === "live" && !options.unheld) yield* requireSandbox(log.header.session)
  const place = options.tools === "live" ? yield* makeRerunPlace(source, options.directory) : null
  const again = openedAgain(opened, place, options, yield* Clock.currentTimeMillis)
  const held = foreign ? ofForeign(again) : again
  const toHere = translation(opened.roots, held.roots)
  const record = recordOf(log)
  const unrecorded: ToolCall[] = []
  const state = yield* Effect.scoped(
    Effect.gen(function*() {
      const session = yield* house.sessions.openWith(held, {
        dataDirectory: place?.dataDirectory ?? source.dataDirectory,
        ...(foreign ? { origin: "fork" as const, ...(options.unheld ? {} : { sandbox: CLOSED }) } : {}),
        ...(place === null ? {} : { llm: Layer.succeed(Llm, Llm.of({ ask: playInOrder(record.calls, toHere) })) }),
        perform: place === null ? performRecorded(record, (call) => unrecorded.push(call)) : performLive(record)
      })
      const restore = place === null ? () => Effect.void : restoring(source, place)
      return yield* holdAgain({ session, record, translate: toHere, isLiveModel: options.tools === "recorded", restore })
    })
  )
  const now = yield* Effect.provideService(loadSession(held.session), EventLog, house.log)
  const mask = masking([...held.roots, ...opened.roots], [held.session, opened.session], options.exact)
  const differences = yield* Effect.promise(() => compareRerun(log, now, mask, options.tools === "recorded"))
  const equal = differences.equal && (state.name === "Error") === record.endedInError
  if (!equal) place?.keep()
  const root = place === null || (equal && options.directory === null) ? null : place.root
  return {
    session: held.session,
    root,
    how: place?.how ?? `tools from the record, answers from ${held.settings.model}`,
    error: errorOf(state),
    unrecorded,
    ...differences,
    equal
  }
})

/** A log that was read from a file, or was imported, says itself what may run: so nothing of it leaves a sandbox without network. */
const CLOSED: SandboxWish = { mode: "required", network: "off", hosts: [], keepVariables: [], alsoWritable: [] }

const requireSandbox = Effect.fnUntraced(function*(id: string): Effect.fn.Return<void, LogError> {
  const state = yield* sandboxState(CLOSED)
  if (state.name === "on") return
  return yield* logError(
    "failed",
    `rerun ${id}: the log came from elsewhere, so its commands run in a sandbox, and ${state.why}; look through it, then \`loom rerun --no-sandbox\` runs them with all your rights`
  )
})

/** It works in its own copy alone, and asks no page of the web. */
const ofForeign = (opened: SessionOpened): SessionOpened => ({
  ...opened,
  roots: opened.roots.slice(0, 1),
  rules: [
    ...["web_fetch", "web_search"].map((rule) => ({ decision: "deny", rule, source: "rerun of a log from elsewhere" }) as const),
    ...opened.rules
  ]
})

/** What the opening of a rerun says of its parent: it begins with it, and goes its own way from there. */
const RERUN = "rerun"

const openedAgain = (opened: SessionOpened, place: RerunPlace | null, { model }: RerunOptions, at: number): SessionOpened => {
  const roots = place === null ? opened.roots : [place.root, ...opened.roots.slice(1)]
  const parent: Parent = { session: opened.session, n: 1, changes: [RERUN] }
  const common: SessionOpened = {
    ...translated(opened, translation(opened.roots, roots)),
    at,
    session: sessionId(at),
    machine: MACHINE_VERSION,
    parent
  }
  if (place !== null) return common
  return {
    ...common,
    modelsByName: { ...opened.modelsByName, [model]: opened.modelsByName[model] ?? modelFacts(model) },
    settings: { ...opened.settings, model }
  }
}

interface HeldAgain {
  readonly session: Session
  readonly record: Record
  readonly translate: Translate
  readonly isLiveModel: boolean
  /** Makes the files those of a checkpoint of the record. */
  readonly restore: (tree: string) => Effect.Effect<void, LogError>
}

const restoring = (source: FilesSource, { root }: RerunPlace) => (tree: string): Effect.Effect<void, LogError> =>
  Effect.scoped(Effect.flatMap(openFiles(source), (files) => Effect.asVoid(files.restore({ tree, from: 1, why: "after an undo" }, root))))

const errorOf = (state: State): string | null => (state.name === "Error" ? state.error.message : null)

/** Says all that was said, each at the point where it was said, and answers what is asked as it was answered. Gives the last state before it is closed. */
const holdAgain = Effect.fnUntraced(function*(held: HeldAgain): Effect.fn.Return<State, LogError, Scope.Scope> {
  const { session, record } = held
  let progress = NO_PROGRESS
  const asked = yield* Queue.unbounded<ActionOf<"RequestApproval">>()
  session.listen(({ event, step }) => {
    progress = progressAfter(progress, { event, step })
    for (const action of step.actions) if (action.type === "RequestApproval") Queue.offerUnsafe(asked, action)
  })
  yield* Effect.forkScoped(Effect.ignore(answerAll(held, asked)))
  for (const input of record.inputs) yield* sayAgain(held, input, () => progress)
  yield* until(session, () => isAtRest(session.state()))
  const state = session.state()
  yield* session.say({ type: "ShutdownRequested" })
  yield* session.ended
  return state
})

/** What was said at work is said at the same point of the work; where the session rests before it gets there, only messages and settings are. */
const sayAgain = Effect.fnUntraced(function*(
  { session, translate, isLiveModel, restore }: HeldAgain,
  { event, at }: Input,
  progress: () => Progress
) {
  yield* until(session, () => isAtRest(session.state()) || (at !== null && isReached(progress(), at)))
  const isLate = at !== null && isAtRest(session.state())
  if (isLate && event.type !== "UserInput" && event.type !== "SettingsChanged") return
  if (event.type === "WorkspaceRestored") {
    yield* restore(event.tree)
    return yield* session.say({ type: event.type, tree: event.tree, note: translate(event.note) })
  }
  const { at: _at, ...said } = translated(event, translate)
  yield* session.say(isLiveModel ? withoutModel(said) : said)
})

/** The model that is asked is the one that was named for the rerun. */
const withoutModel = (said: Said): Said => {
  if (said.type !== "SettingsChanged") return said
  const { model: _model, modelsByName: _facts, ...rest } = said
  return rest
}

/** A call that nobody was asked about then is not approved now. */
const answerAll = ({ session, record, translate }: HeldAgain, asked: Queue.Dequeue<ActionOf<"RequestApproval">>) => {
  const byCall = new Map([...record.approvalsByCall].map(([call, answers]) => [translate(call), answers]))
  const take = takerOf(byCall)
  return Effect.forever(
    Effect.flatMap(Queue.take(asked), ({ effect, call }) => {
      const answer = take(call)
      if (answer === undefined)
        return session.say({ type: "ApprovalAnswered", effect, answer: "no", words: "nobody was asked about this call in the record" })
      const { rules, words } = answer
      return session.say({
        type: "ApprovalAnswered",
        effect,
        answer: answer.answer,
        ...(rules === undefined ? {} : { rules }),
        ...(words === undefined ? {} : { words })
      })
    })
  )
}

/** Waits until it holds, or the session is over. */
const until = (session: Session, holds: () => boolean): Effect.Effect<void, LogError> =>
  Effect.raceFirst(
    Effect.callback<void>((resume) => {
      if (holds()) return resume(Effect.void)
      const stop = session.listen(() => {
        if (!holds()) return
        stop()
        resume(Effect.void)
      })
      return Effect.sync(stop)
    }),
    session.ended
  )
