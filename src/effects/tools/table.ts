import { engineTools, inputSchema } from "./registry.ts"
import type { Tool } from "./tool.ts"

/** The tools as a table in Markdown: name, arguments (`*` required), what it may do, its limits. */
export const toolTable = (tools: readonly Tool[] = engineTools): string =>
  ["| tool | arguments | may | limits |", "|---|---|---|---|", ...tools.map(row)].join("\n")

const row = (tool: Tool): string =>
  `| \`${tool.name}\` — ${tool.summary} | ${argumentsOf(tool)} | ${tool.access.replace(/s$/, "")}${tool.idempotent ? ", idempotent" : ""} | ${tool.limits} |`

const argumentsOf = (tool: Tool): string => {
  const { properties = {}, required = [] } = inputSchema(tool) as { properties?: object; required?: readonly string[] }
  return Object.keys(properties)
    .map((name) => (required.includes(name) ? `\`${name}\`*` : `\`${name}\``))
    .join(", ")
}
