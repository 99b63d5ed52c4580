import { randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { modelFacts } from "../effects/llm/catalogue.ts"
import { parseModel } from "../effects/llm/model-name.ts"
import type { ChildKind } from "../effects/tools/child-sessions.ts"
import engineDefinitions from "../effects/tools/definitions.json" with { type: "json" }
import type { Parent, SessionOpened } from "../machine/event.ts"
import { MACHINE_VERSION } from "../machine/step.ts"
import { SettingsError, type Settings } from "./settings.ts"
import { childPrompt, systemPrompt } from "./system-prompt.ts"

/** How a session is opened. */
export interface Opening {
  readonly settings: Settings
  /** Whether somebody is there to answer questions. */
  readonly attended: boolean
  /** Hears each line of the log, as an export would write it, from the first on. */
  readonly onLine?: (line: string) => void
}

/** The first event of a session: all that its machine will ever know of the world it was opened in. */
export const openingEvent = Effect.fnUntraced(function*(
  settings: Settings,
  roots: readonly string[],
  attended: boolean,
  child: ChildOpening | null = null
): Effect.fn.Return<SessionOpened, SettingsError> {
  const at = yield* Clock.currentTimeMillis
  const model = yield* knownModel(settings.model)
  return {
    type: "SessionOpened",
    at,
    session: sessionId(at),
    machine: MACHINE_VERSION,
    seed: randomBytes(4).readUInt32LE(),
    system: child === null ? systemPrompt(settings.appendSystemPrompt) : childPrompt(child.kind),
    tools: toolsFor(settings, child),
    rules: settings.rules,
    roots,
    modelsByName: { [model]: modelFacts(model) },
    settings: { model, mode: settings.mode, attended, limits: settings.limits },
    ...(child === null ? {} : { parent: { session: child.parent, n: 1, changes: [child.kind] } })
  }
})

/** A session that a call of another one begins. */
export interface ChildOpening {
  readonly kind: ChildKind
  /** Id of the session whose call it is. */
  readonly parent: string
  readonly roots: readonly string[]
}

/** Whether a session was begun by a call of another one, and by no person. */
export const isChild = (parent: Parent | null): boolean => parent?.changes?.some((change) => CHILDREN.has(change)) === true

const CHILDREN: ReadonlySet<string> = new Set<ChildKind>(["sub-agent", "oracle", "keeper", "commit"])

/** What needs something set up is there only where it is. A child reads, and has no children. */
export const toolsFor = ({ oracle, webSearchUrl, lsp }: Settings, child: ChildOpening | null): SessionOpened["tools"] =>
  engineDefinitions.filter(({ name }) => {
    if (name === "lsp_diagnostics" && !lsp.on) return false
    if (name === "web_search" && webSearchUrl === null) return false
    if (child !== null) return child.kind === "sub-agent" && READING.has(name)
    return name !== "oracle" || oracle !== null
  })

const READING: ReadonlySet<string> = new Set([
  "file_read",
  "file_search",
  "content_search",
  "directory_list",
  "shell",
  "git",
  "web_fetch",
  "web_search",
  "context_search",
  "context_read",
  "decision_query",
  "lsp_diagnostics"
])

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
