import type { ToolCall } from "../../machine/session.ts"
import { oneLine } from "./visible.ts"

/** What a call does, on one line, as a person would say it: `callWords(call)  // => "read src/price.js from line 3"`. */
export const callWords = (call: ToolCall): string => {
  const given = argumentsOf(call)
  return oneLine(given === null ? `${call.name} ${call.arguments}` : wordsOf(call.name, given)).trimEnd()
}

export type Arguments = Readonly<Record<string, unknown>>

/** The arguments as an object; `null` where they are none, for the model may send anything. */
export const argumentsOf = (call: ToolCall): Arguments | null => {
  try {
    const value: unknown = JSON.parse(call.arguments)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Arguments) : null
  } catch {
    // Broken JSON: the call is shown as it came, and vetting will say what is wrong with it.
    return null
  }
}

const wordsOf = (tool: string, given: Arguments): string => {
  const text = (key: string): string => textOf(given[key])
  switch (tool) {
    case "shell":
      return `$ ${text("command")}${given["cwd"] === undefined ? "" : ` (in ${text("cwd")})`}${given["background"] === true ? " (in the background)" : ""}`
    case "shell_output":
      return `look at ${text("id")}${given["wait_ms"] === undefined ? "" : `, waiting ${text("wait_ms")} ms`}`
    case "shell_stop":
      return `end ${text("id")}`
    case "file_read":
      return `read ${text("path")}${given["offset"] === undefined ? "" : ` from line ${text("offset")}`}`
    case "file_write":
      return `write ${text("path")}`
    case "file_edit":
      return `edit ${text("path")}`
    case "apply_patch":
      return `patch ${[...new Set(text("patch").match(/(?<=^(?:\*\*\* (?:Add|Update|Delete) File: |\+\+\+ (?:b\/)?))[^\t\n]+/gm))].join(", ")}`
    case "file_search":
      return `find ${text("pattern")}${within(given)}`
    case "content_search":
      return `search ${text("pattern")}${within(given)}`
    case "directory_list":
      return `list ${given["path"] === undefined ? "." : text("path")}`
    case "git":
      return `git ${text("operation")} ${textOf(given["args"] ?? "")}`
    case "web_fetch":
      return `fetch ${text("url")}`
    case "web_search":
      return `search the web: ${text("query")}`
    case "sub_agent":
      return `sub-agent: ${text("task")}${given["scope"] === undefined ? "" : ` (in ${text("scope")})`}`
    case "oracle":
      return `oracle: ${text("question")}`
    case "ask_user":
      return `ask: ${text("question")}`
    default:
      return `${tool} ${JSON.stringify(given)}`
  }
}

const within = (given: Arguments): string => (given["path"] === undefined ? "" : ` in ${textOf(given["path"])}`)

const textOf = (value: unknown): string => {
  if (typeof value === "string") return value
  if (Array.isArray(value)) return value.map(textOf).join(" ")
  return value === undefined ? "?" : JSON.stringify(value)
}
