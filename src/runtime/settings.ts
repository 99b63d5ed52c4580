import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { Hook } from "../effects/hooks/hook.ts"
import type { LspWish } from "../effects/lsp/wish.ts"
import type { SandboxWish } from "../effects/os/sandbox.ts"
import type { Limits, PermissionMode, Rule } from "../machine/session.ts"
import { parseRule } from "../machine/policy/permission-rule.ts"
import { nearest } from "./nearest.ts"
import { fits, type Kind } from "./setting-kind.ts"
import { zonesOf, type Zones } from "./zones.ts"

export { distance, nearest } from "./nearest.ts"
export { DEFAULT_ZONES, type Zones } from "./zones.ts"

/** What a person may set, and who said it last: flags, environment, their `config.toml`, defaults. */
export interface Settings {
  /** `provider:model`; `null` where nobody said and no key tells. */
  readonly model: string | null
  /** Whether somebody said it, and not a key alone: then it also holds for a session that is taken up again. */
  readonly modelSaid: boolean
  readonly mode: PermissionMode
  readonly rules: readonly Rule[]
  readonly limits: Limits
  readonly autoCommit: boolean
  readonly appendSystemPrompt: string
  /** Hosts, as `name` or `name:port`, that `web_fetch` may reach although they lie in a private net. */
  readonly webAllowPrivate: readonly string[]
  /** A search that answers as SearXNG does; `null`: none. */
  readonly webSearchUrl: string | null
  /** The stronger model that the agent may ask, `provider:model`; `null`: none. */
  readonly oracle: string | null
  /** A cheap model that reads what left the window, `provider:model`; `null`: that of the session answers, and nothing is summed up. */
  readonly weakModel: string | null
  readonly zones: Zones
  /** The person's own programs, in the order in which they are run. */
  readonly hooks: readonly Hook[]
  readonly sandbox: SandboxWish
  readonly lsp: LspWish
}

/** One layer of settings, as far as it says something. Units: `maxBudgetUsd` in dollars. */
export interface Layer {
  readonly model?: string
  readonly permissionMode?: string
  readonly allow?: readonly string[]
  readonly ask?: readonly string[]
  readonly deny?: readonly string[]
  readonly maxSteps?: number
  readonly maxTokens?: number
  readonly maxBudgetUsd?: number
  readonly maxOutputTokens?: number
  readonly windowTokens?: number
  readonly autoCommit?: boolean
  readonly appendSystemPrompt?: string
  readonly webAllowPrivate?: readonly string[]
  readonly webSearchUrl?: string
  readonly oracle?: string
  readonly weakModel?: string
  readonly offloadPercent?: number
  readonly zoneSystemTokens?: number
  readonly zoneToolsTokens?: number
  readonly zoneRulesTokens?: number
  readonly zoneDecisionsTokens?: number
  readonly zoneMapTokens?: number
  readonly zoneDiagnosticsTokens?: number
  readonly zoneOutputTokens?: number
  readonly hooks?: readonly Hook[]
  readonly lsp?: boolean | LspWish["servers"]
  readonly sandbox?: string
  readonly sandboxNetwork?: string
  readonly sandboxHosts?: readonly string[]
  readonly sandboxKeepVariables?: readonly string[]
  readonly sandboxWrite?: readonly string[]
}

/** Something in the settings that cannot be meant; the message says where and what would do. */
export class SettingsError extends Data.TaggedError("SettingsError")<{ readonly message: string }> {}

export const MODES: readonly PermissionMode[] = ["default", "accept-edits", "plan", "auto", "bypass"]

export const DEFAULT_LIMITS: Limits = {
  stepsMax: 200,
  tokensMax: null,
  costMax: null,
  attemptsMax: 6,
  toolsParallelMax: 8,
  outputTokensMax: 16_000,
  windowTokensMax: null
}

type Environment = Readonly<Record<string, string | undefined>>

/** Joins the layers, the strongest first; rules of all of them hold together. */
export const settingsOf = (
  layers: readonly { readonly source: string; readonly layer: Layer }[],
  modelByKey: string | null
): Effect.Effect<Settings, SettingsError> =>
  Effect.gen(function*() {
    const first: First = (key) => layers.find(({ layer }) => layer[key] !== undefined)?.layer[key]
    const mode = first("permissionMode") ?? "default"
    if (!isMode(mode)) return yield* fault(`the permission mode ${mode} is not known; take one of ${MODES.join(", ")}`)
    const rules = layers.flatMap(({ source, layer }) => rulesOf(layer, source))
    const wrong = rules.find((rule) => parseRule(rule.rule) === null)
    if (wrong !== undefined) return yield* fault(`the rule ${wrong.rule} (${wrong.source}) is none; write it as shell(git *) or file_read`)
    const budget = first("maxBudgetUsd")
    const offloadPercent = first("offloadPercent")
    if (offloadPercent !== undefined && offloadPercent > 100)
      return yield* fault(`offload_percent = ${offloadPercent} is more than the window; take a number up to 100`)
    const zones = zonesOf(first)
    return {
      model: first("model") ?? modelByKey,
      modelSaid: first("model") !== undefined,
      mode,
      rules,
      limits: {
        ...DEFAULT_LIMITS,
        stepsMax: first("maxSteps") ?? DEFAULT_LIMITS.stepsMax,
        tokensMax: first("maxTokens") ?? null,
        costMax: budget === undefined ? null : Math.round(budget * 1e9),
        outputTokensMax: first("maxOutputTokens") ?? DEFAULT_LIMITS.outputTokensMax,
        windowTokensMax: first("windowTokens") ?? null,
        ...(offloadPercent === undefined ? {} : { offloadPercent }),
        ...(first("zoneOutputTokens") === undefined ? {} : { answerTokensMin: zones.outputTokens })
      },
      autoCommit: first("autoCommit") ?? false,
      appendSystemPrompt: first("appendSystemPrompt") ?? "",
      webAllowPrivate: layers.flatMap(({ layer }) => layer.webAllowPrivate ?? []),
      webSearchUrl: first("webSearchUrl") ?? null,
      oracle: first("oracle") ?? null,
      weakModel: first("weakModel") ?? null,
      zones,
      // Of all layers: the machine's first, then the person's, then those of a workspace that is trusted.
      hooks: layers.toReversed().flatMap(({ layer }) => layer.hooks ?? []),
      sandbox: yield* sandboxWish(first),
      lsp: lspWish(layers.map(({ layer }) => layer.lsp))
    }
  })

type First = <K extends keyof Layer>(key: K) => Layer[K] | undefined

/** The strongest layer that says yes or no decides; of servers each layer adds its own, and the stronger says what one is. */
const lspWish = (said: readonly Layer["lsp"][]): LspWish => ({
  on: said.find((one) => typeof one === "boolean") !== false,
  servers: Object.assign({}, ...said.toReversed().map((one) => (typeof one === "object" ? one : {}))) as LspWish["servers"]
})

const sandboxWish = Effect.fnUntraced(function*(first: First): Effect.fn.Return<SandboxWish, SettingsError> {
  const mode = first("sandbox") ?? "auto"
  const hosts = first("sandboxHosts") ?? []
  const network = first("sandboxNetwork") ?? (hosts.length === 0 ? "off" : "hosts")
  if (mode !== "off" && mode !== "auto" && mode !== "required")
    return yield* fault(`sandbox = ${mode} is not known; take off, auto or required`)
  if (network !== "off" && network !== "hosts" && network !== "on")
    return yield* fault(`sandbox_network = ${network} is not known; take off, hosts or on`)
  if (hosts.length > 0) {
    const { parseHostRule } = yield* Effect.promise(() => import("../effects/os/sandbox/hosts.ts"))
    const wrong = hosts.map(parseHostRule).find((rule) => typeof rule === "string")
    if (wrong !== undefined) return yield* fault(`sandbox_hosts: ${String(wrong)}`)
  }
  return {
    mode,
    network: network === "hosts" && hosts.length === 0 ? "off" : network,
    hosts,
    keepVariables: first("sandboxKeepVariables") ?? [],
    alsoWritable: first("sandboxWrite") ?? []
  }
})

const rulesOf = (layer: Layer, source: string): readonly Rule[] => [
  ...(layer.deny ?? []).map((rule): Rule => ({ decision: "deny", rule, source })),
  ...(layer.ask ?? []).map((rule): Rule => ({ decision: "ask", rule, source })),
  ...(layer.allow ?? []).map((rule): Rule => ({ decision: "allow", rule, source }))
]

const isMode = (text: string): text is PermissionMode => (MODES as readonly string[]).includes(text)

const fault = (message: string): Effect.Effect<never, SettingsError> => Effect.fail(new SettingsError({ message: `read the settings: ${message}` }))

/** What the `LOOM_*` variables say; an empty one says nothing. */
export const environmentLayer = (environment: Environment): Effect.Effect<Layer, SettingsError> =>
  Effect.gen(function*() {
    const layer: Record<string, unknown> = {}
    for (const [key, kind] of Object.entries(KINDS)) {
      const name = `LOOM_${key.toUpperCase()}`
      const text = environment[name]
      if (text === undefined || text === "" || kind === "list") continue
      layer[camel(key)] = yield* fromText(name, text, kind)
    }
    return layer as Layer
  })

/** What the person's `config.toml` says; nothing where there is none. An unknown key is an error with the nearest name. */
export const fileLayer = (directory: string): Effect.Effect<Layer, SettingsError> => {
  const path = join(directory, "config.toml")
  const text = readIfThere(path)
  return text === null ? Effect.succeed({}) : layerOfText(path, text)
}

/** What the text of a settings file says; `path` is for the messages. */
export const layerOfText = (path: string, text: string): Effect.Effect<Layer, SettingsError> =>
  Effect.gen(function*() {
    const { parse } = yield* Effect.promise(() => import("smol-toml"))
    const table = yield* Effect.try({
      try: () => parse(text),
      catch: (cause) => new SettingsError({ message: `read ${path}: ${String(cause).split("\n", 1)[0]}` })
    })
    const layer: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(table)) {
      if (key === "hooks" || key === "lsp") {
        layer[key] = yield* (key === "hooks" ? hooksOf : lspOf)(path, value)
        continue
      }
      const kind = KINDS[key]
      if (kind === undefined) return yield* fault(`${path} has the unknown key ${key}; did you mean ${nearest(key, SETTING_KEYS)}?`)
      if (!fits(value, kind)) return yield* fault(`${path}: ${key} must be a ${kind}`)
      layer[camel(key)] = value
    }
    return layer as Layer
  })

const hooksOf = Effect.fnUntraced(function*(path: string, value: unknown) {
  const { readHooks } = yield* Effect.promise(() => import("./hook-settings.ts"))
  const hooks = readHooks(path, value)
  return typeof hooks === "string" ? yield* fault(hooks) : hooks
})

const lspOf = Effect.fnUntraced(function*(path: string, value: unknown) {
  if (typeof value === "boolean") return value
  const { readServers } = yield* Effect.promise(() => import("./lsp-settings.ts"))
  const servers = readServers(path, value)
  return typeof servers === "string" ? yield* fault(servers) : servers
})

/** Every key of the settings file, as it is written there. */
const KINDS: Readonly<Record<string, Kind>> = {
  model: "text",
  permission_mode: "text",
  allow: "list",
  ask: "list",
  deny: "list",
  max_steps: "whole number",
  max_tokens: "whole number",
  max_budget_usd: "number",
  max_output_tokens: "whole number",
  window_tokens: "whole number",
  auto_commit: "boolean",
  append_system_prompt: "text",
  web_allow_private: "list",
  web_search_url: "text",
  oracle: "text",
  weak_model: "text",
  offload_percent: "whole number",
  zone_system_tokens: "whole number",
  zone_tools_tokens: "whole number",
  zone_rules_tokens: "whole number",
  zone_decisions_tokens: "whole number",
  zone_map_tokens: "whole number or 0",
  zone_diagnostics_tokens: "whole number or 0",
  zone_output_tokens: "whole number",
  sandbox: "text",
  sandbox_network: "text",
  sandbox_hosts: "list",
  sandbox_keep_variables: "list",
  sandbox_write: "list",
  lsp: "boolean"
}

/** All keys of a settings file. */
export const SETTING_KEYS: readonly string[] = [...Object.keys(KINDS), "hooks"]

/** A key of the file as it stands in a layer: `layerKey("max_steps")  // => "maxSteps"`. */
export const layerKey = (key: string): keyof Layer => camel(key) as keyof Layer

const camel = (key: string): string => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

const fromText = (name: string, text: string, kind: Kind): Effect.Effect<unknown, SettingsError> => {
  const value = kind === "text" ? text : kind === "boolean" ? (TRUTHS.get(text) ?? text) : Number(text)
  return fits(value, kind) ? Effect.succeed(value) : fault(`${name}=${text} must be a ${kind}`)
}

const TRUTHS: ReadonlyMap<string, boolean> = new Map([["1", true], ["true", true], ["0", false], ["false", false]])

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // No file, or none we may read: the person has set nothing here.
    return null
  }
}
