import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Cause from "effect/Cause"
import { refuse } from "../os/problem.ts"
import type { Tool } from "./tool.ts"

const PROBLEMS_MAX = 5

/**
 * The arguments of a call as its tool understands them. An optional one that is `null` counts as left out.
 * Errors: throws a `Problem` that tells the model what to mend.
 */
export const decodeArguments = (tool: Tool, json: string): unknown => {
  const exit = Schema.decodeUnknownExit(tool.input, { errors: "all", onExcessProperty: "error" })(withoutNulls(parse(tool, json)))
  if (Exit.isSuccess(exit)) return exit.value
  return refuse(`${tool.name}: ${complaints(Cause.squash(exit.cause)).join("; ")}; it takes ${taken(tool)}`)
}

const parse = (tool: Tool, json: string): unknown => {
  if (json.trim() === "") return {}
  try {
    return JSON.parse(json)
  } catch (thrown) {
    return refuse(
      `${tool.name}: the arguments are no valid JSON (${thrown instanceof Error ? thrown.message : String(thrown)}); send one JSON object`
    )
  }
}

const withoutNulls = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null))
    : value

const complaints = (error: unknown): readonly string[] => {
  if (!Schema.isSchemaError(error)) return [String(error)]
  const { issues } = SchemaIssue.makeFormatterStandardSchemaV1()(error.issue)
  const all = issues.map(({ message, path = [] }) => complaint(path.map((key) => (typeof key === "object" ? key.key : key)), message))
  return all.length <= PROBLEMS_MAX ? all : [...all.slice(0, PROBLEMS_MAX), `and ${all.length - PROBLEMS_MAX} more`]
}

const complaint = (path: readonly PropertyKey[], message: string): string => {
  const name = path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    ""
  )
  if (name === "") return "the arguments must be one JSON object"
  if (message === "Missing key") return `${name} is missing`
  if (message === "Expected no excess property") return `${name} is no argument of it`
  return `${name}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

/** `path, offset (optional), limit (optional)` */
const taken = (tool: Tool): string => {
  const { properties = {}, required = [] } = Schema.toJsonSchemaDocument(tool.input).schema as { properties?: object; required?: readonly string[] }
  return Object.keys(properties)
    .map((name) => (required.includes(name) ? name : `${name} (optional)`))
    .join(", ")
}
