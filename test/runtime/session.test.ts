import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import type { Emit } from "../../src/effects/emit.ts"
import type { Action } from "../../src/machine/action.ts"
import type { CallFacts } from "../../src/machine/event.ts"
import { logError } from "../../src/runtime/event-log/log-error.ts"
import type { Recorded, Session } from "../../src/runtime/session.ts"
import { opening } from "../properties/harness/opening.ts"
import { liveSession, work, type Perform } from "../support/live-session.ts"

const words = (text: string) => ({ type: "UserInput", parts: [{ type: "text", text }] }) as const

const changing = (call: string): CallFacts => ({ call, changes: true, paths: [], commands: [{ text: "touch x", reads: false }], hosts: [] })

/** Answers everything but tools: the model asks for one call, then says that it is done. */
const oneCall = (tools: Perform): Perform => (action, state, emit) => {
  switch (action.type) {
    case "GatherContext":
      return [work(action.effect, () => emit({ type: "ContextGathered", effect: action.effect, fragments: [] }))]
    case "SendLlmRequest":
      return [work(action.effect, () => answer(action, emit))]
    case "VetToolCalls":
      return [work(action.effect, () => emit({ type: "ToolCallsVetted", effect: action.effect, facts: action.calls.map(({ id }) => changing(id)) }))]
    case "RunPostToolsHook":
      return [work(action.effect, () => emit({ type: "PostToolsHookCompleted", effect: action.effect, goOn: true }), true)]
    case "Shutdown":
      return [work(action.effect, () => emit({ type: "ShutdownCompleted", effect: action.effect }))]
    default:
      return tools(action, state, emit)
  }
}

const answer = (action: Extract<Action, { type: "SendLlmRequest" }>, emit: Emit): void => {
  if (action.step === 1) emit({ type: "LlmToolCallDelta", effect: action.effect, index: 0, name: "shell", arguments: '{"command":"touch x"}' })
  else emit({ type: "LlmTextDelta", effect: action.effect, text: "done" })
  emit({ type: "LlmCompleted", effect: action.effect, stop: "end" })
}

const heard = (session: Session, until: (recorded: Recorded) => boolean): Effect.Effect<Recorded> =>
  Effect.callback((resume) => {
    const stop = session.listen((recorded) => {
      if (!until(recorded)) return
      stop()
      resume(Effect.succeed(recorded))
    })
  })

const run = <A>(effect: Effect.Effect<A, unknown, import("effect/Scope").Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

test("a call that may change something starts only once the event that allowed it is durable", () =>
  run(
    Effect.gen(function*() {
      const written: string[][] = []
      let rows: Effect.Effect<readonly { readonly event: { readonly type: string } }[]> = Effect.succeed([])
      const live = yield* liveSession(
        opening({ settings: { mode: "bypass" } }),
        oneCall((action, _, emit) =>
          action.type !== "ExecuteTools"
            ? []
            : action.calls.map(({ effect }) =>
                work(
                  effect,
                  Effect.gen(function*() {
                    written.push((yield* rows).map(({ event }) => event.type))
                    emit({ type: "ToolCompleted", effect, status: "ok", parts: [] })
                  }),
                  true
                )
              )
        )
      )
      rows = live.rows
      yield* live.session.say(words("go"))
      yield* heard(live.session, ({ step }) => step.state.name === "WaitingForInput")
      expect(written).toHaveLength(1)
      expect(written[0]?.at(-1)).toBe("ToolCallsVetted")
    })
  ))

test("what a person says is durable when it is taken", () =>
  run(
    Effect.gen(function*() {
      const { session, rows } = yield* liveSession(opening(), () => [])
      yield* session.say(words("remember this"))
      expect((yield* rows).map(({ event }) => event.type)).toEqual(["SessionOpened", "UserInput"])
    })
  ))

test("what is cancelled has ended before the next work starts", () =>
  run(
    Effect.gen(function*() {
      const happened: string[] = []
      const started = yield* Deferred.make<void>()
      const { session } = yield* liveSession(opening(), (action) => {
        if (action.type !== "GatherContext") return []
        const slow = Effect.andThen(Deferred.succeed(started, undefined), Effect.never).pipe(
          Effect.onInterrupt(() => Effect.andThen(Effect.yieldNow, Effect.sync(() => happened.push(`gathering ${action.effect} ended`))))
        )
        return [work(action.effect, Effect.andThen(Effect.sync(() => happened.push(`gathering ${action.effect} began`)), slow))]
      })
      yield* session.say(words("first"))
      yield* Deferred.await(started)
      yield* session.say(words("second"))
      yield* session.say({ type: "InterruptRequested" })
      yield* Effect.yieldNow
      expect(happened).toEqual(["gathering 1 began", "gathering 1 ended", "gathering 2 began"])
    })
  ))

test("a log that cannot be written ends the session, and nothing that may change the world starts", () =>
  run(
    Effect.gen(function*() {
      const started: string[] = []
      const live = yield* liveSession(
        opening({ settings: { mode: "bypass" } }),
        oneCall((action) => (action.type === "ExecuteTools" ? action.calls.map(({ effect }) => work(effect, () => void started.push("a change"), true)) : []))
      )
      yield* live.session.say(words("go")).pipe(
        Effect.andThen(Effect.sync(() => live.store.refuse(logError("full", "write session s: no space left"))))
      )
      const failure = yield* Effect.flip(live.session.ended)
      expect(failure.reason).toBe("full")
      expect(started).toEqual([])
      expect((yield* Effect.flip(live.session.say(words("again")))).reason).toBe("full")
    })
  ))

test("a session that was shut down has a whole log and hears nothing more", () =>
  run(
    Effect.gen(function*() {
      const { session, rows } = yield* liveSession(opening(), oneCall(() => []))
      yield* session.say({ type: "ShutdownRequested" })
      yield* session.ended
      expect((yield* rows).map(({ event }) => event.type)).toEqual(["SessionOpened", "ShutdownRequested", "ShutdownCompleted"])
      yield* session.say(words("too late"))
      expect(session.state().name).toBe("ShuttingDown")
    })
  ))

test("a room that breaks ends the session with its fault instead of leaving it waiting for ever", () =>
  run(
    Effect.gen(function*() {
      const { session } = yield* liveSession(opening(), (action) => (action.type === "GatherContext" ? [work(action.effect, Effect.die(new Error("broken room")))] : []))
      yield* session.say(words("go"))
      const exit = yield* Effect.exit(session.ended)
      expect(String(exit)).toContain("broken room")
    })
  ))

test("a room that breaks while it is cancelled ends nothing: its answer is wanted by nobody", () =>
  run(
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const { session } = yield* liveSession(opening(), (action) => {
        if (action.type !== "GatherContext") return []
        const breaking = Effect.andThen(Deferred.succeed(started, undefined), Effect.never).pipe(Effect.onInterrupt(() => Effect.die(new Error("broken room"))))
        return [work(action.effect, breaking)]
      })
      yield* session.say(words("go"))
      yield* Deferred.await(started)
      yield* session.say({ type: "InterruptRequested" })
      yield* session.say(words("still there?"))
      expect(session.state().name).toBe("CallingLlm")
    })
  ))

test("time in a log never goes back, whatever the clock says", () =>
  run(
    Effect.gen(function*() {
      const ahead = 9_000_000_000_000
      const { session, rows } = yield* liveSession({ ...opening(), at: ahead }, () => [])
      yield* session.say(words("earlier, by the clock"))
      expect((yield* rows).map(({ event }) => event.at)).toEqual([ahead, ahead])
    })
  ))
