import * as Effect from "effect/Effect"
import { modelFacts } from "../effects/llm/catalogue.ts"
import type { ModelFacts } from "../machine/session.ts"
import { knownModel } from "./opening.ts"
import type { SettingsError } from "./settings.ts"

/** What a session has to be told to go on with another model. Errors: a sentence, where the name cannot be one. */
export const modelChange = (
  name: string
): Effect.Effect<{ readonly model: string; readonly modelsByName: Readonly<Record<string, ModelFacts>> }, SettingsError> =>
  Effect.map(knownModel(name), (model) => ({ model, modelsByName: { [model]: modelFacts(model) } }))
