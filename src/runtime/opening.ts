import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { modelFacts } from "../effects/llm/catalogue.ts"
import { parseModel } from "../effects/llm/model-name.ts"
import engineDefinitions from "../effects/tools/definitions.json" with { type: "json" }
import type { SessionOpened } from "../machine/event.ts"
import { MACHINE_VERSION } from "../machine/step.ts"
import { SettingsError, type Settings } from "./settings.ts"
import { systemPrompt } from "./system-prompt.ts"

/** The first event of a session: all that its machine will ever know of the world it was opened in. */
export const openingEvent = Effect.fnUntraced(function*(
  settings: Settings,
  roots: readonly string[],
  attended: boolean
): Effect.fn.Return<SessionOpened, SettingsError> {
  const at = yield* Clock.currentTimeMillis
  const model = yield* knownModel(settings.model)
  return {
    type: "SessionOpened",
    at,
    session: sessionId(at),
    machine: MACHINE_VERSION,
    seed: randomBytes(4).readUInt32LE(),
    system: systemPrompt(settings.appendSystemPrompt),
    tools: engineDefinitions,
    rules: settings.rules,
    roots,
    modelsByName: { [model]: modelFacts(model) },
    settings: { model, mode: settings.mode, attended, limits: settings.limits }
  }
})

/** The model as the machine knows it. Errors: a sentence that says what to set. */
export const knownModel = (model: string | null): Effect.Effect<string, SettingsError> => {
  if (model === null) return Effect.fail(new SettingsError({ message: NO_MODEL }))
  const parsed = parseModel(model)
  return typeof parsed === "string" ? Effect.fail(new SettingsError({ message: parsed })) : Effect.succeed(parsed.name)
}

const NO_MODEL = "open a session: no model is set, and no key tells which; name one with --model PROVIDER:MODEL"

/** The model that a key in the environment tells, where nobody named one. */
export const modelByKey = (environment: Readonly<Record<string, string | undefined>>): string | null => {
  if (environment["ANTHROPIC_API_KEY"]) return "anthropic:claude-sonnet-5-5"
  if (environment["OPENAI_API_KEY"]) return "openai:gpt-6-sol"
  return null
}

/** When it was opened, to read and to sort by, and four letters that tell apart what was opened in the same second. */
export const sessionId = (at: number): string => {
  const [day, time] = new Date(at).toISOString().replaceAll(/[-:]/g, "").split(/[T.]/)
  const letters = [...randomBytes(4)].map((byte) => LETTERS.charAt(byte % LETTERS.length)).join("")
  return `${day}-${time}-${letters}`
}

/** Without those that look like others. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
