import type { CompletedCall } from "../../machine/state.ts"
import { namesOfCall } from "../names-touched.ts"
import { locate } from "../os/path.ts"
import type { FileChange } from "./tree-diff.ts"

/** Tools that change the files their arguments name, and nothing else. */
const FILE_TOOLS: ReadonlySet<string> = new Set(["file_write", "file_edit", "apply_patch"])

/**
 * The changes of a batch that are the agent's. File tools say which file they change. Of a command nobody can tell, so
 * all that changed while it ran counts as its work.
 */
export const changesOfAgent = (root: string, completed: readonly CompletedCall[], changes: readonly FileChange[]): readonly FileChange[] => {
  const changing = completed.filter(({ changes, status }) => changes && !NEVER_RAN.has(status))
  if (changing.some(({ call }) => !FILE_TOOLS.has(call.name))) return changes
  const paths = new Set(changing.flatMap(({ call }) => namesOfCall(call).map((name) => shownAt(root, name))))
  return changes.filter(({ path }) => paths.has(path))
}

const NEVER_RAN: ReadonlySet<string> = new Set(["denied", "invalid", "not-started", "cut-short"])

/** Relative to the root, every link followed; empty where that cannot be. */
const shownAt = (root: string, name: string): string => {
  try {
    return locate([root], name).shown
  } catch {
    // Then the call could not have changed it either.
    return ""
  }
}
