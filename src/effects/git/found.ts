import { accessSync, constants, readdirSync, type Dirent } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { isFilledByTools, type Findings, type LeftOut } from "./choose.ts"
import { lookAt } from "./known.ts"
import { findRepository, gitDirectoryAt, headOf, isObjectId } from "./repository.ts"
import type { Shadow } from "./shadow.ts"
import type { Survey } from "./survey.ts"

/** What lies at a path. Units: bytes; 0 for what has no content of its own. */
export interface Found {
  readonly path: string
  readonly kind: "file" | "link" | "repository" | "unreadable" | "special" | "missing"
  readonly bytes: number
  /** Set for a nested repository that has a commit. */
  readonly link: Link | null
}

/** A nested repository stands in a tree as the commit it is at. */
export interface Link {
  readonly path: string
  readonly commit: string
}

/** How many ignored entries are looked at; a directory of a million small files is data. */
const IGNORED_ENTRIES_MAX = 20_000
/** How many files are looked at before others get their turn. */
const LOOKS_AT_ONCE = 500

/** Looks at each path where the files differ from the index. */
export const findings = Effect.fn("Checkpoints.findings")(function*(
  shadow: Shadow,
  survey: Survey,
  ignoredKept: ReadonlySet<string>
): Effect.fn.Return<Findings> {
  const outside = walkIgnored(shadow, survey.ignored)
  return {
    prefix: shadow.prefix,
    files: yield* describeAll(shadow.top, [...survey.fresh, ...survey.changed.filter((path) => !ignoredKept.has(path))]),
    ignored: yield* describeAll(shadow.top, [...outside.files, ...ignoredKept]),
    ignoredKept,
    changed: new Set(survey.changed),
    gone: survey.gone,
    leftOut: [...survey.closed.map((path) => ({ path, why: "it cannot be listed", ignored: false })), ...outside.leftOut]
  }
})

const describeAll = Effect.fnUntraced(function*(top: string, paths: readonly string[]) {
  const found: Found[] = []
  for (const path of paths) {
    if (found.length % LOOKS_AT_ONCE === LOOKS_AT_ONCE - 1) yield* Effect.yieldNow
    found.push(describe(top, path))
  }
  return found
})

const describe = (top: string, named: string): Found => {
  const path = named.endsWith("/") ? named.slice(0, -1) : named
  const absolute = join(top, path)
  const stat = lookAt(top, path)
  const found = (kind: Found["kind"], bytes = 0): Found => ({ path, kind, bytes, link: null })
  if (stat === null) return found("missing")
  if (stat.isSymbolicLink()) return found("link")
  if (stat.isDirectory()) return { ...found("repository"), link: linkAt(absolute, path) }
  if (!stat.isFile()) return found("special")
  return found(isReadable(absolute) ? "file" : "unreadable", Number(stat.size))
}

const linkAt = (absolute: string, path: string): Link | null => {
  if (gitDirectoryAt(absolute) === null) return null
  const repository = findRepository(absolute)
  const commit = repository === null ? null : headOf(repository).commit
  return commit !== null && commit.length === 40 && isObjectId(commit) ? { path, commit } : null
}

const isReadable = (absolute: string): boolean => {
  try {
    accessSync(absolute, constants.R_OK)
    return true
  } catch {
    return false
  }
}

interface Outside {
  readonly files: string[]
  readonly leftOut: LeftOut[]
}

/** The files below ignored directories, but for those that tools fill and for other repositories. */
const walkIgnored = (shadow: Shadow, ignored: readonly string[]): Outside => {
  const outside: Outside = { files: [], leftOut: [] }
  const ahead = [...ignored].sort().reverse()
  let looked = 0
  for (let path = ahead.pop(); path !== undefined; path = ahead.pop()) {
    if (!path.endsWith("/")) outside.files.push(path)
    else {
      const why = reasonAgainst(shadow, path, looked)
      if (why !== null) outside.leftOut.push({ path, why, ignored: true })
      else ahead.push(...childrenOf(shadow.top, path).reverse())
    }
    looked++
  }
  return outside
}

const reasonAgainst = (shadow: Shadow, path: string, looked: number): string | null => {
  if (isFilledByTools(path.slice(shadow.prefix.length))) return "tools can make it again"
  if (looked > IGNORED_ENTRIES_MAX) return `more than ${IGNORED_ENTRIES_MAX} ignored files`
  const absolute = join(shadow.top, path)
  if (shadow.directory.startsWith(absolute)) return "Loom's own data"
  return gitDirectoryAt(absolute) === null ? null : "a repository of its own"
}

const childrenOf = (top: string, path: string): string[] => {
  let entries: readonly Dirent[] = []
  try {
    entries = readdirSync(join(top, path), { withFileTypes: true })
  } catch {
    // It is gone, or may not be listed: there is nothing in it that could be kept.
  }
  return entries.map((entry) => `${path}${entry.name}${entry.isDirectory() ? "/" : ""}`).sort()
}
