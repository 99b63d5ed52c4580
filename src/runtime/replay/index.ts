import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { compileExpression } from "./expression.ts"
import { loadFile } from "./log-source.ts"
import { momentsOf } from "./timeline.ts"
import type { Verdict } from "./verdict.ts"
import { verifyFile } from "./verify.ts"

/*
 * `loom/replay`, for tests in other people's repositories: what a log in a file says, and whether this version of Loom still decides so.
 */

export type { Verdict } from "./verdict.ts"

/** Whether this version decides on a log what was decided then. Errors: throws what the system says where it cannot be read. */
export const verifyLogFile = (file: string | URL): Verdict => verifyFile(pathOf(file))

/**
 * The number of the first event of a log at which an expression holds, as for `loom bisect --when`; `null` where it holds at none.
 * Errors: throws a sentence, where the log or the expression cannot be read.
 */
export const firstEventWhere = (file: string | URL, expression: string): number | null => {
  const holds = compileExpression(expression)
  if (typeof holds === "string") throw new Error(holds)
  const { rows } = Effect.runSync(loadFile(pathOf(file)))
  return holds.first(momentsOf(rows))?.row.n ?? null
}

const pathOf = (file: string | URL): string => (typeof file === "string" ? file : fileURLToPath(file))
