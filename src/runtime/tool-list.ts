import { engineTools, inputSchema } from "../effects/tools/registry.ts"
import { toolsFor } from "./opening.ts"
import type { Settings } from "./settings.ts"

/** A tool as a person looks it up. */
export interface ListedTool {
  readonly name: string
  readonly summary: string
  /** What the model reads of it. */
  readonly description: string
  readonly access: "reads" | "writes" | "executes" | "asks"
  readonly idempotent: boolean
  readonly limits: string
  /** JSON Schema of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>
  /** Whether a session here tells the model of it; a tool that needs something set up is there only where it is. */
  readonly offered: boolean
}

/** All tools that this build has, in the order in which a model reads them. */
export const toolList = (settings: Settings): readonly ListedTool[] => {
  const offered = new Set(toolsFor(settings, null).map(({ name }) => name))
  return engineTools.map((tool) => ({
    name: tool.name,
    summary: tool.summary,
    description: tool.description,
    access: tool.access,
    idempotent: tool.idempotent,
    limits: tool.limits,
    inputSchema: inputSchema(tool),
    offered: offered.has(tool.name)
  }))
}
