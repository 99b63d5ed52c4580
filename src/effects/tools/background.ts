import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { Ended } from "../os/process.ts"
import type { Output } from "./output.ts"

/** So many are remembered, those that began first to be forgotten once they have ended. */
const REMEMBERED_MAX = 64

/** A command that goes on after the call that started it. Units: `since` in ms since the epoch. */
export interface BackgroundCommand {
  readonly id: string
  readonly command: string
  readonly since: number
  /** How it ended; `null` while it runs. */
  readonly ended: () => BackgroundEnd | null
  /** What it said that was not told yet, which counts as told from now on; with `all`, everything that was kept of it. */
  readonly said: (now: number, all: boolean) => Output
  /** Done when there is something to tell, or it has ended. */
  readonly heard: Effect.Effect<void>
  /** Kills it and all it started, and waits for that. */
  readonly stop: Effect.Effect<void>
}

/** Units: `at` in ms since the epoch. */
export type BackgroundEnd = (Ended | { readonly how: "failed"; readonly message: string } | { readonly how: "stopped" }) & { readonly at: number }

/**
 * The commands that a session runs beside its calls. They live as long as the session does in this process: its end kills them
 * with all they started, and so does an interrupt of a turn.
 */
export class Background extends Context.Service<
  Background,
  {
    /** Starts what runs until the session ends. */
    readonly fork: (run: Effect.Effect<void>) => Effect.Effect<Fiber.Fiber<void>>
    readonly remember: (command: BackgroundCommand) => void
    /** In the order in which they began. */
    readonly all: () => readonly BackgroundCommand[]
    readonly running: () => readonly BackgroundCommand[]
    readonly stopAll: Effect.Effect<void>
  }
>()("loom/Background") {
  static readonly layer: Layer.Layer<Background> = Layer.effect(
    Background,
    Effect.map(Effect.scope, (scope) => {
      let commands: readonly BackgroundCommand[] = []
      const running = (): readonly BackgroundCommand[] => commands.filter(({ ended }) => ended() === null)
      return {
        fork: (run) => Effect.forkIn(run, scope, { startImmediately: true }),
        remember: (command) => {
          const oldest = commands.length < REMEMBERED_MAX ? undefined : commands.find(({ ended }) => ended() !== null)
          commands = [...commands.filter((each) => each !== oldest), command]
        },
        all: () => commands,
        running,
        stopAll: Effect.suspend(() => Effect.forEach(running(), ({ stop }) => stop, { concurrency: "unbounded", discard: true }))
      }
    })
  )
}
