import { open, rename, rm, type FileHandle } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { logErrorOf, type LogError } from "./log-error.ts"

export interface Exported {
  readonly file: string
  readonly bytes: number
}

/** Writes a log beside its place and moves it there when it is whole and on disk, so that half of one is never taken for a log. */
export const writeFileOf = (id: string, file: string, text: Stream.Stream<string, LogError>): Effect.Effect<Exported, LogError> => {
  const beside = `${file}.${process.pid}.part`
  const attempt = <A>(act: () => Promise<A>) =>
    Effect.tryPromise({ try: act, catch: (cause) => logErrorOf(`export session ${id} to ${file}`, cause) })
  const writeAll = (handle: FileHandle) =>
    Effect.gen(function*() {
      let bytes = 0
      yield* Stream.runForEach(text, (piece) =>
        Effect.andThen(
          attempt(() => handle.writeFile(piece)),
          Effect.sync(() => void (bytes += Buffer.byteLength(piece)))
        )
      )
      yield* attempt(() => handle.sync())
      return { file, bytes }
    })
  return Effect.acquireUseRelease(
    attempt(() => open(beside, "w", 0o600)),
    writeAll,
    (handle) => Effect.promise(() => handle.close())
  ).pipe(
    Effect.tap(() => attempt(() => rename(beside, file))),
    Effect.tapError(() => Effect.promise(() => rm(beside, { force: true })))
  )
}
