import { SERVERS } from "../effects/lsp/servers.ts"
import type { ServerWish } from "../effects/lsp/wish.ts"
import { nearest } from "./nearest.ts"

type Table = Readonly<Record<string, unknown>>

const KEYS = ["off", "command", "files", "markers", "options", "settings"]

/**
 * What a settings file says of language servers, as `[lsp.pyright] off = true` or `[lsp.mine] command = ["mine", "--stdio"] files = [".mine"]`.
 * Errors: a sentence that says what cannot be meant.
 */
export const readServers = (path: string, value: unknown): Readonly<Record<string, ServerWish>> | string => {
  if (!isTable(value)) return `${path}: lsp must be true, false, or tables of servers, written as [lsp.pyright]`
  const wishes: Record<string, ServerWish> = {}
  for (const [name, entry] of Object.entries(value)) {
    const wish = wishOf(`${path}: lsp.${name}`, name, entry)
    if (typeof wish === "string") return wish
    wishes[name] = wish
  }
  return wishes
}

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && !Array.isArray(value)

const isWords = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === "string" && word !== "" && !word.includes("\0"))

const wishOf = (where: string, name: string, entry: unknown): ServerWish | string => {
  if (!isTable(entry)) return `${where} must be a table, as command = ["${name}", "--stdio"]`
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) return `${where} has the unknown key ${unknown}; did you mean ${nearest(unknown, KEYS)}?`
  const { off, command, files, markers, settings } = entry
  if (off !== undefined && typeof off !== "boolean") return `${where}: off must be a boolean`
  if (command !== undefined && !isWords(command)) return `${where}: command must be a list of words, the program first`
  if (files !== undefined && !isWords(files)) return `${where}: files must be a list of endings or names, as [".ts"]`
  if (markers !== undefined && !(Array.isArray(markers) && markers.every((marker) => typeof marker === "string" && !marker.includes("/"))))
    return `${where}: markers must be a list of file names`
  if (settings !== undefined && !isTable(settings)) return `${where}: settings must be a table`
  const known = SERVERS.some((server) => server.name === name)
  if (!known && off !== true && (command === undefined || files === undefined)) {
    return `${where} is no server that is known (did you mean ${nearest(
      name,
      SERVERS.map((server) => server.name)
    )}?); one of your own needs a command and files`
  }
  return entry as ServerWish
}
