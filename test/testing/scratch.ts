import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { copyPath } from "../support/build.ts"
import { repository } from "../support/source.ts"

/** The package as it was built for the tests. */
const built = dirname(dirname(copyPath))

/** What an installation brings with it, and what a host may have installed itself. */
const PACKAGES = ["effect", "xstate", "fast-check", "typescript", "@types"] as const
export type Installed = (typeof PACKAGES)[number]

/** A project of a host: Loom lies in its `node_modules` as an installation puts it there, with the files that are packed and no others. */
export const hostProject = (installed: readonly Installed[], example?: string): { readonly root: string; readonly write: (name: string, ...lines: readonly string[]) => void } => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "loom-host-")))
  const packed = join(root, "node_modules", "loom")
  mkdirSync(packed, { recursive: true })
  const { files } = JSON.parse(readFileSync(join(built, "package.json"), "utf8")) as { readonly files: readonly string[] }
  for (const name of [...files, "package.json"]) cpSync(join(built, name), join(packed, name), { recursive: true })
  for (const name of PACKAGES) {
    if (installed.includes(name)) symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name))
    // An empty one, so that none is found in a folder further up either.
    else mkdirSync(join(root, "node_modules", name))
  }
  if (example !== undefined) cpSync(join(packed, "examples", example), root, { recursive: true })
  else writeFileSync(join(root, "package.json"), '{"name":"host","type":"module"}\n')
  return { root, write: (name, ...lines) => writeFileSync(join(root, name), `${lines.join("\n")}\n`) }
}
