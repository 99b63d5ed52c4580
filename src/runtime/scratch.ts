import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { reasonOf } from "../effects/os/problem.ts"
import { logError, type LogError } from "./event-log/log-error.ts"

/** Makes a folder for what is only needed for a while. Errors: throws a `LogError`. */
export const makeScratch = (name: string): string => {
  try {
    return realpathSync(mkdtempSync(join(tmpdir(), name)))
  } catch (cause) {
    throw logError("unwritable", `make a folder for a while in ${tmpdir()}: ${reasonOf(cause)}; set TMPDIR to a folder that can be written`)
  }
}

/** One that goes with the scope. */
export const scratchFolder = (name: string): Effect.Effect<string, LogError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({ try: () => makeScratch(name), catch: (cause) => cause as LogError }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
