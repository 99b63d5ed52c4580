import * as Context from "effect/Context"
import type { Resolve } from "../os/resolve.ts"

/** What the person said about the web. */
export interface WebSettings {
  /** Hosts, as `name` or `name:port`, that may lie in a private net. */
  readonly allowPrivate: readonly string[]
  /** A search that answers as SearXNG does; `null` where none is set up. */
  readonly searchUrl?: string | null
  /** Where names are looked up; left out: the system says. */
  readonly resolve?: Resolve
}

export const Web = Context.Reference<WebSettings>("loom/Web", { defaultValue: () => ({ allowPrivate: [] }) })
