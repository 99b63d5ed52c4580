import * as Effect from "effect/Effect"
import { gitRecords, type GitError } from "./git.ts"

/** One file that differs between two trees; `null`: it is not there. */
export interface FileChange {
  readonly path: string
  readonly before: FileVersion | null
  readonly after: FileVersion | null
}

/** Content and kind of a file in a tree. Shape: mode as git writes it: `100644`, `100755`, `120000`, `160000`. */
export interface FileVersion {
  readonly oid: string
  readonly mode: string
}

/** What differs from tree to tree, by path. `environment` says whose trees they are. */
export const diffTrees = (before: string, after: string, options: DiffOptions): Effect.Effect<readonly FileChange[], GitError> =>
  before === after
    ? Effect.succeed([])
    : Effect.map(gitRecords(["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", before, after], options), readRaw)

export interface DiffOptions {
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
}

/** `:100644 100644 <oid> <oid> M`, then the path, over and over. */
export const readRaw = (fields: readonly string[]): readonly FileChange[] => {
  const changes: FileChange[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [beforeMode = "", afterMode = "", beforeOid = "", afterOid = ""] = (fields[at] ?? "").slice(1).split(" ")
    changes.push({ path: fields[at + 1] ?? "", before: version(beforeMode, beforeOid), after: version(afterMode, afterOid) })
  }
  return changes
}

const version = (mode: string, oid: string): FileVersion | null => (mode === "000000" ? null : { oid, mode })
