import { isAbsolute, join } from "node:path"
import { objectOf } from "../../machine/request.ts"
import type { PathFact } from "../../machine/event.ts"
import type { ToolCall } from "../../machine/session.ts"

/** A call in the words of the agents that the hooks were written for. */
export interface ClaudeCall {
  readonly tool_name: string
  readonly tool_input: Readonly<Record<string, unknown>>
}

const NAMES: Readonly<Record<string, string>> = {
  shell: "Bash",
  git: "Bash",
  file_read: "Read",
  file_write: "Write",
  file_edit: "Edit",
  apply_patch: "Edit",
  file_search: "Glob",
  content_search: "Grep",
  directory_list: "LS",
  ask_user: "AskUserQuestion",
  sub_agent: "Task",
  web_fetch: "WebFetch",
  web_search: "WebSearch"
}

/** All that a tool is called: by others, and by us. */
export const namesOf = (tool: string): readonly string[] => [...new Set([claudeName(tool), tool])]

const claudeName = (tool: string): string => (Object.hasOwn(NAMES, tool) ? (NAMES[tool] as string) : tool)

/**
 * A call as a hook reads it: our arguments, and beside them theirs. A call that touches several files is as many calls, one a
 * file: a hook that looks at `file_path` sees each.
 */
export const claudeCalls = ({ name, arguments: json }: ToolCall, paths: readonly PathFact[], root: string): readonly ClaudeCall[] => {
  const given = objectOf(json)
  const base = { ...given, ...translated(name, given) }
  const files = FILE_TOOLS.has(name) ? paths.map(({ path }) => (isAbsolute(path) ? path : join(root, path))) : []
  const inputs = files.length === 0 ? [base] : files.map((file) => ({ ...base, file_path: file }))
  return inputs.map((input) => ({ tool_name: claudeName(name), tool_input: input }))
}

const FILE_TOOLS: ReadonlySet<string> = new Set(["file_read", "file_write", "file_edit", "apply_patch"])

type Given = Readonly<Record<string, unknown>>

const translated = (name: string, given: Given): Given => {
  switch (name) {
    case "shell":
      return given["timeout_ms"] === undefined ? {} : { timeout: given["timeout_ms"] }
    case "git":
      return { command: ["git", given["operation"], ...listOf(given["args"])].map(word).join(" ") }
    case "file_read":
    case "file_write":
      return typeof given["path"] === "string" ? { file_path: given["path"] } : {}
    case "file_edit":
      return editWords(listOf(given["edits"]).map((edit) => (typeof edit === "object" && edit !== null ? (edit as Given) : {})))
    case "apply_patch":
      return { old_string: "", new_string: given["patch"] }
    default:
      return {}
  }
}

/** Several edits are shown as one text each way, so that whoever looks for something in what is written finds it. */
const editWords = (edits: readonly Given[]): Given => ({
  old_string: edits.map((edit) => String(edit["old"] ?? "")).join("\n"),
  new_string: edits.map((edit) => String(edit["new"] ?? "")).join("\n"),
  replace_all: edits.some((edit) => edit["all"] === true)
})

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const word = (value: unknown): string => {
  const text = String(value)
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
