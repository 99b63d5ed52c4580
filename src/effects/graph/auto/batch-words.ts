import { relative, resolve } from "node:path"
import type { CompletedCall } from "../../../machine/state.ts"

const CALL_LENGTH_MAX = 60

/** What a batch of tools did, in a line: `file_edit src/price.js, shell npm test (error)`. Calls that only read are no part of it. */
export const batchTitle = (completed: readonly CompletedCall[], root: string): string =>
  completed
    .filter(({ changes }) => changes)
    .map(({ call, status }) => `${cut(`${call.name} ${subjectOf(call.name, call.arguments, root)}`.trim())}${status === "ok" ? "" : ` (${status})`}`)
    .join(", ")

/** The files that the calls name as theirs to write, as they are called from the top of the checkout; what a command wrote, nobody said. */
export const filesOf = (completed: readonly CompletedCall[], root: string, top: string): readonly string[] => [
  ...new Set(
    completed.flatMap(({ call, changes, status }) =>
      changes && status === "ok" ? pathsOf(call.name, call.arguments).map((path) => below(top, resolve(root, path))) : []
    )
  )
]

const subjectOf = (name: string, given: string, root: string): string => {
  const paths = pathsOf(name, given)
  if (paths.length > 0) return paths.map((path) => below(root, path)).join(" ")
  const { command, operation } = read(given)
  return typeof command === "string" ? (command.trim().split("\n", 1)[0] ?? "") : typeof operation === "string" ? operation : ""
}

const pathsOf = (name: string, given: string): readonly string[] => {
  const { path, patch } = read(given)
  if ((name === "file_write" || name === "file_edit") && typeof path === "string") return [path]
  if (name !== "apply_patch" || typeof patch !== "string") return []
  return [...patch.matchAll(/^(?:\*\*\* (?:Add|Update|Delete) File: |\*\*\* Move to: |\+\+\+ (?:b\/)?)(\S.*)$/gm)].map((match) =>
    (match[1] as string).trim()
  )
}

const read = (given: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(given)
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    // A call whose arguments cannot be read has no subject.
    return {}
  }
}

const below = (root: string, path: string): string => (path.startsWith(`${root}/`) ? relative(root, path) : path)

const cut = (words: string): string => {
  const line = words.replaceAll(/\s+/g, " ")
  return line.length > CALL_LENGTH_MAX ? `${line.slice(0, CALL_LENGTH_MAX - 1)}…` : line
}
