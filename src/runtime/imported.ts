import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { Rule } from "../machine/session.ts"
import type { State } from "../machine/state.ts"
import type { EventLog } from "./event-log/event-log.ts"
import { LogError } from "./event-log/log-error.ts"
import type { Origin } from "./event-log/store.ts"

export type { Origin } from "./event-log/store.ts"

/** Where a session came from; `null` where it was held here from its beginning, or is none of the database. What cannot be read counts as imported. */
export const originOf = (log: EventLog["Service"], dataDirectory: string, session: string): Effect.Effect<Origin | null> =>
  Effect.map(
    Effect.catch(log.origin(session), ({ reason }) => Effect.succeed<Origin | null>(reason === "not-found" ? null : "log")),
    (told) => knownOrigin(told, dataDirectory, session)
  )

/** What the database says; of sessions that came before it could say so, a file in the data directory tells. */
export const knownOrigin = (told: Origin | null, dataDirectory: string, session: string): Origin | null => {
  const file = join(dataDirectory, "imported", encodeURIComponent(session))
  if (told !== null || !existsSync(file)) return told
  return readFileSync(file, "utf8") === "fork" ? "fork" : "log"
}

/** Why it may not go on here; `null` where it works in just this folder. */
export const strangeRoots = ({ session }: State, roots: readonly string[]): LogError | null => {
  const theirs = session.opened.roots
  if (theirs.length === roots.length && theirs.every((root, index) => root === roots[index])) return null
  return new LogError({
    reason: "failed",
    message: `go on with ${session.id}: it was imported and would work in ${theirs.join(", ")}, not in ${roots.join(", ")}; go there first, or \`loom fork ${session.id} --in DIR\` to work in a folder of your own`
  })
}

/** What was approved in the log is asked again: an ask rule goes before every approval. */
export const askedAgain = ({ session }: State): readonly Rule[] =>
  session.approvals.map((rule): Rule => ({ decision: "ask", rule, source: "approved in the imported log" }))
