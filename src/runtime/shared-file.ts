import { statSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { checkoutOf } from "../effects/git/project.ts"

/** The file that a team commits, at the top of what is checked out. */
export const SHARED = join(".loom", "graph.json")

/** Where it lies, and how it looks there; `null` where there is none. Nothing of it is read. */
export const sharedFile = (folder: string): Effect.Effect<{ readonly file: string; readonly mark: string; readonly changedMs: number } | null> =>
  Effect.map(checkoutOf(folder), (top) => {
    const file = join(top, SHARED)
    const found = statSync(file, { throwIfNoEntry: false })
    return found?.isFile() === true ? { file, mark: `${found.size} ${found.mtimeMs} ${found.ino}`, changedMs: found.mtimeMs } : null
  }).pipe(Effect.catchDefect(() => Effect.succeed(null)))
