import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { attempt } from "../os/problem.ts"
import { isSameVersion, type AgentFile } from "./agent-files.ts"
import { LINK, versionNow, type CommitPlace } from "./commit-facts.ts"
import type { CommitFacts } from "./commit-rules.ts"
import { gitText, runGit, type GitError } from "./git.ts"
import { contentOf } from "./read-file.ts"
import type { Head } from "./repository.ts"
import type { FileVersion } from "./tree-diff.ts"

/** A file as the index shall have it; `null`: not at all. */
export interface Entry {
  readonly fact: CommitFacts
  readonly version: FileVersion | null
}

/** The contents as the repository keeps them: with its line ends and encodings, which git itself converts. */
export const writeBlobs = Effect.fnUntraced(function*(place: CommitPlace, taken: readonly CommitFacts[], safely: readonly string[]) {
  const plain = taken.filter(({ file }) => file.after !== null && file.after.mode !== LINK)
  const input = plain.map(({ file }) => `${place.prefix}${file.path}\n`).join("")
  const oids = plain.length === 0 ? [] : (yield* gitText([...safely, "hash-object", "-w", "--stdin-paths"], { cwd: place.top, input })).split("\n")
  const oidByPath = new Map(plain.map(({ file }, index) => [file.path, oids[index] ?? ""]))
  return yield* Effect.forEach(taken, (fact) =>
    Effect.map(entryOf(place, fact, oidByPath.get(fact.file.path)), (version): Entry => ({ fact, version }))
  )
})

const entryOf = (place: CommitPlace, { file, head }: CommitFacts, oid: string | undefined): Effect.Effect<FileVersion | null, GitError> => {
  if (file.after === null) return Effect.succeed(null)
  if (oid !== undefined) return Effect.succeed({ oid, mode: modeOf(file, head) })
  const target = contentOf(join(place.root, file.path), true) ?? Buffer.alloc(0)
  const options = { cwd: place.top, input: target }
  return Effect.map(gitText(["hash-object", "-w", "--stdin", "--no-filters"], options), (link) => ({ oid: link, mode: LINK }))
}

/** Where the agent did not change whether a file may be executed, the last commit's word stands. */
const modeOf = ({ before, after }: AgentFile, head: FileVersion | null): string =>
  head !== null && before?.mode === after?.mode && head.mode !== LINK ? head.mode : (after?.mode ?? "100644")

/** git has read the file by its path; it must have been the agent's version, before and after. */
export const isUnchanged = (place: CommitPlace, file: AgentFile): boolean => isSameVersion(versionNow(place.root, file.path), file.after)

/** A commit of these entries over the last one, its tree built in an index of its own. Nothing points to it yet. */
export const writeCommit = Effect.fnUntraced(function*(place: CommitPlace, entries: readonly Entry[], message: string) {
  const directory = yield* attempt("make a directory for the commit", () => mkdtempSync(join(tmpdir(), "loom-commit-")))
  const options = { cwd: place.top, environment: { GIT_INDEX_FILE: join(directory, "index") } }
  const tree = Effect.gen(function*() {
    if (place.head !== null) yield* runGit(["read-tree", place.head], options)
    yield* runGit(["update-index", "-z", "--index-info"], { ...options, input: indexInfo(place, entries, ({ version }) => version) })
    return yield* gitText(["write-tree"], options)
  })
  const written = yield* Effect.ensuring(tree, Effect.sync(() => rmSync(directory, { recursive: true, force: true })))
  const parents = place.head === null ? [] : ["-p", place.head]
  return yield* gitText(["commit-tree", written, ...parents, "-F", "-"], { cwd: place.top, input: message })
})

/** What is taken out comes first, for a file may stand where a directory was. */
const indexInfo = (place: CommitPlace, entries: readonly Entry[], versionOf: (entry: Entry) => FileVersion | null): string =>
  entries
    .map((entry) => ({ version: versionOf(entry), path: place.prefix + entry.fact.file.path }))
    .sort((a, b) => Number(a.version !== null) - Number(b.version !== null))
    .map(({ version, path }) => (version === null ? `0 ${NO_OBJECT}\t${path}\0` : `${version.mode} ${version.oid}\t${path}\0`))
    .join("")

const NO_OBJECT = "0".repeat(40)

/**
 * The person's index first, their branch second, both or neither: the other way round, a failure in between would leave an
 * index in which the agent's work looks undone. The branch moves only from where it was when the commit was made.
 */
export const moveOn = Effect.fnUntraced(function*(
  place: CommitPlace,
  head: Head,
  entries: readonly Entry[],
  commit: string,
  safely: readonly string[]
) {
  const unstaged = entries.filter(({ fact }) => fact.staged === null)
  const update = (versionOf: (entry: Entry) => FileVersion | null) => {
    const options = { cwd: place.top, input: indexInfo(place, unstaged, versionOf) }
    return unstaged.length === 0 ? Effect.void : runGit([...safely, "update-index", "-z", "--index-info"], options)
  }
  const reference = head.branch === null ? ["--no-deref", "HEAD"] : [`refs/heads/${head.branch}`]
  yield* update(({ version }) => version)
  yield* Effect.tapError(runGit(["update-ref", "-m", "commit by loom", ...reference, commit, place.head ?? NO_OBJECT], { cwd: place.top }), () =>
    update(({ fact }) => fact.head)
  )
})
