import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { Session } from "../../machine/session.ts"
import { FILE_BYTES_MAX, LanguageServers, type ChangedFile } from "./language-servers.ts"
import { newsText } from "./said.ts"
import { untold } from "./told.ts"

/** What a batch of calls changed in the workspace, as its checkpoints tell. */
export interface BatchChanges {
  /** Canonical. */
  readonly root: string
  readonly files: readonly { readonly path: string; readonly before: Version | null; readonly after: Version | null }[]
  readonly read: (oid: string) => Effect.Effect<Buffer, unknown>
}

interface Version {
  readonly oid: string
  readonly mode: string
}

/** What language servers say anew of the files that a batch changed, for the note after it; empty where that is nothing, or not ready. */
export const diagnosticsAfter = Effect.fn("Lsp.afterBatch")(function*(
  session: Session,
  { root, files, read }: BatchChanges,
  budgetTokens: number
): Effect.fn.Return<string> {
  const { afterBatch } = yield* LanguageServers
  const changed = files.filter(({ before, after }) => [before, after].every((version) => version === null || version.mode.startsWith("100")))
  const news = yield* afterBatch(changed.map(({ path, before, after }): ChangedFile => ({
    path: join(root, path),
    how: after === null ? "gone" : before === null ? "made" : "changed",
    before: before === null ? Effect.succeed(null) : Effect.orElseSucceed(Effect.map(read(before.oid), textOf), () => null)
  })))
  // What a turn began with, told late, need not be told again.
  return newsText(
    { ...news, fresh: untold(news.fresh, session, ({ source }) => source === "context") },
    session.opened.roots,
    budgetTokens,
    session.settings.model
  )
})

const textOf = (bytes: Buffer): string | null => (bytes.length > FILE_BYTES_MAX || bytes.includes(0) ? null : bytes.toString("utf8"))
