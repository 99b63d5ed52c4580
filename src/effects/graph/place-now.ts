import { findRepository, headOf } from "../git/repository.ts"
import type { NodeKind } from "./node.ts"

/** Where in git a node comes into being: its branch, and for what was done or came of it the commit that is checked out. */
export const placeNow = (root: string, kind: NodeKind): { readonly branch: string | null; readonly commit: string | null } => {
  const repository = findRepository(root)
  if (repository === null) return { branch: null, commit: null }
  const { branch, commit } = headOf(repository)
  return { branch, commit: (kind === "action" || kind === "outcome") && commit !== "unknown" ? commit : null }
}
