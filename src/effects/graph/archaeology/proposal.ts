import { steadyChangeId } from "../change-id.ts"
import type { BirthLink, NodeWish } from "../wish.ts"
import { byMerge } from "./merges.ts"
import type { PastCommit } from "./history.ts"
import { meaningOf, recordsIn, scopeOf, type DecisionRecord } from "./subject-meaning.ts"

/** A node that git history suggests, and what it hangs on. */
export interface Proposed {
  readonly wish: NodeWish & { readonly id: string }
  readonly links: readonly BirthLink[]
  /** The node it takes the place of. */
  readonly supersedes: string | null
}

/**
 * The graph that a history suggests: a goal for each merged branch, else for each scope of conventional subjects; below it what was done and decided, what was
 * taken back as revisited, what was released as an outcome. The same history gives the same nodes under the same ids.
 */
export const proposalOf = (commits: readonly PastCommit[]): readonly Proposed[] => {
  const groups = groupsOf(commits)
  const goals = [...groups].map(([name, members]) => goalOf(name, members))
  const idsByHash = new Map(commits.map((commit) => [commit.hash, dugUpId(commit, "commit")]))
  const goalsByHash = new Map([...groups.values()].flatMap((members, index) => members.map(({ hash }) => [hash, goals[index]!.wish.id] as const)))
  const told = withFirstRecords(commits).flatMap((commit) => {
    const goal = goalsByHash.get(commit.hash)
    return goal === undefined ? [] : proposedFor(commit, goal, idsByHash)
  })
  return [...goals, ...told].sort((a, b) => (a.wish.at ?? 0) - (b.wish.at ?? 0) || depth(a) - depth(b))
}

/** A commit, and the records of decisions that no older one touched. */
interface Dated extends PastCommit {
  readonly records: readonly DecisionRecord[]
}

const withFirstRecords = (commits: readonly PastCommit[]): readonly Dated[] => {
  const known = new Set<string>()
  return commits.map((commit) => {
    const records = recordsIn(commit.files).filter(({ file }) => !known.has(file))
    for (const { file } of records) known.add(file)
    return { ...commit, records }
  })
}

/** A goal stands before what it led to, also where both are of one second. */
const depth = ({ wish, links }: Proposed): number => (wish.kind === "goal" ? 0 : wish.kind === "outcome" || links.length > 1 ? 2 : 1)

/** What belongs together, by the name of its goal; the oldest first. */
const groupsOf = (commits: readonly PastCommit[]): ReadonlyMap<string, readonly PastCommit[]> => {
  const merges = byMerge(commits)
  const scopes = Map.groupBy(commits.filter(({ hash, parents }) => !merges.has(hash) && parents.length < 2), ({ subject }) => scopeOf(subject) ?? "")
  const nameOf = (commit: PastCommit): string | null => {
    if (commit.parents.length > 1) return null
    const merged = merges.get(commit.hash)
    if (merged !== undefined) return merged
    const scope = scopeOf(commit.subject)
    return scope !== null && (scopes.get(scope)?.length ?? 0) > 1 ? scope : EVERYTHING_ELSE
  }
  const groups = Map.groupBy(commits, nameOf)
  groups.delete(null)
  return groups as Map<string, PastCommit[]>
}

const EVERYTHING_ELSE = "everything else"

const goalOf = (name: string, members: readonly PastCommit[]): Proposed => {
  const [first, last] = [members[0], members.at(-1)] as [PastCommit, PastCommit]
  const description = `${members.length} ${members.length === 1 ? "commit" : "commits"}, ${dayOf(first.at)} to ${dayOf(last.at)}`
  return {
    wish: {
      id: dugUpId(first, `goal ${name}`),
      kind: "goal",
      title: titleOf(name),
      description,
      origin: "archaeology",
      author: first.author,
      at: first.at
    },
    links: [],
    supersedes: null
  }
}

const proposedFor = (commit: Dated, goal: string, idsByHash: ReadonlyMap<string, string>): readonly Proposed[] => {
  const { hash, at, author, subject, body, files, tags } = commit
  const meaning = meaningOf(commit)
  const id = dugUpId(commit, "commit")
  const common = { origin: "archaeology", author, commit: hash, at } as const
  const revisited = meaning.reverts === null ? null : (idsByHash.get(fullHash(meaning.reverts, idsByHash)) ?? null)
  const node: Proposed = {
    wish: {
      ...common,
      id,
      kind: meaning.kind,
      title: titleOf(subject),
      description: body.slice(0, BODY_LENGTH_MAX),
      files: files.slice(0, FILES_MAX)
    },
    links: [{ from: goal, type: "leads_to" }],
    supersedes: revisited === id ? null : revisited
  }
  const decisions = commit.records.map((record): Proposed => ({
    wish: { ...common, id: dugUpId(commit, `record ${record.file}`), kind: "decision", title: titleOf(record.title), files: [record.file] },
    links: [{ from: goal, type: "leads_to" }, { to: id, type: "leads_to" }],
    supersedes: null
  }))
  const releases = tags.map((tag): Proposed => ({
    wish: { ...common, id: dugUpId(commit, `tag ${tag}`), kind: "outcome", title: titleOf(`released ${tag}`) },
    links: [{ from: id, type: "leads_to" }],
    supersedes: null
  }))
  return [node, ...decisions, ...releases]
}

/** The same wherever the same history is read. */
const dugUpId = ({ at, hash }: PastCommit, what: string): string => steadyChangeId(at, hash, what)

/** A revert may name the commit by the beginning of its hash. */
const fullHash = (hash: string, idsByHash: ReadonlyMap<string, string>): string =>
  idsByHash.has(hash) ? hash : ([...idsByHash.keys()].find((known) => known.startsWith(hash)) ?? hash)

const TITLE_LENGTH_MAX = 200
const BODY_LENGTH_MAX = 2_000
const FILES_MAX = 50

const titleOf = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim()
  return line === "" ? "(no words)" : line.length > TITLE_LENGTH_MAX ? `${line.slice(0, TITLE_LENGTH_MAX - 1)}…` : line
}

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
