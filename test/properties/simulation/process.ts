import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as References from "effect/References"
import { MaxOpsBeforeYield } from "effect/Scheduler"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Emit } from "../../../src/effects/emit.ts"
import { hookDesk } from "../../../src/effects/hooks/desk.ts"
import { HookPrograms } from "../../../src/effects/hooks/run-hook.ts"
import { worksOf, type Cause as WorkCause, type PerformOptions, type Rooms, type Work } from "../../../src/effects/perform.ts"
import type { Action, ActionOf } from "../../../src/machine/action.ts"
import { replay } from "../../../src/machine/replay.ts"
import type { State } from "../../../src/machine/state.ts"
import { EventLog, LogError, type Journal } from "../../../src/runtime/event-log/event-log.ts"
import type { MemoryStore } from "../../../src/runtime/event-log/store-memory.ts"
import { runSession, type Session } from "../../../src/runtime/session.ts"
import type { Opening } from "../../../src/runtime/sessions.ts"
import { takeUp } from "../../../src/runtime/taking-up.ts"
import { DEFAULT_ZONES } from "../../../src/runtime/settings.ts"
import { Broken } from "../harness/world.ts"
// Loaded ahead: what is loaded while time stands still would take time that nobody counts.
import "../../../src/effects/git/hook-runner.ts"
import "../../../src/effects/hooks/rooms.ts"
import "../../../src/effects/llm/anthropic.ts"
import "../../../src/effects/llm/openai.ts"
import "../../../src/effects/tools/rooms.ts"
import { HOOKS, programsOf } from "./hooks.ts"
import { answering, liveWith } from "./person.ts"
import type { Plan, Room } from "./plan.ts"
import { checkpointsOf, roomsOf } from "./rooms.ts"
import type { World } from "./world.ts"

/** One process of a simulated session, from its start to its orderly end: the real runtime over the simulated world. */
export const processOf = (world: World): Effect.Effect<void> =>
  Effect.scoped(
    Effect.gen(function*() {
      const log = Context.get(yield* Layer.build(EventLog.layerMemory(world.disk.store as MemoryStore, "simulated")), EventLog)
      const { journal, state, resumed } = yield* begin(world, log)
      const rooms = yield* Layer.build(roomsIn(world))
      const session = yield* runSession(
        journal,
        state,
        performing(world, rooms, {
          autoCommit: false,
          hooks: hookDesk(world.plan.hooks.length === 0 ? [] : HOOKS, state, resumed ? "resume" : "startup")
        })
      )
      const { change, questions } = yield* hearing(world, session)
      const left = yield* Deferred.make<void>()
      const leave = Effect.andThen(Deferred.succeed(left, undefined), Effect.never)
      const living = Effect.gen(function*() {
        if (resumed) yield* takeUp(session, openingOf(world.plan))
        for (const ghost of world.emit === null ? [] : world.post.ghosts()) world.emit?.(ghost)
        yield* liveWith({ world, session, log, change, leave })
      })
      yield* Effect.forkScoped(answering(world, session, questions))
      yield* Effect.forkScoped(Effect.catchCause(living, (cause) => Effect.sync(() => (Cause.hasInterruptsOnly(cause) ? undefined : judge(world, cause)))))
      const exit = yield* Effect.exit(Effect.raceFirst(session.ended, Deferred.await(left)))
      if (Exit.isFailure(exit)) judge(world, exit.cause)
    })
  ).pipe(
    // A session that could not be opened is opened again.
    Effect.catchCause((cause) => Effect.sync(() => judge(world, cause))),
    Effect.provideService(Clock.Clock, world.time().clock),
    Effect.provideService(MaxOpsBeforeYield, world.plan.setting.yieldOperations),
    Effect.provideService(References.MinimumLogLevel, "None")
  )

/** No space, or no lease any more: such a process ends with a sentence. Nothing else may end one. */
const judge = (world: World, cause: Cause.Cause<unknown>): void => {
  const error = Cause.squash(cause)
  const expected = error instanceof LogError && (error.reason === "full" || (error.reason === "lost" && world.disk.isUsurped()))
  if (!expected) world.fail(error)
}

const roomsIn = (world: World) => {
  const { session, roots } = world.opened
  const root = roots[0] as string
  const checkpoints = checkpointsOf(root, () => `tree-${world.changes()}`, world.nextCheckpoint)
  return roomsOf({ root, session, kept: world.kept, send: world.send, tools: world.tools, checkpoints })
}

/** Everything that is recorded is watched; a person hears of questions, and that something changed. */
const hearing = Effect.fnUntraced(function*(world: World, session: Session) {
  const questions = yield* Queue.unbounded<ActionOf<"RequestApproval">>()
  const waiting = new Set<(done: Effect.Effect<void>) => void>()
  session.listen((recorded) => {
    try {
      const before = world.watch.state()
      world.watch.heard(recorded)
      world.promises.heard(recorded, before)
    } catch (error) {
      return world.fail(error)
    }
    for (const action of recorded.step.actions) if (action.type === "RequestApproval") Queue.offerUnsafe(questions, action)
    const woken = [...waiting]
    waiting.clear()
    for (const resume of woken) resume(Effect.void)
  })
  const change = Effect.callback<void>((resume) => {
    waiting.add(resume)
    return Effect.sync(() => void waiting.delete(resume))
  })
  return { questions, change }
})

interface Begun {
  readonly journal: Journal
  readonly state: State
  readonly resumed: boolean
}

/** As `sessions.open` and `sessions.resume` do; and what is found must be what was there. */
const begin = Effect.fnUntraced(function*(world: World, log: EventLog["Service"]): Effect.fn.Return<Begun, unknown, Scope.Scope> {
  const { opened } = world
  world.promises.begins()
  if (world.disk.isUsurped()) world.disk.crash()
  if (!world.disk.exists()) {
    const state = replay([opened])
    world.watch.found([])
    world.watch.begins(state)
    const journal = yield* log.create(opened)
    world.watch.created()
    return { journal, state, resumed: false }
  }
  const { journal, snapshot, tail } = yield* log.open(opened.session)
  world.watch.found(yield* Stream.runCollect(log.read(opened.session)))
  const state = replay(tail.map((row) => row.event), snapshot?.state)
  world.watch.begins(state)
  return { journal, state, resumed: true }
})

const openingOf = ({ setting }: Plan): Opening => ({
  attended: setting.attended,
  settings: {
    model: setting.model,
    modelSaid: false,
    mode: setting.mode,
    rules: setting.rules,
    limits: { ...setting.limits } as Opening["settings"]["limits"],
    autoCommit: false,
    appendSystemPrompt: "",
    webAllowPrivate: [],
    webSearchUrl: null,
    oracle: null,
    weakModel: null,
    zones: DEFAULT_ZONES,
    hooks: [],
    lsp: { on: false, servers: {} },
    sandbox: { mode: "off", network: "off", hosts: [], keepVariables: [], alsoWritable: [] }
  }
})

const performing =
  (world: World, rooms: Context.Context<Rooms>, options: PerformOptions) =>
  (action: Action, cause: WorkCause, emit: Emit): readonly Work<never>[] => {
    world.emit = emit
    world.promises.performed(action)
    return worksOf(action, cause, world.promises.through(world.post.through(emit)), options).map((work) => ({
      ...work,
      run: Effect.provideService(Effect.provideContext(Effect.andThen(before(world, action, work, cause), work.run), rooms), HookPrograms, programsOf(world))
    }))
  }

/** Looks whether a change begins too early, and lets slow rooms take their time. */
const before = (world: World, action: Action, { effect }: Work, { n }: WorkCause): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (mayChange(action, effect) && world.disk.events() < n) {
      world.fail(
        new Broken(
          "write-ahead",
          "what may change the world starts once its cause is durable",
          `${action.type} ${effect} started by event ${n}, with ${world.disk.events()} written`
        )
      )
    }
    const slowMs = world.isFair() ? undefined : world.plan.setting.slowMs[action.type as Room]
    return slowMs === undefined ? Effect.void : Effect.sleep(slowMs)
  })

const mayChange = (action: Action, effect: number): boolean => {
  if (action.type === "ExecuteTools") return action.calls.some((call) => call.effect === effect && call.changes)
  return action.type === "RunPostToolsHook" || action.type === "OffloadContext"
}
