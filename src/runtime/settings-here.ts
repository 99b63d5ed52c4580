import { realpathSync } from "node:fs"
import { homedir } from "node:os"
import { join, relative } from "node:path"
import * as Effect from "effect/Effect"
import { locate, type Located } from "../effects/os/path.ts"
import { escapeGlob } from "../machine/policy/glob.ts"
import { directoriesOf, type Directories } from "./directories.ts"
import { modelByKey } from "./opening.ts"
import { rulesHere, type RulesPlace } from "./rule-words.ts"
import { environmentLayer, fileLayer, settingsOf, SettingsError, type Layer, type Settings } from "./settings.ts"
import { hasWord } from "./workspace/glance.ts"
import { rulesFilesBelow } from "./workspace/rules-files.ts"
import type { WorkspaceWord } from "./workspace/workspace.ts"

/** Where settings are read, and what was said on the command line. */
export interface SettingsPlace {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Canonical path of the folder that is worked in. */
  readonly cwd: string
  readonly flagsLayer: Layer
  /** Whether the workspace is trusted for this run, whatever was said before. */
  readonly trusted?: boolean
}

export interface SettingsHere {
  readonly settings: Settings
  /** What the workspace says of itself; `null` where it says nothing. */
  readonly workspace: (WorkspaceWord & { readonly trusted: boolean }) | null
  /** What each layer says, the strongest first. */
  readonly layers: readonly SourcedLayer[]
}

interface SourcedLayer {
  readonly source: string
  readonly layer: Layer
}

/** Flags, then the environment, then a trusted workspace, then the person's file, then the machine's. Rules of all of them hold together. */
export const settingsHere = Effect.fnUntraced(function*(
  place: SettingsPlace,
  directories: Directories = directoriesOf(place.environment)
): Effect.fn.Return<SettingsHere, SettingsError> {
  const { environment, cwd, flagsLayer } = place
  const own: SourcedLayer[] = []
  for (const directory of [directories.config, ...systemDirectories(environment)])
    own.push({ source: join(directory, "config.toml"), layer: yield* fileLayer(directory) })
  const workspace = yield* wordOf(place, directories)
  const layers: readonly SourcedLayer[] = [
    { source: "flag", layer: flagsLayer },
    { source: "environment", layer: yield* environmentLayer(environment) },
    ...(yield* workspaceLayers(workspace, own)),
    ...own,
    { source: "Loom itself", layer: guardOf(cwd, directories) }
  ]
  const rules: RulesPlace = { root: cwd, home: followed(environment["HOME"] || homedir()) }
  return {
    settings: yield* settingsOf(
      layers.map(({ source, layer }) => ({ source, layer: asMeant(layer, rules) })),
      modelByKey(environment)
    ),
    workspace,
    layers
  }
})

const followed = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    // A home that is not there has no other name.
    return path
  }
}

/** The layer with its rules as they are meant in this workspace. */
const asMeant = (layer: Layer, place: RulesPlace): Layer => {
  const read = (rules: readonly string[] | undefined, allows: boolean): readonly string[] =>
    (rules ?? []).flatMap((rule) => rulesHere(rule, allows, place))
  return { ...layer, allow: read(layer.allow, true), ask: read(layer.ask, false), deny: read(layer.deny, false) }
}

/** Where the machine's administrator sets something for everybody. */
const systemDirectories = (environment: SettingsPlace["environment"]): readonly string[] =>
  (environment["XDG_CONFIG_DIRS"] || "/etc/xdg").split(":").flatMap((directory) => (directory.startsWith("/") ? [join(directory, "loom")] : []))

const wordOf = Effect.fnUntraced(function*({ cwd, trusted }: SettingsPlace, { data }: Directories) {
  const files = rulesFilesBelow(cwd)
  if (!hasWord(cwd, files)) return null
  const { workspaceWord } = yield* Effect.promise(() => import("./workspace/workspace.ts"))
  const word = yield* workspaceWord(cwd, data, files)
  const [fault] = word.faults
  if (trusted === true && fault !== undefined) return yield* new SettingsError({ message: `trust ${cwd}: ${fault}` })
  return { ...word, trusted: trusted === true || (word.trust === "trusted" && fault === undefined) }
})

/** The settings of a trusted workspace, as far as they do not loosen what the person said; of any other only what its rules file denies and asks. */
const workspaceLayers = Effect.fnUntraced(function*(
  workspace: SettingsHere["workspace"],
  own: readonly SourcedLayer[]
): Effect.fn.Return<readonly SourcedLayer[]> {
  if (workspace === null) return []
  const { trusted, layers, allowing, restricting } = workspace
  const rules = [...(trusted ? allowing : []), ...restricting]
  const rulesOf = (file: string, wanted: "allow" | "ask" | "deny"): readonly string[] =>
    rules.flatMap(({ source, decision, rule }) => (source === file && decision === wanted ? [rule] : []))
  const files = [...new Set(rules.map(({ source }) => source))]
  const fromRulesFiles = files.map((file) => ({
    source: file,
    layer: { allow: rulesOf(file, "allow"), ask: rulesOf(file, "ask"), deny: rulesOf(file, "deny") }
  }))
  if (!trusted) return fromRulesFiles
  const { tightened } = yield* Effect.promise(() => import("./workspace/keys.ts"))
  return [...layers.map(({ source, layer }) => ({ source, layer: tightened(layer, own.map((each) => each.layer)) })), ...fromRulesFiles]
})

/** Where Loom's own settings and data lie in the workspace, no file tool writes them: they say what is allowed. */
const guardOf = (cwd: string, { config, data }: Directories): Layer => {
  const inside = [config, data].flatMap((directory) => {
    const { root, absolute } = leadsTo(cwd, directory)
    if (root === null) return []
    return absolute === cwd ? ["file_write(./config.toml)"] : [`file_write(./${escapeGlob(relative(cwd, absolute))}/**)`]
  })
  return inside.length === 0 ? {} : { deny: [...new Set(inside)] }
}

/** What cannot be followed cannot be written either; whoever needs the directory says so. */
const leadsTo = (cwd: string, directory: string): Pick<Located, "root" | "absolute"> => {
  try {
    return locate([cwd], directory)
  } catch {
    return { root: null, absolute: directory }
  }
}
