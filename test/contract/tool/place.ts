import { createHash } from "node:crypto"
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"

/** A folder of its own for one call, with another one beside it that is none of its business. */
export interface Place {
  readonly root: string
  /** What every path of both folders holds, relative to the root. */
  readonly look: () => Look
  readonly remove: () => void
}

export type Look = ReadonlyMap<string, string>

export const makePlace = (): Place => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "loom-tool-")))
  const root = join(base, "work")
  mkdirSync(root)
  mkdirSync(join(base, "beside"))
  writeFileSync(join(base, "beside", "kept.txt"), "not the tool's\n")
  return {
    root,
    look: () => new Map(walk(base).map((path) => [relative(root, path), contentOf(path)])),
    remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The paths that hold something else, or nothing any more. */
export const changedPaths = (before: Look, after: Look): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).sort()

const walk = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? [path, ...walk(path)] : [path]
  })

const contentOf = (path: string): string => {
  const stat = lstatSync(path)
  const mode = (stat.mode & 0o7777).toString(8)
  if (stat.isDirectory()) return `folder ${mode}`
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`
  return stat.isFile() ? `file ${mode} ${createHash("sha256").update(readFileSync(path)).digest("hex")}` : "other"
}
