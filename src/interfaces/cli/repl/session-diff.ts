import * as Effect from "effect/Effect"
import { EventLog, type LogError } from "../../../runtime/event-log/event-log.ts"
import { loadSession } from "../../../runtime/replay/log-source.ts"
import { sessionChanges } from "../../../runtime/replay/session-changes.ts"
import { fileLines } from "../../view/file-lines.ts"
import { plural } from "../../view/money.ts"
import { fitted, span, whole, type Shown } from "../../view/shown.ts"
import type { App } from "../open.ts"

/** More lines of one file push everything else out of sight. */
const LINES_MAX = 200

/** What the agent changed in a session so far, against the files as they were before. */
export const sessionDiff = Effect.fnUntraced(function*(app: App, id: string): Effect.fn.Return<readonly Shown[], LogError> {
  const log = yield* Effect.provideService(loadSession(id), EventLog, app.log)
  const changes = yield* sessionChanges({ log, file: null, dataDirectory: app.directories.data })
  if (changes === null) return [whole(span("dim", "nothing that ran in this session so far may have changed a file"))]
  const { from, files } = changes
  if (files.length === 0) return [whole(span("dim", "nothing of what the agent did to files is left, or it did nothing to any"))]
  return [
    fitted(span("dim", `${plural(files.length, "file")} of the agent's, against the files as they were ${from.why}`)),
    ...files.flatMap((file) => fileLines(file, LINES_MAX))
  ]
})
