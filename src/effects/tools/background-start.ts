import { StringDecoder } from "node:string_decoder"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { problem, type Problem } from "../os/problem.ts"
import type { Ended } from "../os/process.ts"
import { makeRedactStream } from "../secrets/redact-stream.ts"
import type { Background, BackgroundCommand, BackgroundEnd } from "./background.ts"
import { redact } from "./outgoing.ts"
import { keepEnds, type Stream } from "./output.ts"

/** So many run at once in a session. */
const RUNNING_MAX = 16
/** Of what one said, so much is kept from each end: of all of it, and of what nobody asked for yet. Units: bytes. */
const KEPT_BYTES = 512 * 1024
const UNTOLD_BYTES = 128 * 1024
/** A line without an end is told when nothing more came for so long: it is a prompt, and no half of a key. Units: ms. */
const SILENCE_MS = 500

type Hear = (stream: Stream, bytes: Uint8Array) => void

/**
 * Starts a command that goes on beside the work, and does not wait for it.
 * Errors: fails with a `Problem` where too many run; that it could not be started is told as its end.
 */
export const startBackground = Effect.fnUntraced(function*(
  { id, command }: Pick<BackgroundCommand, "id" | "command">,
  run: (hear: Hear) => Effect.Effect<Ended, Problem>,
  background: Background["Service"]
): Effect.fn.Return<void, Problem> {
  if (background.running().length >= RUNNING_MAX) {
    return yield* Effect.fail(problem(`shell: ${RUNNING_MAX} commands run in the background already; end one with shell_stop first`))
  }
  const ears = makeEars()
  let end: BackgroundEnd | null = null
  const finish = (how: Unended): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (at) => {
      end = { ...how, at }
      ears.end()
    })
  const since = yield* Clock.currentTimeMillis
  const fiber = yield* background.fork(
    run(ears.hear).pipe(
      Effect.matchEffect({ onSuccess: finish, onFailure: ({ message }) => finish({ how: "failed", message }) }),
      Effect.onInterrupt(() => (end === null ? finish({ how: "stopped" }) : Effect.void))
    )
  )
  const heard = Effect.callback<void>((resume) => (end === null ? Effect.sync(ears.listen(() => resume(Effect.void))) : resume(Effect.void)))
  background.remember({ id, command, since, ended: () => end, said: ears.said, heard, stop: Effect.asVoid(Fiber.interrupt(fiber)) })
})

type Without<E, K extends PropertyKey> = E extends unknown ? Omit<E, K> : never
type Unended = Without<BackgroundEnd, "at">

interface Ears {
  readonly hear: Hear
  readonly end: () => void
  readonly said: BackgroundCommand["said"]
  /** Calls back once, when there is something to tell or nothing more will come; gives back what ends the listening. */
  readonly listen: (listener: () => void) => () => void
}

/** Keeps what a command says without its secrets, line by line. */
const makeEars = (): Ears => {
  const whole = keepEnds(KEPT_BYTES, KEPT_BYTES)
  let untold = keepEnds(UNTOLD_BYTES, UNTOLD_BYTES)
  const decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") }
  const redacting = { stdout: makeRedactStream(redact), stderr: makeRedactStream(redact) }
  const listeners = new Set<() => void>()
  let heardAt = 0
  const wake = (): void => {
    for (const listener of [...listeners]) listener()
    listeners.clear()
  }
  const keep = (stream: Stream, text: string): void => {
    if (text === "") return
    const bytes = Buffer.from(text, "utf8")
    whole.add(stream, bytes)
    untold.add(stream, bytes)
    wake()
  }
  const keepRest = (): void => {
    for (const stream of ["stdout", "stderr"] as const) keep(stream, redacting[stream].end())
  }
  return {
    hear: (stream, bytes) => {
      heardAt = Date.now()
      keep(stream, redacting[stream].write(decoders[stream].write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))))
    },
    end: () => {
      keepRest()
      wake()
    },
    said: (now, all) => {
      if (now - heardAt >= SILENCE_MS) keepRest()
      const said = (all ? whole : untold).output()
      untold = keepEnds(UNTOLD_BYTES, UNTOLD_BYTES)
      return said
    },
    listen: (listener) => {
      if (untold.output().total > 0) listener()
      else listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}
