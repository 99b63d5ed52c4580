import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { afterEach } from "vitest"
import { Checkpoints } from "../../../src/effects/git/checkpoint.ts"

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** A new empty directory, by its canonical path; it is gone after the test. */
export const emptyDirectory = (name = "place"): string => {
  const path = mkdtempSync(join(realpathSync.native(tmpdir()), `loom-${name}-`))
  made.push(path)
  return path
}

/** What shall lie where: text, bytes, `->` a link, `x` an executable text. */
export type Files = Readonly<Record<string, string | Uint8Array | { readonly link: string } | { readonly program: string }>>

export const put = (root: string, files: Files): void => {
  for (const [path, content] of Object.entries(files)) {
    const absolute = join(root, path)
    mkdirSync(dirname(absolute), { recursive: true })
    if (typeof content === "string" || content instanceof Uint8Array) writeFileSync(absolute, content)
    else if ("link" in content) symlinkSync(content.link, absolute)
    else {
      writeFileSync(absolute, content.program)
      chmodSync(absolute, 0o755)
    }
  }
}

/** Everything below a directory but `.git`, as text: mode, then content. */
export const filesOf = (root: string, below = ""): Record<string, string> => {
  const files: Record<string, string> = {}
  for (const name of readdirSync(join(root, below))) {
    const path = below === "" ? name : `${below}/${name}`
    const stat = lstatSync(join(root, path))
    if (name === ".git") continue
    if (stat.isDirectory()) Object.assign(files, filesOf(root, path))
    else if (stat.isSymbolicLink()) files[path] = `-> ${readlinkSync(join(root, path))}`
    else files[path] = `${stat.mode & 0o100 ? "x" : "-"} ${readFileSync(join(root, path), "latin1")}`
  }
  return files
}

/** Each file below a directory with the hash of its bytes and its time: any touch shows. Of objects git itself renews the time when it meets them again. */
export const fingerprint = (directory: string): Record<string, string> => {
  const prints: Record<string, string> = {}
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const stat = lstatSync(path, { bigint: true })
    prints[path] = `${/\/objects\//.test(path) ? "" : stat.mtimeNs} ${stat.mode} ${entry.isFile() ? createHash("sha1").update(readFileSync(path)).digest("hex") : ""}`
  }
  return prints
}

/** The person's git, with their settings. */
export const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync("git", ["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", ...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim()

export const repositoryWith = (root: string, files: Files): string => {
  git(root, "init", "-q")
  put(root, files)
  git(root, "add", "-A")
  git(root, "commit", "-q", "-m", "start")
  return root
}

/** Runs with the checkpoints of a workspace; the same data directory means the same shadow. */
export const withCheckpoints = <A, E>(root: string, dataDirectory: string, use: (checkpoints: Checkpoints["Service"]) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.flatMap(Checkpoints, use).pipe(Effect.provide(Checkpoints.layerShadow({ root, dataDirectory })), Effect.scoped))

/** Takes one checkpoint and says the tree, as a process would that has just begun. */
export const treeOf = (root: string, dataDirectory: string): Promise<string> =>
  withCheckpoints(root, dataDirectory, (checkpoints) => Effect.map(checkpoints.take("test"), ({ tree }) => tree))

/** The files of a tree, as a restore into an empty directory writes them. */
export const unpacked = async (root: string, dataDirectory: string, tree: string): Promise<Record<string, string>> => {
  const into = emptyDirectory("unpacked")
  await withCheckpoints(root, dataDirectory, (checkpoints) => checkpoints.restore(tree, into))
  return filesOf(into)
}
