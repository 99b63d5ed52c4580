import * as Effect from "effect/Effect"
import type { Checkpoints, CheckpointError } from "../../effects/git/checkpoint.ts"
import type { FileChange, FileVersion } from "../../effects/git/tree-diff.ts"
import { unifiedDiff } from "../../effects/git/unified.ts"

/** A file that two checkpoints differ in. */
export interface FileDifference {
  readonly path: string
  readonly how: "made" | "changed" | "deleted"
  /** A unified diff, or in brackets why there is none. */
  readonly diff: string
}

/** What the files of two checkpoints differ in, by path. */
export const differencesOf = (
  store: Checkpoints["Service"],
  before: string,
  after: string
): Effect.Effect<readonly FileDifference[], CheckpointError> =>
  Effect.flatMap(store.diff(before, after), (changes) => Effect.forEach(changes, (change) => differenceOf(store, change)))

const differenceOf = Effect.fnUntraced(function*(
  store: Checkpoints["Service"],
  { path, before, after }: FileChange
): Effect.fn.Return<FileDifference, CheckpointError> {
  const how = before === null ? "made" : after === null ? "deleted" : "changed"
  if (before?.mode === REPOSITORY || after?.mode === REPOSITORY) return { path, how, diff: "(a repository of its own)" }
  const mode = before !== null && after !== null && before.mode !== after.mode ? `(mode ${before.mode}, now ${after.mode})` : ""
  if (before?.oid === after?.oid) return { path, how, diff: mode }
  const [old, young] = [yield* contentOf(store, before), yield* contentOf(store, after)]
  if (old.includes(0) || young.includes(0)) return { path, how, diff: "(not text)" }
  if (old.length + young.length > BYTES_MAX) return { path, how, diff: "(too large to be compared)" }
  const diff = yield* Effect.promise(() => unifiedDiff(path, old.toString(), young.toString()))
  return { path, how, diff }
})

/** How git writes that a directory is a repository of its own. */
const REPOSITORY = "160000"

/** Units: bytes, of both together. */
const BYTES_MAX = 4 * 1024 * 1024

const contentOf = (store: Checkpoints["Service"], version: FileVersion | null): Effect.Effect<Buffer, CheckpointError> =>
  version === null ? Effect.succeed(Buffer.alloc(0)) : store.read(version.oid)
