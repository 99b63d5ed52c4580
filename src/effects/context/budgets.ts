import * as Context from "effect/Context"
import { modelFacts } from "../../machine/model.ts"
import type { Session } from "../../machine/session.ts"

/** How much each kind of thing may take of what is gathered for a turn. Units: tokens. */
export interface GatherBudgets {
  readonly rulesTokens: number
  readonly decisionsTokens: number
  readonly mapTokens: number
  readonly diagnosticsTokens: number
}

/** Those of the person's settings; a host that has none gathers with these. */
export const Budgets = Context.Reference<GatherBudgets>("loom/Budgets", {
  defaultValue: () => ({ rulesTokens: 8192, decisionsTokens: 1024, mapTokens: 2048, diagnosticsTokens: 1024 })
})

/** Where it is, its branch and the day are never more, whatever they are called. Units: tokens. */
export const SURROUNDINGS_TOKENS = 1024

/** What is gathered for one turn takes at most this part of the model's window, or of what a person lets the window grow to, all of it together. Units: percent. */
const TOTAL_SHARE = 25

/** What all sources may take together: what they may each, but of a small window only a part. Units: tokens. */
export const totalTokens = (session: Session): number => {
  const { model, limits } = session.settings
  const windows = [modelFacts(session, model)?.windowTokens ?? null, limits.windowTokensMax].filter((tokens) => tokens !== null)
  return windows.length === 0 ? Number.MAX_SAFE_INTEGER : Math.floor((Math.min(...windows) * TOTAL_SHARE) / 100)
}
