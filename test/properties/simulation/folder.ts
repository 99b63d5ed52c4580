import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

let folder: string | null = null

/** The one real folder of this process, emptied; removed when the process ends. */
export const emptyFolder = (): string => {
  if (folder === null) {
    const made = realpathSync(mkdtempSync(join(tmpdir(), "loom-simulated-")))
    process.on("exit", () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  return folder
}

/** Files that are not whole: those whose lines differ, or whose last has no end. */
export const tornFiles = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const lines = readFileSync(path, "utf8").split("\n")
      return lines.pop() !== "" || new Set(lines).size > 1
    })
