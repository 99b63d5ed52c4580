import { modelByKey } from "./opening.ts"
import type { SettingsHere } from "./settings-here.ts"
import { SETTING_KEYS, layerKey, type Layer, type Settings } from "./settings.ts"

/** One setting as it holds here, and who said it. */
export interface Setting {
  /** As it is written in a settings file. */
  readonly key: string
  /** `null` where nothing is set and nothing is taken for it. */
  readonly value: unknown
  /** Who gave it: a file, a variable, a flag, `default`; of a list that several add to, each entry by itself. */
  readonly from: readonly Said[]
  /** What was said by others and does not count, the stronger first. */
  readonly instead: readonly Said[]
}

export interface Said {
  readonly source: string
  readonly value: unknown
}

/** Every setting there is, in the order of the documents. */
export const configurationOf = (here: SettingsHere, environment: Readonly<Record<string, string | undefined>>): readonly Setting[] =>
  SETTING_KEYS.map((key) => settingOf(key, here, environment))

const settingOf = (key: string, here: SettingsHere, environment: Readonly<Record<string, string | undefined>>): Setting => {
  if (key === "allow" || key === "ask" || key === "deny") {
    const from = here.settings.rules.flatMap(({ decision, rule, source }) => (decision === key ? [{ source, value: rule }] : []))
    return joined(key, from)
  }
  const said = here.layers.flatMap(({ source, layer }) => {
    const value = layer[layerKey(key)]
    return value === undefined ? [] : [{ source: source === "environment" ? `LOOM_${key.toUpperCase()}` : source, value }]
  })
  if (key === "hooks") return joined(key, said.toReversed().flatMap(entriesOf))
  if (key === "web_allow_private") return joined(key, said.flatMap(entriesOf))
  if (key === "lsp") return serversSaid(key, said, here)
  const [first, ...instead] = [...said, ...(said.length === 0 ? untold(key, here, environment) : [])]
  return { key, value: first?.value ?? null, from: first === undefined ? [] : [first], instead }
}

/** Yes or no, and what each file says of servers; of one server the stronger counts, and stands before. */
const serversSaid = (key: string, said: readonly Said[], { settings: { lsp } }: SettingsHere): Setting => {
  const [first = { source: "default", value: lsp.on }, ...instead] = said.filter(({ value }) => typeof value === "boolean")
  const tables = said.filter(({ value }) => typeof value !== "boolean")
  return {
    key,
    value: lsp.on && tables.length > 0 ? lsp.servers : lsp.on,
    from: [...(tables.length > 0 && first.source === "default" ? [] : [first]), ...tables],
    instead
  }
}

const entriesOf = ({ source, value }: Said): readonly Said[] => (value as readonly unknown[]).map((each) => ({ source, value: each }))

/** Lists to which everybody adds. */
const joined = (key: string, from: readonly Said[]): Setting => ({ key, value: from.map(({ value }) => value), from, instead: [] })

/** What holds where nobody says anything. */
const untold = (key: string, { settings }: SettingsHere, environment: Readonly<Record<string, string | undefined>>): readonly Said[] => {
  const model = key === "model" ? modelByKey(environment) : null
  if (model !== null) return [{ source: environment["ANTHROPIC_API_KEY"] ? "ANTHROPIC_API_KEY is set" : "OPENAI_API_KEY is set", value: model }]
  const value = heldOf(settings)[layerKey(key)]
  return value === undefined || value === null ? [] : [{ source: "default", value }]
}

/** The settings as they hold, under the names of the layers: of a key that nobody says, its default is left. */
const heldOf = ({ mode, limits, autoCommit, appendSystemPrompt, zones, sandbox }: Settings): Partial<Readonly<Record<keyof Layer, unknown>>> => ({
  permissionMode: mode,
  maxSteps: limits.stepsMax,
  maxOutputTokens: limits.outputTokensMax,
  autoCommit,
  appendSystemPrompt,
  zoneSystemTokens: zones.systemTokens,
  zoneToolsTokens: zones.toolsTokens,
  zoneRulesTokens: zones.rulesTokens,
  zoneDecisionsTokens: zones.decisionsTokens,
  zoneMapTokens: zones.mapTokens,
  zoneDiagnosticsTokens: zones.diagnosticsTokens,
  zoneOutputTokens: zones.outputTokens,
  sandbox: sandbox.mode,
  sandboxNetwork: sandbox.network,
  sandboxHosts: sandbox.hosts,
  sandboxKeepVariables: sandbox.keepVariables,
  sandboxWrite: sandbox.alsoWritable
})
