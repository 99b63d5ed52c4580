import type { ListedTool } from "../../runtime/tool-list.ts"
import { fitted, span, whole, wholeLines, type Shown } from "./shown.ts"

/** The tools as a list: name, what a call may do at most, what it is for; what no session here has says so. */
export const toolLines = (tools: readonly ListedTool[]): readonly Shown[] => [
  ...tools.map(({ name, access, summary, limits, offered }) =>
    fitted(
      span(offered ? "strong" : "dim", name.padEnd(NAME_WIDTH)),
      span(access === "reads" || access === "asks" ? "plain" : "notice", ` ${access.padEnd(9)}`),
      span("plain", ` ${summary}`),
      span("dim", `  ${offered ? limits : `${NOT_OFFERED}: ${limits}`}`)
    )
  ),
  whole(span("dim", "`loom tools NAME` shows what the model is told of it; `loom permissions` what may be done here"))
]

const NAME_WIDTH = 16

const NOT_OFFERED = "not set up here"

/** One tool whole: what the model reads, its limits, its arguments as JSON Schema. */
export const toolPage = ({ name, access, idempotent, summary, description, limits, inputSchema, offered }: ListedTool): readonly Shown[] => [
  whole(span("strong", name), span("plain", `  ${summary}`)),
  whole(span("plain", `  ${access}${idempotent ? ", idempotent" : ""}${offered ? "" : `; ${NOT_OFFERED}`}`)),
  whole(span("plain", `  limits: ${limits}`)),
  whole(),
  ...wholeLines("plain", description),
  whole(),
  ...wholeLines("plain", JSON.stringify(inputSchema, null, 2))
]
