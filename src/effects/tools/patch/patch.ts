/** What a patch wants done to one file. Paths are as the patch writes them. */
export type FilePatch =
  | { readonly kind: "add"; readonly path: string; readonly content: string }
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "update"; readonly path: string; readonly to: string; readonly hunks: readonly Hunk[] }

/** One change within a file: these lines for those. */
export interface Hunk {
  readonly old: readonly string[]
  readonly new: readonly string[]
  /** Lines that stand before it, the outermost first; the change comes after the last of them. */
  readonly headings: readonly string[]
  /** Where a diff says that the old lines stand, from 1; `null` where it says nothing. */
  readonly line: number | null
  /** Whether the old lines are the last of the file. */
  readonly atEnd: boolean
}

/** The paths that a patch touches, each once. */
export const pathsOf = (patches: readonly FilePatch[]): readonly string[] => [
  ...new Set(patches.flatMap((patch) => (patch.kind === "update" ? [patch.path, patch.to] : [patch.path])))
]
