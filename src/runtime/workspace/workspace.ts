import * as Effect from "effect/Effect"
import { RULES_FILES } from "../../effects/context/rules-file.ts"
import { textInside } from "../../effects/context/text-inside.ts"
import type { Rule } from "../../machine/session.ts"
import { layerOfText, SettingsError, type Layer } from "../settings.ts"
import { SETTINGS_FILES, WORKSPACE_BYTES_MAX } from "./glance.ts"
import { forbiddenIn } from "./keys.ts"
import { compileOperations, type Operations } from "./operations.ts"
import { hashOf, trustOf, type Trust } from "./trust.ts"

/** What a workspace brings along that speaks about what may be done in it. */
export interface WorkspaceWord {
  readonly root: string
  /** `nothing`: there is nothing that needs trust. */
  readonly trust: Trust | "nothing"
  /** Of exactly what would hold if it were trusted. */
  readonly hash: string
  /** What the settings files say, each as a layer. Of an untrusted workspace this is only shown. */
  readonly layers: readonly { readonly source: string; readonly layer: Layer }[]
  /** The rules that the rules file allows with, and those that hold in any case. */
  readonly allowing: readonly Rule[]
  readonly restricting: readonly Rule[]
  readonly unread: Operations["unread"]
  /** Which rules file it is; `null` where none is there. */
  readonly rulesFile: string | null
  /** What could not be read, or may not be said, in a sentence each; with one of them nothing is trusted. */
  readonly faults: readonly string[]
}

/** Reads what the workspace says of itself, and what the person said of that. What is hashed is what is read: nothing is read twice. */
export const workspaceWord = Effect.fnUntraced(function*(root: string, dataDirectory: string): Effect.fn.Return<WorkspaceWord> {
  const faults: string[] = []
  const texts: string[] = []
  const layers: WorkspaceWord["layers"][number][] = []
  for (const name of SETTINGS_FILES) {
    const found = textInside(root, name, WORKSPACE_BYTES_MAX)
    if (found === null) continue
    if ("refused" in found || found.cut) {
      faults.push(`${name}: ${"refused" in found ? found.refused : "it is too long"}`)
      continue
    }
    texts.push(name, found.text)
    const layer = yield* layerOfText(name, found.text).pipe(Effect.catchTag("SettingsError", ({ message }) => Effect.sync(() => (faults.push(message), {}))))
    const forbidden = forbiddenIn(layer)
    if (forbidden !== null) faults.push(`${name} says ${forbidden}`)
    layers.push({ source: name, layer })
  }
  const { name, operations, fault } = operationsIn(root)
  if (fault !== null) faults.push(fault)
  const allowing = operations.rules.filter(({ decision }) => decision === "allow")
  const restricting = operations.rules.filter(({ decision }) => decision !== "allow")
  const hash = hashOf([...texts, "allow", ...allowing.map(({ rule }) => rule)])
  const nothing = layers.length === 0 && allowing.length === 0
  const trust = nothing ? "nothing" : trustOf(dataDirectory, root, hash)
  return { root, trust, hash, layers, allowing, restricting, unread: operations.unread, rulesFile: name, faults }
})

const NONE: Operations = { rules: [], unread: [] }

/** The first rules file that is there holds, as it does for the model. */
const operationsIn = (root: string): { readonly name: string | null; readonly operations: Operations; readonly fault: string | null } => {
  for (const name of RULES_FILES) {
    const found = textInside(root, name, WORKSPACE_BYTES_MAX)
    if (found === null) continue
    if ("refused" in found) return { name: null, operations: NONE, fault: null }
    return { name, operations: compileOperations(found.text, name), fault: found.cut ? `${name}: it is too long to be read for rules` : null }
  }
  return { name: null, operations: NONE, fault: null }
}

/** Errors: what stands against trusting it, in a sentence. */
export const mayBeTrusted = ({ root, faults, trust }: WorkspaceWord): Effect.Effect<void, SettingsError> => {
  const [fault] = faults
  if (fault !== undefined) return Effect.fail(new SettingsError({ message: `trust ${root}: ${fault}` }))
  if (trust === "impossible") return Effect.fail(new SettingsError({ message: `trust ${root}: Loom's own directory lies in it, so trust cannot be kept; --trust trusts it for one run` }))
  return Effect.void
}
