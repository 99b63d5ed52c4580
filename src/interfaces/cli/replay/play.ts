import * as Effect from "effect/Effect"
import { directoriesOf } from "../../../runtime/directories.ts"
import { openFiles } from "../../../runtime/replay/files-at.ts"
import type { LoadedLog } from "../../../runtime/replay/log-source.ts"
import { breakpointOf, type Breakpoint } from "../../view/player/breakpoint.ts"
import type { StepTrees } from "../../view/player/files-pane.ts"
import { begin, type FilesShown, type Player } from "../../view/player/player.ts"
import { makeTape, type Tape } from "../../view/player/tape.ts"
import { lookOf } from "../output.ts"
import type { Wishes } from "../signals.ts"
import { openShow } from "./show.ts"
import type { ReplayWish } from "./wish.ts"

/** A log and how it shall be played. */
export interface ToPlay {
  readonly log: LoadedLog
  /** The file it was read from; `null` where it is a session of the database. */
  readonly file: string | null
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly wish: ReplayWish
  /** A signal from outside ends it, too, where somebody else listens and would not. */
  readonly wishes?: Wishes
}

/** Where the person left, and whether by Ctrl-C. */
export interface Left {
  readonly interrupted: boolean
  readonly position: number
}

/** Plays a log on the whole terminal; however it ends, the terminal is given back. Errors: a sentence, where a wish cannot be met. */
export const playLog = (toPlay: ToPlay): Effect.Effect<Left | string> =>
  Effect.suspend((): Effect.Effect<Left | string> => {
    const tape = makeTape(toPlay.log)
    const start = startOf(tape, toPlay.wish)
    return typeof start === "string" ? Effect.succeed(start) : shown(tape, start, toPlay)
  })

const startOf = (tape: Tape, { at, breaks, speed }: ReplayWish): Player | string => {
  if (at !== null && at > tape.rows.length) return `--at ${at}: the log has events 1 to ${tape.rows.length}`
  const breakpoints: Breakpoint[] = []
  for (const text of breaks) {
    const breakpoint = breakpointOf(text)
    if (typeof breakpoint === "string") return `--break: ${breakpoint}`
    breakpoints.push(breakpoint)
  }
  return begin(tape, { position: at ?? 1, breakpoints, ...(speed === null ? {} : { playing: true, speed }) })
}

const shown = (tape: Tape, start: Player, { environment, wishes, wish: _, ...source }: ToPlay): Effect.Effect<Left> =>
  Effect.callback<Left>((resume) => {
    const end = (effect: Effect.Effect<Left>): void => {
      stop()
      resume(effect)
    }
    const deaf = wishes?.listen(() => end(Effect.succeed({ interrupted: true, position: start.position })))
    const stop = (): void => {
      deaf?.()
      close()
    }
    const close = openShow(tape, start, {
      look: () => lookOf(process.stdout, environment),
      compare: (trees) => Effect.runPromise(compared({ ...source, dataDirectory: directoriesOf(environment).data }, trees)),
      onLeave: (interrupted, { position }) => end(Effect.succeed({ interrupted, position })),
      onFault: (fault) => end(Effect.die(fault))
    })
    return Effect.sync(stop)
  })

const compared = (source: Parameters<typeof openFiles>[0], { before, after }: StepTrees): Effect.Effect<FilesShown> =>
  Effect.scoped(Effect.flatMap(openFiles(source), (files) => files.between(before, after))).pipe(
    Effect.map((files): FilesShown => ({ type: "files", files })),
    Effect.catchTag("LogError", ({ message }) => Effect.succeed<FilesShown>({ type: "unknown", why: message }))
  )
