import { open, rename, rm, type FileHandle } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { isReplaceable } from "../../effects/os/unwritten.ts"
import { unwritten, type LogError } from "./log-error.ts"

export interface Exported {
  readonly file: string
  readonly bytes: number
}

/**
 * Writes a log beside its place and moves it there when it is whole and on disk, so that half of one is never taken for a log. What is no file, as
 * `/dev/stdout`, is written to as it is.
 */
export const writeFileOf = (id: string, file: string, text: Stream.Stream<string, LogError>): Effect.Effect<Exported, LogError> => {
  const isPlain = isReplaceable(file)
  const beside = isPlain ? `${file}.${process.pid}.part` : file
  const attempt = <A>(act: () => Promise<A>) =>
    Effect.tryPromise({ try: act, catch: (cause) => unwritten(`export session ${id} to ${file}`, file, cause) })
  const writeAll = (handle: FileHandle) =>
    Effect.gen(function*() {
      let bytes = 0
      yield* Stream.runForEach(text, (piece) =>
        Effect.andThen(
          attempt(() => handle.writeFile(piece)),
          Effect.sync(() => void (bytes += Buffer.byteLength(piece)))
        )
      )
      if (isPlain) yield* attempt(() => handle.sync())
      return { file, bytes }
    })
  return Effect.acquireUseRelease(
    attempt(() => open(beside, "w", 0o600)),
    writeAll,
    (handle) => Effect.promise(() => handle.close())
  ).pipe(
    Effect.tap(() => (isPlain ? attempt(() => rename(beside, file)) : Effect.void)),
    // Where it cannot be removed it was never made.
    Effect.tapError(() => (isPlain ? Effect.promise(() => rm(beside, { force: true }).catch(() => undefined)) : Effect.void))
  )
}

