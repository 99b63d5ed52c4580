import * as Effect from "effect/Effect"
import { RULES_FILES } from "../../effects/context/rules-file.ts"
import { textInside } from "../../effects/context/text-inside.ts"
import { isRepository } from "../../effects/git/repository.ts"
import type { Rule } from "../../machine/session.ts"
import { layerOfText, SettingsError, type Layer } from "../settings.ts"
import { SETTINGS_FILES, WORKSPACE_BYTES_MAX } from "./glance.ts"
import { forbiddenIn } from "./keys.ts"
import { inFolder } from "./folder-rules.ts"
import { compileOperations, type Operations } from "./operations.ts"
import { FOLDERS_MAX, FOLDERS_MAX_ELSEWHERE, rulesFilesBelow, type RulesFiles } from "./rules-files.ts"
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
  /** The rules that the rules files of the root and of the folders below it allow with, and those that hold in any case. */
  readonly allowing: readonly Rule[]
  readonly restricting: readonly Rule[]
  readonly unread: readonly (Operations["unread"][number] & { readonly file: string })[]
  /** What could not be read, or may not be said, in a sentence each; with one of them nothing is trusted. */
  readonly faults: readonly string[]
  /** Why not every rules file was found, in a sentence; `null` where all were. */
  readonly unseen: string | null
}

/** Reads what the workspace says of itself, and what the person said of that. What is hashed is what is read: nothing is read twice. */
export const workspaceWord = Effect.fnUntraced(function*(
  root: string,
  dataDirectory: string,
  files: RulesFiles = rulesFilesBelow(root)
): Effect.fn.Return<WorkspaceWord> {
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
    const layer = yield* layerOfText(name, found.text).pipe(
      Effect.catchTag("SettingsError", ({ message }) => Effect.sync(() => (faults.push(message), {})))
    )
    const forbidden = forbiddenIn(layer)
    if (forbidden !== null) faults.push(`${name} says ${forbidden}`)
    layers.push({ source: name, layer })
  }
  const operations = [...RULES_FILES.filter((name) => textInside(root, name, 0) !== null).slice(0, 1), ...files.paths].map((file) => ({
    file,
    ...operationsIn(root, file)
  }))
  faults.push(...operations.flatMap(({ fault }) => fault ?? []))
  const rules = operations.flatMap((each) => each.rules)
  const allowing = rules.filter(({ decision }) => decision === "allow")
  const restricting = rules.filter(({ decision }) => decision !== "allow")
  const hash = hashOf([...texts, "allow", ...allowing.map(({ rule }) => rule)])
  const nothing = layers.length === 0 && allowing.length === 0
  const trust = nothing ? "nothing" : trustOf(dataDirectory, root, hash)
  const unread = operations.flatMap(({ file, unread: lines }) => lines.map((line) => ({ ...line, file })))
  return { root, trust, hash, layers, allowing, restricting, unread, faults, unseen: files.whole ? null : unseenOf(root) }
})

const NONE: Operations = { rules: [], unread: [] }

/** What a rules file says may be done, from the root; a file of a folder speaks of that folder. */
const operationsIn = (root: string, file: string): Operations & { readonly fault: string | null } => {
  const found = textInside(root, file, WORKSPACE_BYTES_MAX)
  if (found === null || "refused" in found) return { ...NONE, fault: null }
  const said = compileOperations(found.text, file)
  const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")))
  return { ...(folder === "" ? said : inFolder(said, folder)), fault: found.cut ? `${file}: it is too long to be read for rules` : null }
}

const unseenOf = (root: string): string =>
  `look for rules files in ${root}: only the first ${isRepository(root) ? FOLDERS_MAX : FOLDERS_MAX_ELSEWHERE} folders were looked into; those further down are not enforced`

/** Errors: what stands against trusting it, in a sentence. */
export const mayBeTrusted = ({ root, faults, trust }: WorkspaceWord): Effect.Effect<void, SettingsError> => {
  const [fault] = faults
  if (fault !== undefined) return Effect.fail(new SettingsError({ message: `trust ${root}: ${fault}` }))
  if (trust === "impossible")
    return Effect.fail(
      new SettingsError({
        message: `trust ${root}: Loom's own directory lies in it, so trust cannot be kept; --trust trusts it for one run`
      })
    )
  return Effect.void
}
