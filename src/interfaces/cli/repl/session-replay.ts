import * as Effect from "effect/Effect"
import { EventLog, type LogError } from "../../../runtime/event-log/event-log.ts"
import { loadSession } from "../../../runtime/replay/log-source.ts"
import { fitted, span, whole, type Shown } from "../../view/shown.ts"
import { oneLine } from "../../view/visible.ts"
import type { SlashContext } from "./slash-commands.ts"

/** What is in the log by now goes into the player, to be looked at; the session goes on meanwhile. Gives back what is to be said of it. */
export const replaySoFar = (rest: string, { app, session, play }: SlashContext): Effect.Effect<readonly Shown[], LogError> => {
  if (play === null)
    return Effect.succeed([whole(span("plain", `the player needs a terminal; \`loom replay ${session.id}\` tells the story without one`))])
  if (!/^\d*$/.test(rest) || Number(rest || "1") === 0)
    return Effect.succeed([
      fitted(span("notice", `/replay ${oneLine(rest)}: that is no event; give its number, or nothing to begin with the last one`))
    ])
  return Effect.provideService(loadSession(session.id), EventLog, app.log).pipe(
    Effect.flatMap((log) => play(log, rest === "" ? log.rows.length : Number(rest))),
    Effect.map((trouble) => (trouble === null ? [] : [whole(span("notice", trouble))]))
  )
}
