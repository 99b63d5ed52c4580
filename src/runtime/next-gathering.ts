import * as Effect from "effect/Effect"
import { totalTokens } from "../effects/context/budgets.ts"
import { gatherAll } from "../effects/context/gather.ts"
import { textOf, type Joining } from "../effects/context/joined.ts"
import { notYetSaid } from "../effects/context/said.ts"
import { modelFacts } from "../effects/llm/catalogue.ts"
import { countTokens } from "../effects/llm/tokens.ts"
import { replay } from "../machine/replay.ts"
import type { Session } from "../machine/session.ts"
import type { State } from "../machine/state.ts"
import { knownModel, openingEvent } from "./opening.ts"
import type { Settings, SettingsError } from "./settings.ts"

/** What the next turn of a session would gather. Units: tokens, as they are counted for the model. */
export interface NextGathering {
  readonly model: string
  readonly fragments: readonly NextFragment[]
  /** What was not ready, failed or has no room, by name. */
  readonly missing: readonly string[]
  /** Of all fragments together, and what they may take. */
  readonly tokens: number
  readonly totalTokens: number
  /** Of those that would be sent. */
  readonly sentTokens: number
}

export interface NextFragment {
  /** Name of the source it comes from, and what that may take. */
  readonly source: string
  readonly budgetTokens: number
  /** What it is, as a file's name. */
  readonly name: string
  readonly tokens: number
  readonly cut: boolean
  /** Whether it would be sent; else it still stands in the window as it is. */
  readonly sent: boolean
  /** Whether it was not ready at once: a process that begins with this turn would send it with the one after. */
  readonly late: boolean
  readonly text: string
}

/** Of a session in this state, or of a new one that these settings would open here. */
export const nextTurn = Effect.fn("Context.nextTurn")(function*(
  roots: readonly string[],
  state: State | null,
  settings: Settings
): Effect.fn.Return<NextGathering, SettingsError> {
  const model = settings.modelSaid || state === null ? yield* knownModel(settings.model ?? UNKNOWN_MODEL) : null
  const { session } = state ?? replay([yield* openingEvent({ ...settings, model }, roots, true)])
  if (model === null) return yield* nextGathering(session)
  return yield* nextGathering({
    ...session,
    settings: { ...session.settings, model },
    modelsByName: { ...session.modelsByName, [model]: modelFacts(model) }
  })
})

/** Counted as for any, where nobody said a model. */
const UNKNOWN_MODEL = "openai-compatible:unknown"

/** Asks all sources as a turn would, and says what would become of what they give. Nothing is sent, and nothing of it is kept. */
const nextGathering = Effect.fn("Context.next")(function*(session: Session): Effect.fn.Return<NextGathering> {
  const { model } = session.settings
  const first = yield* gatherAll(session)
  const { joined, missing } = yield* whenReady(session, first)
  const unsaid = new Set(notYetSaid(session, joined.map(({ fragment }) => fragment)))
  const fragments = joined.map(({ fragment, from, budgetTokens, cut }): NextFragment => ({
    source: from,
    budgetTokens,
    name: fragment.source,
    tokens: countTokens(fragment.text, model),
    cut,
    sent: unsaid.has(fragment),
    late: first.missing.includes(from),
    text: fragment.text
  }))
  const sent = joined.filter(({ fragment }) => unsaid.has(fragment))
  return {
    model,
    fragments,
    missing,
    tokens: countTokens(textOf(joined), model),
    totalTokens: totalTokens(session),
    sentTokens: countTokens(textOf(sent), model)
  }
})

/** How often and how long the sources that were not ready are waited for. */
const TRIES_MAX = 15
const TRY_AFTER_MS = 200

/** Asked again until no source is missing that only had too little time, for a while. */
const whenReady = Effect.fnUntraced(function*(session: Session, first: Joining): Effect.fn.Return<Joining> {
  let joining = first
  for (let tries = 0; tries < TRIES_MAX && joining.missing.some((name) => !name.includes(": ")); tries++) {
    yield* Effect.sleep(TRY_AFTER_MS)
    joining = yield* gatherAll(session)
  }
  return joining
})
