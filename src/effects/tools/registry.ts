import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import type { ToolDefinition } from "../../machine/session.ts"
import { applyPatch } from "./patch/apply-patch.ts"
import { askUser } from "./ask-user.ts"
import { contentSearch } from "./content-search.ts"
import { contextRead } from "./context-read.ts"
import { contextSearch } from "./context-search.ts"
import { decisionLog } from "./decision-log.ts"
import { decisionQuery } from "./decision-query.ts"
import { directoryList } from "./directory-list.ts"
import { fileEdit } from "./file-edit.ts"
import { fileRead } from "./file-read.ts"
import { fileSearch } from "./file-search.ts"
import { fileWrite } from "./file-write.ts"
import { git } from "./git.ts"
import { lspDiagnostics } from "./lsp-diagnostics.ts"
import { oracle } from "./oracle.ts"
import { shellOutput } from "./shell-output.ts"
import { shellStop } from "./shell-stop.ts"
import { shell } from "./shell.ts"
import { subAgent } from "./sub-agent.ts"
import { webFetch } from "./web-fetch.ts"
import { webSearch } from "./web-search.ts"
import type { Tool } from "./tool.ts"

/** The tools of the engine, in the order in which a model reads them. */
export const engineTools: readonly Tool[] = [
  fileRead,
  fileWrite,
  fileEdit,
  applyPatch,
  fileSearch,
  contentSearch,
  directoryList,
  shell,
  shellOutput,
  shellStop,
  git,
  lspDiagnostics,
  subAgent,
  oracle,
  webFetch,
  webSearch,
  contextSearch,
  contextRead,
  decisionLog,
  decisionQuery,
  askUser
]

/** The tools a session may call; a host that has its own puts them here. */
export const Tools = Context.Reference<readonly Tool[]>("loom/Tools", { defaultValue: () => engineTools })

/** What a model is told of the tools; fixed when a session opens. */
export const toolDefinitions = (tools: readonly Tool[] = engineTools): readonly ToolDefinition[] =>
  tools.map((tool) => ({ name: tool.name, description: tool.description, inputSchema: inputSchema(tool) }))

/** JSON Schema of the arguments, short: that unknown ones are refused and that numbers are safe need not be said each time. */
export const inputSchema = (tool: Tool): Readonly<Record<string, unknown>> =>
  withoutNoise(Schema.toJsonSchemaDocument(tool.input).schema) as Readonly<Record<string, unknown>>

const withoutNoise = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNoise)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).filter(([key, inner]) => key !== "additionalProperties" && inner !== Number.MAX_SAFE_INTEGER)
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNoise(inner)]))
}
