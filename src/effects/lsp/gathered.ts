import * as Effect from "effect/Effect"
import type { Session } from "../../machine/session.ts"
import type { Gathered } from "../gathered.ts"
import { LanguageServers } from "./language-servers.ts"

/** What servers said too late for the note after a batch, of the files that the agent changed. Nothing is started for it, waited for, or loaded where there is nothing. */
export const gatherDiagnostics = (session: Session, budgetTokens: number): Effect.Effect<readonly Gathered[]> =>
  Effect.gen(function*() {
    const late = budgetTokens === 0 ? [] : (yield* LanguageServers).late()
    if (late.length === 0) return []
    const [{ newsText }, { untold }] = yield* Effect.promise(() => Promise.all([import("./said.ts"), import("./told.ts")]))
    const text = newsText(
      { fresh: untold(late, session), standingCount: 0, olderCount: 0, cleared: [] },
      session.opened.roots,
      budgetTokens,
      session.settings.model
    )
    return text === "" ? [] : [{ fragment: { source: "diagnostics", text } }]
  })
