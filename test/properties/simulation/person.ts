import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type { ActionOf } from "../../../src/machine/action.ts"
import type { State, StateName } from "../../../src/machine/state.ts"
import type { Journals } from "../../../src/runtime/event-log/journals.ts"
import type { LogError } from "../../../src/runtime/event-log/log-error.ts"
import type { Said, Session } from "../../../src/runtime/recorded.ts"
import { Broken } from "../harness/world.ts"
import type { Deed } from "./plan.ts"
import type { World } from "./world.ts"

/** The person and fate, as they meet one process. */
export interface Meeting {
  readonly world: World
  readonly session: Session
  readonly log: Journals
  /** Ends when the session has recorded something more. */
  readonly change: Effect.Effect<void>
  /** The process goes away without waiting for anything. */
  readonly leave: Effect.Effect<void>
}

/** How long somebody waits for a session that does not come where it is wanted. Units: ms. */
const PATIENCE_MS = 200_000

/** Carries out the moves that are left, then lets the session come to rest and shuts it down. */
export const liveWith = (meeting: Meeting): Effect.Effect<void, LogError> =>
  Effect.gen(function*() {
    const { world, session } = meeting
    for (let move = world.nextMove(); move !== null && !world.isFair(); move = world.nextMove()) {
      yield* arrive(meeting, move.when)
      if (move.pauseMs > 0) yield* Effect.sleep(move.pauseMs)
      world.moveDone()
      world.happened(`the person ${move.deed.does}${isBusy(session.state()) ? " while busy" : ""}`)
      yield* carryOut(meeting, move.deed)
    }
    yield* until(() => rests(session.state()), meeting.change, PATIENCE_MS)
    world.mend()
    yield* comeToRest(meeting)
    yield* session.say({ type: "ShutdownRequested" })
  })

const isBusy = ({ name }: State): boolean => name !== "WaitingForInput" && name !== "Error"

/** Whether nothing happens any more unless a person says something. */
const rests = (state: State): boolean => state.name === "WaitingForInput" || (state.name === "Error" && state.retry === null)

const arrive = ({ session, change }: Meeting, when: StateName | "now"): Effect.Effect<void> => {
  const there = (): boolean => when === "now" || session.state().name === when || rests(session.state())
  return until(there, change, PATIENCE_MS)
}

const until = (holds: () => boolean, change: Effect.Effect<void>, patienceMs: number): Effect.Effect<void> =>
  Effect.raceFirst(
    Effect.whileLoop({ while: () => !holds(), body: () => change, step: () => {} }),
    Effect.sleep(patienceMs)
  )

const carryOut = ({ world, session, log, leave }: Meeting, deed: Deed): Effect.Effect<void, LogError> => {
  switch (deed.does) {
    case "says":
      return session.say({ type: "UserInput", parts: deed.parts })
    case "takes back":
      return session.say({ type: "InputTakenBack" })
    case "interrupts":
      return session.say({ type: "InterruptRequested" })
    case "goes on":
      return session.say({ type: "ContinueRequested" })
    case "changes settings": {
      const { does: _, ...settings } = deed
      return session.say({ type: "SettingsChanged", ...settings })
    }
    case "frees the window":
      return session.say({ type: "OffloadRequested" })
    case "restores files":
      return session.say({ type: "WorkspaceRestored", tree: `tree-${world.changes()}`, note: deed.note })
    case "shuts down":
      return Effect.andThen(session.say({ type: "ShutdownRequested" }), Effect.ignore(session.ended))
    case "interrupts twice":
      return Effect.andThen(Effect.forkChild(Effect.ignore(session.say({ type: "InterruptRequested" }))), leave)
    case "says all at once":
      return Effect.forEach(deed.texts, (text) => session.say({ type: "UserInput", parts: [{ type: "text", text }] }), { concurrency: "unbounded", discard: true })
    case "loses the lease":
      return Effect.sync(() => world.disk.usurp(session.id))
    case "kills":
      return Effect.andThen(Effect.sync(world.crash), Effect.never)
    case "opens it again":
      return Effect.scoped(log.open(session.id)).pipe(
        Effect.matchEffect({
          onSuccess: () => Effect.sync(() => world.fail(new Broken("LOG-4", "a session has one writer", "a second one opened it"))),
          onFailure: (error) => Effect.sync(() => (error.reason === "held" || world.disk.isUsurped() ? undefined : world.fail(error)))
        })
      )
  }
}

/** A tool, a question and a keeper may wait for ever; nothing else may. */
const mayHang = (world: World, state: State): boolean => {
  if (state.name === "CallingLlm") return state.call.stage.name === "offloading"
  return state.name === "ExecutingTools" && state.executions.every(({ phase }) => phase.name !== "running" || world.isRunning(phase.effect))
}

/** A fair environment: who waits too long is interrupted by somebody. */
const comeToRest = ({ world, session, change }: Meeting): Effect.Effect<void, LogError> =>
  Effect.gen(function*() {
    for (let patience = 20; patience > 0; patience--) {
      const before = session.state()
      yield* until(() => rests(session.state()), change, PATIENCE_MS)
      const state = session.state()
      if (rests(state)) return
      if (state !== before) continue
      if (mayHang(world, state)) yield* session.say({ type: "InterruptRequested" })
      else if (state.name !== "Error") break
    }
    world.fail(new Broken("23", "a fair environment settles in a resting state", `it is ${JSON.stringify(session.state().name)} all the time`))
  })

const isAsked = (state: State, effect: number): boolean =>
  state.name === "ExecutingTools" && state.executions.some(({ phase }) => phase.name === "awaiting-approval" && phase.effect === effect)

/** Answers each question as the plan says, whenever that is. */
export const answering = (world: World, session: Session, questions: Queue.Queue<ActionOf<"RequestApproval">>) =>
  Effect.forever(
    Effect.flatMap(Queue.take(questions), ({ effect }) => {
      const { afterMs, ...reply } = world.nextReply()
      world.happened(afterMs === null ? "the person never answers" : `the person answers ${reply.answer}`)
      if (afterMs === null) return Effect.void
      const said: Said = { type: "ApprovalAnswered", effect, ...reply }
      const late = Effect.sync(() => (isAsked(session.state(), effect) ? undefined : world.happened("the person answers too late")))
      return Effect.forkScoped(Effect.sleep(afterMs).pipe(Effect.andThen(late), Effect.andThen(Effect.ignore(session.say(said)))))
    })
  )
