import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll } from "vitest"

/** A real directory for one test file, gone when it is done; its name has a blank and letters beyond ASCII. */
export interface Folder {
  readonly root: string
  readonly path: (name: string) => string
  readonly write: (name: string, content: string | Uint8Array, mode?: number) => string
  readonly directory: (name: string) => string
  readonly link: (name: string, target: string) => string
  readonly text: (name: string) => string
  readonly bytes: (name: string) => Buffer
  readonly mode: (name: string) => number
  readonly names: (name: string) => readonly string[]
}

export const folder = (): Folder => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "loom größe ")))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  const path = (name: string): string => join(root, name)
  const directory = (name: string): string => (mkdirSync(path(name), { recursive: true }), path(name))
  return {
    root,
    path,
    directory,
    write: (name, content, mode) => {
      directory(dirname(name))
      writeFileSync(path(name), content)
      if (mode !== undefined) chmodSync(path(name), mode)
      return path(name)
    },
    link: (name, target) => {
      directory(dirname(name))
      symlinkSync(target, path(name))
      return path(name)
    },
    text: (name) => readFileSync(path(name), "utf8"),
    bytes: (name) => readFileSync(path(name)),
    mode: (name) => lstatSync(path(name)).mode & 0o7777,
    names: (name) => readdirSync(path(name)).sort()
  }
}

/** The sentence with which something was refused. */
export const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
  return "it was not refused"
}
