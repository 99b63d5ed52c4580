import { platform } from "node:os"
import * as Effect from "effect/Effect"
import type { Session } from "../../machine/session.ts"
import type { Source } from "../gathered.ts"
import { gatherDecisions } from "../graph/injected.ts"
import { gatherDiagnostics } from "../lsp/gathered.ts"
import { mapSource } from "../repo/map-source.ts"
import { SURROUNDINGS_TOKENS, type GatherBudgets } from "./budgets.ts"
import { gatherAllRules } from "./rules-file.ts"
import { gatherSurroundings } from "./surroundings.ts"

/** What is not there by then goes with the next turn. Units: ms. */
export const PATIENCE_MS = 50

/** Name of the source that rules files come from. */
export const RULES = "rules file"

/** All that is gathered for a turn, in the order in which the model reads it; those that come first have the first claim on the room there is. */
export const sourcesOf = (
  session: Session,
  { rulesTokens, decisionsTokens, mapTokens, diagnosticsTokens }: GatherBudgets,
  day: string
): readonly Source[] => {
  const { roots } = session.opened
  return [
    { name: RULES, budgetTokens: rulesTokens, patienceMs: PATIENCE_MS, gather: Effect.sync(() => gatherAllRules(session)) },
    {
      name: "environment",
      budgetTokens: SURROUNDINGS_TOKENS,
      patienceMs: PATIENCE_MS,
      gather: Effect.sync(() => gatherSurroundings(roots, platform(), day))
    },
    { name: "decisions", budgetTokens: decisionsTokens, patienceMs: PATIENCE_MS, gather: gatherDecisions(session, decisionsTokens) },
    { name: "diagnostics", budgetTokens: diagnosticsTokens, patienceMs: PATIENCE_MS, gather: gatherDiagnostics(session, diagnosticsTokens) },
    mapSource(session, mapTokens)
  ]
}
