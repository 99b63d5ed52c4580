import { appendFileSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeDirectory } from "../../../runtime/directories.ts"

/** So many lines are kept; the file is shortened when it holds twice as many. */
const LINES_MAX = 1000

/** What the person wrote before, the newest first; nothing where there is no file yet. */
export const readHistory = (directory: string): readonly string[] => {
  try {
    const lines = readFileSync(fileIn(directory), "utf8").split("\n").flatMap(lineOf)
    if (lines.length > 2 * LINES_MAX) writeFileSync(fileIn(directory), lines.slice(-LINES_MAX).map(encoded).join(""), { mode: 0o600 })
    return lines.slice(-LINES_MAX).reverse()
  } catch {
    // No history yet, or none that we may read: the prompt begins with an empty one.
    return []
  }
}

export const rememberLine = (directory: string, line: string): void => {
  if (line.trim() === "") return
  try {
    makeDirectory(directory, 0o700)
    appendFileSync(fileIn(directory), encoded(line), { mode: 0o600 })
  } catch {
    // The history is a comfort; a directory that cannot be written must not stand in the way of the message.
  }
}

const fileIn = (directory: string): string => join(directory, "history")

const encoded = (line: string): string => `${JSON.stringify(line)}\n`

const lineOf = (text: string): readonly string[] => {
  try {
    const line: unknown = JSON.parse(text)
    return typeof line === "string" ? [line] : []
  } catch {
    // A line that was torn or written by hand: it is left out.
    return []
  }
}
