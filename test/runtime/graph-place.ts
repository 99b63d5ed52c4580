import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { GraphContent, GraphNode } from "../../src/effects/graph/node.ts"
import type { Event } from "../../src/machine/event.ts"
import { openApp, type App } from "../../src/runtime/app.ts"
import type { Recorded, Session } from "../../src/runtime/session.ts"

/** Loom in a folder of its own, opened and closed as processes do, with scripted models. */

export const call = (name: string, given: object) => ({ type: "tool-call", name, arguments: given })
export const calls = (name: string, given: object, more: object = {}) => ({ blocks: [call(name, given)], ...more })
export const says = (text: string, more: object = {}) => ({ blocks: [{ type: "text", text }], ...more })

export interface Place {
  readonly folder: string
  readonly work: string
  readonly database: string
  /** Opens Loom as a process does, and closes it behind. */
  readonly within: <A>(use: (app: App) => Effect.Effect<A, unknown, Scope.Scope>, answers?: readonly object[], cwd?: string) => Promise<A>
  /** What was told to a person beside all else. */
  readonly told: string[]
}

export const makePlace = (): Place => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-graph-")))
  const work = join(folder, "work")
  mkdirSync(work)
  const told: string[] = []
  const logger = Logger.make(({ message }) => void told.push([message].flat().map(String).join(" ")))
  let scripts = 0
  return {
    folder,
    work,
    database: join(folder, "home", "data", "loom.db"),
    told,
    within: (use, answers = [says("done")], cwd = work) => {
      const file = join(folder, `${++scripts}.json`)
      writeFileSync(file, JSON.stringify({ chunkMs: 0, answers }))
      const environment = { LOOM_HOME: join(folder, "home"), LOOM_MODEL: `scripted:${file}`, LOOM_PERMISSION_MODE: "bypass", PATH: process.env["PATH"] ?? "" }
      const run = Effect.flatMap(openApp({ environment, cwd, flagsLayer: {} }), use)
      return Effect.runPromise(Effect.provideService(Effect.scoped(run), Logger.CurrentLoggers, new Set([logger])))
    }
  }
}

export const open = (app: App) => app.sessions.open({ settings: app.settings, attended: true })

export const rests = ({ step }: Recorded): boolean => step.state.name === "WaitingForInput" || (step.state.name === "Error" && step.state.retry === null)

export const until = (session: Session, holds: (recorded: Recorded) => boolean) =>
  Effect.callback<void>((resume) => {
    const stop = session.listen((recorded) => {
      if (!holds(recorded)) return
      stop()
      resume(Effect.void)
    })
  })

/** A turn, to its end. */
export const turn = (session: Session, text: string) =>
  Effect.gen(function*() {
    const ended = yield* Effect.forkScoped(until(session, rests), { startImmediately: true })
    yield* session.say({ type: "UserInput", parts: [{ type: "text", text }] })
    yield* Fiber.join(ended)
    // Who listens next hears from the next event on.
    yield* Effect.yieldNow
  })

export const closed = (session: Session) => Effect.andThen(session.say({ type: "ShutdownRequested" }), session.ended)

export const contentOf = (app: App, project: string): Effect.Effect<GraphContent, unknown> => Effect.flatMap(app.graph(project), ({ content }) => content)
export const graphIn = (place: Place, project = place.work): Promise<GraphContent> => place.within((app) => contentOf(app, project))

export const eventsOf = (app: App, id: string): Effect.Effect<readonly Event[], unknown> =>
  Effect.map(Stream.runCollect(app.log.read(id)), (rows) => [...rows].map(({ event }) => event))

export const inTime = (a: GraphNode, b: GraphNode): number => (a.event ?? 0) - (b.event ?? 0)

/** Each node with what leads to it: `goal ask <`, `outcome turn 1: completed < ask`. */
export const told = ({ nodes, edges }: GraphContent): readonly string[] => {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]))
  return [...nodes]
    .sort(inTime)
    .map(({ id, kind, title }) =>
      [kind, title, ...edges.flatMap((edge) => (edge.to === id ? [`< ${edge.type} ${titles.get(edge.from)}`] : []))].join(" ")
    )
}
