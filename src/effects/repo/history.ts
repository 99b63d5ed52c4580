/** A commit that was made before: what was said of it, and which files it touched (relative to the root that is mapped, with `/`). */
export interface PastCommit {
  readonly subject: string
  readonly files: readonly string[]
}

/** Newest first. Ordered by their place in history and not by time, so that the same history gives the same map on any day. */
export type History = readonly PastCommit[]
