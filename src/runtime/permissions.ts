import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layerSandbox, type SandboxWish } from "../effects/os/sandbox.ts"
import { Workspace } from "../effects/os/workspace.ts"
import { VettedCalls } from "../effects/tools/vetted-calls.ts"
import { vetToolCalls } from "../effects/tools/vetting.ts"
import type { CallFacts } from "../machine/event.ts"
import { explain, type Explanation } from "../machine/policy/explain.ts"
import type { Permissions } from "../machine/policy/permission.ts"
import type { ToolCall } from "../machine/session.ts"
import { directoriesOf } from "./directories.ts"

/** What would happen to a call that nobody makes: what vetting finds, and what is decided from it. */
export interface Explained extends Explanation {
  readonly tool: string
  readonly arguments: string
  readonly facts: CallFacts
}

/** Where a call would be made, and under what. */
export interface ExplainPlace {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Canonical path of the workspace. */
  readonly root: string
  readonly sandbox: SandboxWish
  readonly permissions: Permissions
}

/** Vets a call as if a model had made it, and decides; nothing is run. */
export const explainCall = Effect.fnUntraced(function*(
  name: string,
  given: string,
  { environment, root, sandbox, permissions }: ExplainPlace
): Effect.fn.Return<Explained> {
  const call: ToolCall = { type: "tool-call", id: "call_1", name, arguments: given }
  let facts: CallFacts | undefined
  yield* vetToolCalls({ type: "VetToolCalls", effect: 1, calls: [call] }, (event) => {
    if (event.type === "ToolCallsVetted") facts = event.facts[0]
  }).pipe(Effect.provide(roomsOf(environment, root, sandbox)))
  const found = facts ?? UNVETTED
  return { tool: name, arguments: given, facts: found, ...explain(name, found, permissions) }
})

/** What vetting needs, the sandbox as a session here would have it. */
const roomsOf = (environment: ExplainPlace["environment"], root: string, sandbox: SandboxWish): Layer.Layer<Workspace | VettedCalls> => {
  const directories = directoriesOf(environment)
  const place = { roots: [root], session: "explain" }
  return Layer.mergeAll(
    Layer.succeed(Workspace, place),
    VettedCalls.layer,
    layerSandbox(sandbox, { ...place, environment, own: Object.values(directories), dataDirectory: directories.data })
  )
}

const UNVETTED: CallFacts = { call: "call_1", invalid: "vetting found nothing about this call", changes: false, paths: [], commands: [], hosts: [] }

const STAND_IN = "x"

/**
 * The arguments of a call from the words of a person: JSON as it is, else the words as the argument that matters, and stand-ins for the rest.
 * `argumentsFor("file_write", ["src/a.ts"])  // => '{"path":"src/a.ts","content":"x"}'`
 */
export const argumentsFor = (tool: string, words: readonly string[]): string => {
  const text = words.join(" ")
  if (text.trimStart().startsWith("{")) return text
  switch (tool) {
    case "shell":
      return JSON.stringify({ command: text })
    case "git": {
      const [operation = "", ...args] = words.flatMap((word) => word.split(/\s+/)).filter((word) => word !== "" && word !== "git")
      return JSON.stringify({ operation, args })
    }
    case "file_write":
      return JSON.stringify({ path: text, content: STAND_IN })
    case "file_edit":
      return JSON.stringify({ path: text, edits: [{ old: STAND_IN, new: `${STAND_IN}2` }] })
    case "apply_patch":
      return JSON.stringify({ patch: `*** Begin Patch\n*** Add File: ${text}\n+${STAND_IN}\n*** End Patch` })
    case "content_search":
    case "file_search":
      return JSON.stringify({ pattern: STAND_IN, path: text })
    case "ask_user":
      return JSON.stringify({ question: text })
    case "web_fetch":
      return JSON.stringify({ url: text })
    default:
      return JSON.stringify({ path: text })
  }
}
