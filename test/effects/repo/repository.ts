import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onTestFinished } from "vitest"

/** A folder of its own for a test, taken away after it. */
export const folder = (): string => {
  const made = realpathSync(mkdtempSync(join(tmpdir(), "loom-map-")))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** Puts files below a directory. */
export const put = (root: string, files: Readonly<Record<string, string | Uint8Array>>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

export const repositoryOf = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const root = folder()
  put(root, files)
  return root
}
