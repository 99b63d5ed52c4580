import { existsSync } from "node:fs"
import { join, relative, sep } from "node:path"
import * as Effect from "effect/Effect"
import type { Problem } from "../os/problem.ts"
import type { AgentFile } from "./agent-files.ts"
import { commitDiff } from "./commit-diff.ts"
import { commitFacts, LINK, withoutFilters, type CommitPlace, type ReadVersion } from "./commit-facts.ts"
import { mayCommit, type CommitFacts } from "./commit-rules.ts"
import { isUnchanged, moveOn, writeBlobs, writeCommit, type Entry } from "./commit-write.ts"
import type { GitError } from "./git.ts"
import { contentOf } from "./read-file.ts"
import { configOf, findRepository, headOf, isNewFormat, underWay, type Head, type Repository } from "./repository.ts"
import { newSecrets } from "../secrets/shapes.ts"
import { subjectFor, type SubjectChange } from "./subject.ts"

/** What shall be committed, and what the commit says of where it comes from. */
export interface CommitRequest<E> {
  /** Canonical absolute path of the workspace. */
  readonly root: string
  readonly files: readonly AgentFile[]
  readonly session: string
  /** Number of the event in the session's log. */
  readonly event?: number
  /** Whether to commit where no branch is checked out. */
  readonly onDetached?: boolean
  readonly read: ReadVersion<E>
  /** Names the commit from what it changes; `null`: the names of the files have to do. */
  readonly subject?: (diff: string) => Effect.Effect<string | null>
}

export interface Committed {
  readonly commit: string | null
  /** What is in the commit. */
  readonly files: readonly string[]
  readonly leftOut: readonly { readonly path: string; readonly why: string }[]
  /** What needs nothing from anybody any more: it is as the last commit has it. */
  readonly settled: readonly string[]
  /** For the person. */
  readonly reports: readonly string[]
}

const NOTHING: Committed = { commit: null, files: [], leftOut: [], settled: [], reports: [] }
const refused = (why: string): Committed => ({ ...NOTHING, reports: [`auto-commit: ${why}`] })

/**
 * Commits exactly the agent's own files on the person's branch. The commit is built beside their index; of that only the
 * entries of these files move on; what they staged or edited stays as it is. No hook, filter or signing program is run.
 */
export const commitFiles = Effect.fn("AutoCommit.commit")(function*<E>(
  request: CommitRequest<E>
): Effect.fn.Return<Committed, GitError | Problem | E> {
  const repository = findRepository(request.root)
  if (repository === null || request.files.length === 0) return NOTHING
  const head = headOf(repository)
  const obstacle = obstacleTo(repository, head, request.onDetached ?? false)
  if (obstacle !== null) return refused(obstacle)
  const place = placeOf(request.root, repository, head)
  const [facts, safely] = yield* Effect.all([commitFacts(place, request.files, request.read), withoutFilters(place)], { concurrency: 2 })
  const judged = facts.map((fact) => ({ fact, path: fact.file.path, verdict: mayCommit(fact) }))
  const taken = judged.flatMap(({ fact, verdict }) => (verdict.is === "taken" ? [fact] : []))
  const secrets = yield* secretsOf(place, taken, request.read)
  if (secrets.length > 0) return refused(`not done, for ${secrets.join(", ")}; take it out, or commit it yourself`)
  const subject =
    request.subject === undefined || taken.length === 0
      ? null
      : yield* request.subject(
          yield* commitDiff(
            request.root,
            taken.map(({ file }) => file),
            request.read
          )
        )
  const done = yield* commitTaken({ place, head, safely, message: (entries) => messageOf(entries, subject, request) }, taken)
  const left = judged.flatMap(({ path, verdict }) => (verdict.is === "left" ? [{ path, ...verdict }] : []))
  return {
    ...done,
    leftOut: left.map(({ path, why }) => ({ path, why })),
    settled: judged.flatMap(({ path, verdict }) => (verdict.is === "settled" ? [path] : [])),
    reports: [
      ...done.reports,
      ...left.filter(({ quiet }) => !quiet).map(({ path, why }) => `auto-commit: ${path} left out: ${why}`),
      ...(done.commit === null ? [] : hooksNotRun(repository))
    ]
  }
})

/** Why nothing can be committed now, in words. */
const obstacleTo = (repository: Repository, head: Head, onDetached: boolean): string | null => {
  const doing = underWay(repository)
  if (doing !== null) return `left to you while ${doing} is under way`
  if (head.commit === "unknown" || isNewFormat(repository)) return "not done: this repository is of a format that is not known here"
  return head.branch === null && !onDetached ? "not done: no branch is checked out" : null
}

const placeOf = (root: string, { top }: Repository, head: Head): CommitPlace => ({
  root,
  top,
  prefix: top === root ? "" : `${relative(top, root).split(sep).join("/")}/`,
  head: head.commit
})

/** Where a key would be committed that is not committed already: file, line and kind, never the key. */
const secretsOf = <E>(place: CommitPlace, taken: readonly CommitFacts[], read: ReadVersion<E>): Effect.Effect<readonly string[], E> =>
  Effect.map(
    Effect.forEach(taken, ({ file }) => {
      const text = textAt(place, file)
      if (newSecrets(text, "").length === 0) return Effect.succeed([])
      const before = file.before === null ? Effect.succeed("") : Effect.map(read(file.before.oid), (content) => content.toString("latin1"))
      return Effect.map(before, (known) => newSecrets(text, known).map(({ kind, line }) => `${file.path} line ${line} looks like ${kind}`))
    }),
    (found) => found.flat()
  )

const textAt = ({ root }: CommitPlace, { path, after }: AgentFile): string =>
  after === null ? "" : (contentOf(join(root, path), after.mode === LINK)?.toString("latin1") ?? "")

interface Commission {
  readonly place: CommitPlace
  readonly head: Head
  readonly safely: readonly string[]
  readonly message: (entries: readonly Entry[]) => string
}

const commitTaken = Effect.fnUntraced(function*({ place, head, safely, message }: Commission, taken: readonly CommitFacts[]) {
  if (taken.length === 0) return NOTHING
  const entries = yield* writeBlobs(place, taken, safely)
  const changed = taken.find(({ file }) => !isUnchanged(place, file))
  if (changed !== undefined) return refused(`put off: ${changed.file.path} is being changed right now`)
  const commit = yield* writeCommit(place, entries, message(entries))
  const moved = yield* Effect.result(Effect.uninterruptible(moveOn(place, head, entries, commit, safely)))
  if (moved._tag === "Failure") return refused(`put off: git is in use by somebody else (${moved.failure.message})`)
  return { ...NOTHING, commit, files: taken.map(({ file }) => file.path) }
})

const messageOf = <E>(entries: readonly Entry[], subject: string | null, { session, event }: CommitRequest<E>): string => {
  const changes = entries.map(({ fact, version }): SubjectChange => {
    const kind = fact.head === null ? "added" : version === null ? "deleted" : "edited"
    return { path: fact.file.path, kind }
  })
  return `${subject ?? subjectFor(changes)}\n\nLoom-Session: ${session}\n${event === undefined ? "" : `Loom-Event: ${event}\n`}`
}

const HOOKS = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"]

const hooksNotRun = (repository: Repository): readonly string[] =>
  /hookspath\s*=/i.test(configOf(repository)) || HOOKS.some((hook) => existsSync(join(repository.commonDirectory, "hooks", hook)))
    ? ["auto-commit: the commit hooks of this repository are not run"]
    : []
