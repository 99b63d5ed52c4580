import { MACHINE_VERSION } from "../../../src/machine/behaviour.ts"
import type { Parent, SessionOpened } from "../../../src/machine/event.ts"
import type { Limits, ModelFacts, Rule, Settings, ToolDefinition } from "../../../src/machine/session.ts"

/** The smallest session that can do everything: two models, the tools of the tables, limits that nothing reaches. */
export const LIMITS: Limits = {
  stepsMax: 20,
  tokensMax: null,
  costMax: null,
  attemptsMax: 3,
  toolsParallelMax: 2,
  outputTokensMax: 1000,
  windowTokensMax: null
}

export const MODELS: Readonly<Record<string, ModelFacts>> = {
  "test:one": { windowTokens: 32_768, outputTokensMax: 4096, images: true, priced: true },
  "test:two": { windowTokens: 200_000, outputTokensMax: 500, images: false, priced: false }
}

const tool = (name: string): ToolDefinition => ({ name, description: name, inputSchema: { type: "object" } })

export interface Opening {
  readonly settings?: Partial<Settings>
  readonly limits?: Partial<Limits>
  readonly rules?: readonly Rule[]
  readonly seed?: number
  readonly parent?: Parent
  /** Names of tools beside those of the tables. */
  readonly moreTools?: readonly string[]
}

export const opening = ({ settings = {}, limits = {}, rules = [], seed = 1, parent, moreTools = [] }: Opening = {}): SessionOpened => ({
  type: "SessionOpened",
  at: 0,
  session: "s",
  machine: MACHINE_VERSION,
  seed,
  system: "help",
  tools: ["file_read", "file_edit", "shell", "ask_user", ...moreTools].map(tool),
  rules,
  roots: ["/work"],
  modelsByName: MODELS,
  settings: { model: "test:one", mode: "default", attended: true, ...settings, limits: { ...LIMITS, ...limits } },
  ...(parent === undefined ? {} : { parent })
})
