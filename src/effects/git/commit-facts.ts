import * as Effect from "effect/Effect"
import type { AgentFile } from "./agent-files.ts"
import { REPOSITORY, type CommitFacts } from "./commit-rules.ts"
import { gitRecords, runGit, records, type GitError } from "./git.ts"
import { lookAt, now } from "./known.ts"
import { blobName, EMPTY_TREE } from "./objects.ts"
import { readFile } from "./read-file.ts"
import { readRaw, type FileVersion } from "./tree-diff.ts"

/** Where a commit shall be made. Shape: `prefix` leads from the top of the repository to the workspace, empty or ending in `/`. */
export interface CommitPlace {
  readonly root: string
  readonly top: string
  readonly prefix: string
  /** `null` on a branch without commits. */
  readonly head: string | null
}

/** Reads a file of a checkpoint. */
export type ReadVersion<E> = (oid: string) => Effect.Effect<Buffer, E>

/** Asks git, all at once, what it knows of the agent's files; nothing is written. */
export const commitFacts = Effect.fn("AutoCommit.facts")(function*<E>(
  place: CommitPlace,
  files: readonly AgentFile[],
  read: ReadVersion<E>
): Effect.fn.Return<readonly CommitFacts[], GitError | E> {
  const paths = files.map(({ path }) => place.prefix + path)
  const [heads, staged, filters, ignored] = yield* Effect.all(
    [headVersions(place, paths), stagedVersions(place, paths), filterNames(place, paths), ignoredPaths(place, files)],
    { concurrency: 4 }
  )
  return yield* Effect.forEach(files, (file, index) => {
    const path = paths[index] ?? ""
    const head = heads.get(path) ?? null
    const now = contentNow(place.root, file.path)
    const inGit = { head, staged: staged.get(path) ?? null, ignored: ignored.has(path), filter: filters.get(path) ?? "" }
    const endedAtHead = isSameContent(now, head) && keepsMode(file, head)
    return Effect.map(isAtHead(file.before, head, read), (beganAtHead) => ({ ...inGit, file, now: now?.version ?? null, beganAtHead, endedAtHead }))
  })
})

/** Settings that silence the programs this repository would filter its files by: git may call them whenever it writes an index. */
export const withoutFilters = (place: CommitPlace): Effect.Effect<readonly string[], GitError> =>
  Effect.map(runGit(["config", "--name-only", "-z", "--get-regexp", "^filter\\."], { cwd: place.top, codes: [0, 1] }), ({ stdout }) => {
    const names = new Set(records(stdout).map((key) => key.slice("filter.".length, key.lastIndexOf("."))))
    return [...names].flatMap((name) => ["clean=", "process=", "required=false"].flatMap((setting) => ["-c", `filter.${name}.${setting}`]))
  })

/** More names than this are not given one by one. */
const NAMES_MAX = 200

const headVersions = (place: CommitPlace, paths: readonly string[]): Effect.Effect<ReadonlyMap<string, FileVersion>, GitError> => {
  if (place.head === null) return Effect.succeed(new Map())
  const names = paths.length > NAMES_MAX ? ["-r", "--full-tree", place.head] : ["--full-tree", place.head, "--", ...paths]
  return Effect.map(gitRecords(["ls-tree", "-z", ...names], { cwd: place.top }), (lines) => new Map(lines.flatMap(treeLine)))
}

/** `100644 blob <oid>\tpath`; a directory that stands where the agent has a file is no version of that file. */
const treeLine = (line: string): readonly (readonly [string, FileVersion])[] => {
  const [mode = "", type, oid = ""] = line.slice(0, line.indexOf("\t")).split(" ")
  return type === "tree" ? [] : [[line.slice(line.indexOf("\t") + 1), { mode, oid }]]
}

type Staged = NonNullable<CommitFacts["staged"]>

const stagedVersions = (place: CommitPlace, paths: readonly string[]): Effect.Effect<ReadonlyMap<string, Staged>, GitError> => {
  const names = paths.length > NAMES_MAX ? [] : ["--", ...paths]
  const comparing = ["diff-index", "--cached", "-z", "--raw", "--no-renames", "--full-index", place.head ?? EMPTY_TREE]
  const fields = gitRecords([...comparing, ...names], { cwd: place.top })
  return Effect.map(fields, (found) => {
    const unmerged = new Set(found.filter((_, index) => index % 2 === 1 && found[index - 1]?.endsWith(" U")))
    return new Map(readRaw(found).map(({ path, after }): readonly [string, Staged] => [path, unmerged.has(path) ? "unmerged" : (after ?? "deleted")]))
  })
}

const filterNames = (place: CommitPlace, paths: readonly string[]): Effect.Effect<ReadonlyMap<string, string>, GitError> =>
  Effect.map(gitRecords(["check-attr", "-z", "--stdin", "filter"], { cwd: place.top, input: paths.join("\0") }), (fields) => {
    const filters = new Map<string, string>()
    for (let at = 0; at + 2 < fields.length; at += 3) if (!UNSET.has(fields[at + 2] ?? "")) filters.set(fields[at] ?? "", fields[at + 2] ?? "")
    return filters
  })
const UNSET = new Set(["unspecified", "unset", "set"])

/** This one command knows no literal paths, so each begins in a way that means nothing else. What is gone cannot be ignored. */
const ignoredPaths = ({ top, prefix }: CommitPlace, files: readonly AgentFile[]): Effect.Effect<ReadonlySet<string>, GitError> => {
  const input = files.filter(({ after }) => after !== null && after.mode !== REPOSITORY).map(({ path }) => `./${prefix}${path}`).join("\0")
  if (input === "") return Effect.succeed(new Set())
  const options = { cwd: top, input, codes: [0, 1], environment: { GIT_LITERAL_PATHSPECS: "0" } }
  return Effect.map(runGit(["check-ignore", "-z", "--stdin"], options), ({ stdout }) => new Set(records(stdout).map((path) => path.slice(2))))
}

/** A file's version, and the name its content would have with plain line ends. */
interface Content {
  readonly version: FileVersion
  readonly plainOid: string
}

const contentNow = (root: string, path: string): Content | null => {
  const stat = lookAt(root, path)
  const found = stat === null ? null : readFile(root, path, stat, now(), false)
  if (found === null) return null
  const content = found.blob.bytes.subarray(found.blob.bytes.indexOf(0) + 1)
  return { version: { oid: found.file.oid, mode: found.file.mode.toString(8) }, plainOid: plainName(content, found.file.oid) }
}

/** What lies at a path now, bytes as they are; `null` where no file and no link does. */
export const versionNow = (root: string, path: string): FileVersion | null => contentNow(root, path)?.version ?? null

const plainName = (content: Buffer, oid: string): string =>
  content.includes("\r\n") ? blobName(Buffer.from(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1")) : oid

/** The same content, whatever the line ends on the disk are, and the same kind; whether it may be executed is looked at elsewhere. */
const isSameContent = (content: Content | null, head: FileVersion | null): boolean => {
  if (content === null || head === null) return content === head
  if ((content.version.mode === LINK) !== (head.mode === LINK)) return false
  return content.version.oid === head.oid || content.plainOid === head.oid
}
export const LINK = "120000"

/** An older version is read only where its name alone does not tell. */
const isAtHead = <E>(before: FileVersion | null, head: FileVersion | null, read: ReadVersion<E>): Effect.Effect<boolean, E> => {
  const byName = before === null || head === null || before.mode === REPOSITORY || before.oid === head.oid
  if (byName) return Effect.succeed(isSameContent(before === null ? null : { version: before, plainOid: before.oid }, head))
  return Effect.map(read(before.oid), (content) => isSameContent({ version: before, plainOid: plainName(content, before.oid) }, head))
}

/** Whether a file may be executed is the last commit's word where the agent did not change it. */
const keepsMode = ({ before, after }: AgentFile, head: FileVersion | null): boolean => before?.mode === after?.mode || after?.mode === head?.mode
