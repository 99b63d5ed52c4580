import { createHash } from "node:crypto"
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeDirectory } from "../../effects/os/make-directory.ts"
import { locate } from "../../effects/os/path.ts"

/**
 * What a person said of a workspace. `changed`: yes, but what it would allow is not what it was then;
 * `impossible`: Loom's own directory lies in the workspace, so that what stands there may be the workspace's own word.
 */
export type Trust = "trusted" | "refused" | "changed" | "unknown" | "impossible"

interface TrustRecord {
  readonly root: string
  readonly hash: string
  readonly trusted: boolean
  readonly at: number
}

/** Trust is in a canonical path and in exactly what was shown; it is kept beside the database, never in the workspace. */
export const trustOf = (dataDirectory: string, root: string, hash: string): Trust => {
  if (locate([root], dataDirectory).root !== null) return "impossible"
  const record = recordOf(fileOf(dataDirectory, root))
  if (record === null || record.root !== root) return "unknown"
  if (record.hash !== hash) return record.trusted ? "changed" : "unknown"
  return record.trusted ? "trusted" : "refused"
}

/**
 * Whether the code of a workspace may be run by programs that nobody asks about one by one, as language servers are. A workspace that brings
 * nothing along is trusted as one that does, and no longer when it begins to. Shape: `word` is `null` where it says nothing of itself.
 */
export const isCodeTrusted = (
  word: { readonly trusted: boolean; readonly trust: Trust | "nothing"; readonly hash: string } | null,
  { cwd, trusted }: { readonly cwd: string; readonly trusted?: boolean },
  dataDirectory: string
): boolean => {
  if (trusted === true || word?.trusted === true) return true
  if (word !== null && word.trust !== "nothing") return false
  try {
    return trustOf(dataDirectory, cwd, word?.hash ?? hashOfNothing()) === "trusted"
  } catch {
    // Loom's own directory cannot be reached: nobody said anything.
    return false
  }
}

/** Errors: throws what the system says. */
export const keepTrust = (dataDirectory: string, { root, hash, trusted, at }: TrustRecord): void => {
  const file = fileOf(dataDirectory, root)
  makeDirectory(join(dataDirectory, FOLDER))
  const beside = `${file}.${process.pid}.part`
  writeFileSync(beside, `${JSON.stringify({ root, hash, trusted, at })}\n`, { mode: 0o600 })
  renameSync(beside, file)
}

/** Whether anything was known of it. Errors: throws what the system says. */
export const forgetTrust = (dataDirectory: string, root: string): boolean => {
  const file = fileOf(dataDirectory, root)
  const known = recordOf(file) !== null
  rmSync(file, { force: true })
  return known
}

/** `hashOf(["a", "b"])` differs from `hashOf(["ab"])`. */
export const hashOf = (texts: readonly string[]): string => createHash("sha256").update(JSON.stringify(texts)).digest("hex")

/** Of a workspace that says nothing of itself, as of one whose word allows nothing. */
export const hashOfNothing = (): string => hashOf(["allow"])

const FOLDER = "trust"

const fileOf = (dataDirectory: string, root: string): string => join(dataDirectory, FOLDER, `${hashOf([root])}.json`)

const recordOf = (file: string): TrustRecord | null => {
  try {
    const value = JSON.parse(readFileSync(file, "utf8")) as Partial<TrustRecord> | null
    return typeof value?.root === "string" && typeof value.hash === "string" && typeof value.trusted === "boolean" ? (value as TrustRecord) : null
  } catch {
    // Not there, or not readable: nobody said anything.
    return null
  }
}
