import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Rule } from "../machine/session.ts"
import type { State } from "../machine/state.ts"
import { makeDirectory } from "./directories.ts"
import { LogError } from "./event-log/log-error.ts"

/**
 * A log that somebody else may have written says nothing about what may be done here: not where, not what was approved, and not what
 * was about to run. `log`: it was imported as it is. `fork`: it goes on from such a log in a place of its own.
 */
export type Origin = "log" | "fork"

/** `null` for a session that was held here. */
export const originOf = (dataDirectory: string, session: string): Origin | null => {
  const file = fileOf(dataDirectory, session)
  if (!existsSync(file)) return null
  return readFileSync(file, "utf8") === "fork" ? "fork" : "log"
}

/** Remembers where a session came from, as long as the data directory lives. */
export const rememberOrigin = (dataDirectory: string, session: string, origin: Origin): void => {
  makeDirectory(join(dataDirectory, "imported"), 0o700)
  writeFileSync(fileOf(dataDirectory, session), origin, { mode: 0o600 })
}

const fileOf = (dataDirectory: string, session: string): string => join(dataDirectory, "imported", encodeURIComponent(session))

/** Why it may not go on here; `null` where it works in just this folder. */
export const strangeRoots = ({ session }: State, roots: readonly string[]): LogError | null => {
  const theirs = session.opened.roots
  if (theirs.length === roots.length && theirs.every((root, index) => root === roots[index])) return null
  return new LogError({
    reason: "failed",
    message: `go on with ${session.id}: it was imported and would work in ${theirs.join(", ")}, not in ${roots.join(", ")}; go there first, or \`loom fork ${session.id} --into DIR\` to work in a folder of your own`
  })
}

/** What was approved in the log is asked again: an ask rule goes before every approval. */
export const askedAgain = ({ session }: State): readonly Rule[] =>
  session.approvals.map((rule): Rule => ({ decision: "ask", rule, source: "approved in the imported log" }))
