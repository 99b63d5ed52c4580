import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import { Graph, layerGraphMemory, type GraphOf } from "../../src/effects/graph/graph.ts"
import "../../src/effects/graph/auto/rooms.ts"
import "../../src/runtime/owed-decisions.ts"
import { memoryDoor, type Door } from "../../src/effects/graph/door.ts"
import { problem } from "../../src/effects/os/problem.ts"
import { makeAutoLog, type AutoLog } from "../../src/runtime/auto-log.ts"
import type { Row } from "../../src/runtime/event-log/event-log.ts"

const asked: Row = { n: 2, event: { type: "UserInput", at: 5, parts: [{ type: "text", text: "go" }] }, actions: [{ type: "RecordDecision", kind: "goal", title: "go" }] }
const started: Row = { n: 4, event: { type: "LlmStarted", at: 6, effect: 2, hash: "hash" }, actions: [] }

const speaker = (durable: Effect.Effect<void> = Effect.void) => ({ session: "s", child: null, root: "/w", durable })

/** What is told to the person, and how often the graph was asked for. */
interface Watched {
  readonly told: readonly string[]
  /** Up to which event of which session the graph was said to be told. */
  readonly marked: readonly string[]
  readonly opened: () => number
  readonly titles: Effect.Effect<readonly string[], unknown>
}

/** Lives under a clock of the test's own; while `refuses` says so, nothing can be written. */
const withAutoLog = (use: (log: AutoLog, watched: Watched, close: Effect.Effect<void>) => Effect.Effect<void, unknown>, refuses: () => boolean = () => false): Promise<void> => {
  const told: string[] = []
  const marked: string[] = []
  let opened = 0
  const logger = Logger.make(({ message }) => void told.push([message].flat().map(String).join(" ")))
  return Effect.runPromise(
    Effect.gen(function*() {
      const graphs = Context.get(yield* Layer.build(layerGraphMemory), Graph)
      const open = Effect.sync((): GraphOf => {
        opened++
        return {
          of: (project) => ({
            ...graphs.of(project),
            add: (...wish) => (refuses() ? Effect.fail(problem("add a goal: the disk is full")) : graphs.of(project).add(...wish))
          })
        }
      })
      const door: Door = { ...memoryDoor(), graphs: open }
      const marks = { owing: Effect.succeed([]), told: (session: string, n: number) => Effect.sync(() => void marked.push(`${session} ${n}`)), read: () => Stream.empty }
      const scope = yield* Scope.make()
      const log = yield* Effect.provideService(makeAutoLog("/w", door, marks), Scope.Scope, scope)
      const titles = Effect.map(graphs.of("/w").content, ({ nodes }) => nodes.map(({ title }) => title))
      yield* use(log, { told, marked, opened: () => opened, titles }, Scope.close(scope, Exit.void))
    }).pipe(Effect.scoped, Effect.provide(TestClock.layer()), Effect.provideService(Logger.CurrentLoggers, new Set([logger])))
  )
}

/** Lets what is under way come as far as it can without time passing; what is loaded takes turns of the loop. */
const settle = Effect.promise(async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
})
const pass = (ms: number) => Effect.andThen(settle, Effect.andThen(TestClock.adjust(ms), settle))

test("nothing is loaded before the request has left, and then only with the next breath (GRAPH-42)", () =>
  withAutoLog((log, { marked, opened, titles }) =>
    Effect.gen(function*() {
      log.hear(speaker(), asked)
      yield* pass(60_000)
      expect(opened()).toBe(0)
      log.hear(speaker(), started)
      yield* pass(499)
      expect(opened()).toBe(0)
      yield* pass(1)
      expect([opened(), yield* titles, marked]).toEqual([1, ["go"], ["s 2"]])
      // What is written is not written again.
      log.hear(speaker(), { n: 6, event: { type: "UserInput", at: 7, parts: [{ type: "text", text: "on" }] }, actions: [{ type: "RecordDecision", kind: "goal", title: "on" }] })
      yield* log.goalOf("s")
      expect([(yield* titles).toSorted(), marked]).toEqual([["go", "on"], ["s 2", "s 6"]])
      yield* log.goalOf("s")
      expect(marked.length).toBe(2)
    })
  ))

test("where steps follow each other fast nothing is written between them, but every five seconds (GRAPH-42)", () =>
  withAutoLog((log, { titles }) =>
    Effect.gen(function*() {
      log.hear(speaker(), asked)
      for (let passedMs = 0; passedMs < 4_800; passedMs += 400) {
        log.hear(speaker(), started)
        yield* pass(400)
        expect([passedMs, yield* titles]).toEqual([passedMs, []])
      }
      log.hear(speaker(), started)
      yield* pass(400)
      expect(yield* titles).toEqual(["go"])
    })
  ))

test("nothing is written of what is not on disk: it may never have been said (GRAPH-42)", () =>
  withAutoLog((log, { titles }) =>
    Effect.gen(function*() {
      const durable = yield* Deferred.make<void>()
      log.hear(speaker(Deferred.await(durable)), asked)
      log.hear(speaker(Deferred.await(durable)), started)
      yield* pass(1_000)
      expect(yield* titles).toEqual([])
      yield* Deferred.succeed(durable, undefined)
      yield* settle
      expect(yield* titles).toEqual(["go"])
    })
  ))

test("what cannot be written is told once and tried again, more and more rarely, until it is written (GRAPH-42)", () => {
  let refused = 0
  let full = true
  return withAutoLog(
    (log, { told, titles }) =>
      Effect.gen(function*() {
        log.hear(speaker(), asked)
        log.hear(speaker(), started)
        yield* pass(500)
        const tries: number[] = [refused]
        for (const ms of [499, 1, 1_000, 2_000, 4_000, 8_000, 16_000, 29_999, 1]) {
          yield* pass(ms)
          tries.push(refused)
        }
        expect(tries).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 7, 8])
        expect(told).toEqual(["what happened cannot be written into the decision graph: add a goal: the disk is full; it is kept and tried again"])
        full = false
        yield* pass(30_000)
        expect(yield* titles).toEqual(["go"])
      }),
    () => full && ++refused > 0
  )
})

test("who ends waits for nothing: what is not written is not marked, and the log has it (GRAPH-42)", () =>
  withAutoLog((log, { told, titles, marked }, close) =>
    Effect.gen(function*() {
      log.hear(speaker(), asked)
      log.hear(speaker(), started)
      yield* close
      yield* pass(60_000)
      expect([yield* titles, told, marked]).toEqual([[], [], []])
    })
  ))

test("the goal of a turn is known as soon as it is asked for", () =>
  withAutoLog((log, { titles }) =>
    Effect.gen(function*() {
      log.hear(speaker(), asked)
      const goal = yield* log.goalOf("s")
      expect([typeof goal, yield* titles, yield* log.goalOf("other")]).toEqual(["string", ["go"], null])
    })
  ))
