import type { FileChange, FileVersion } from "./tree-diff.ts"

/** A file the agent changed: as it was when the agent first touched it, and as the agent left it; `null`: it was not there. */
export interface AgentFile {
  readonly path: string
  readonly before: FileVersion | null
  readonly after: FileVersion | null
}

/** What the agent changed in a session and nobody has committed yet. */
export type AgentFiles = ReadonlyMap<string, AgentFile>

/**
 * Together with what one more batch of tools changed. Where a file was left differently from how the batch found it,
 * somebody else has been at it in between, so it counts as touched from there on.
 */
export const withChanges = (files: AgentFiles, changes: readonly FileChange[]): AgentFiles => {
  const next = new Map(files)
  for (const { path, before, after } of changes) {
    const known = next.get(path)
    const first = known !== undefined && isSameVersion(known.after, before) ? known.before : before
    if (isSameVersion(first, after)) next.delete(path)
    else next.set(path, { path, before: first, after })
  }
  return next
}

export const without = (files: AgentFiles, paths: readonly string[]): AgentFiles => {
  const next = new Map(files)
  for (const path of paths) next.delete(path)
  return next
}

export const isSameVersion = (a: FileVersion | null, b: FileVersion | null): boolean => a?.oid === b?.oid && a?.mode === b?.mode
