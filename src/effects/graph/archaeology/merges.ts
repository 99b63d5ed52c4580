import type { PastCommit } from "./history.ts"

/** The commits that came in with a merge, each with the name of what was merged: `Map { "4be…" => "single sign-on (#12)" }`. */
export const byMerge = (commits: readonly PastCommit[]): ReadonlyMap<string, string> => {
  const commitsByHash = new Map(commits.map((commit) => [commit.hash, commit]))
  const mainline = mainlineOf(commits, commitsByHash)
  const names = new Map<string, string>()
  for (const merge of commits) {
    if (merge.parents.length < 2 || !mainline.has(merge.hash)) continue
    const ahead = merge.parents.slice(1)
    for (let hash = ahead.pop(); hash !== undefined; hash = ahead.pop()) {
      const commit = commitsByHash.get(hash)
      if (commit === undefined || mainline.has(hash) || names.has(hash)) continue
      names.set(hash, nameOf(merge))
      ahead.push(...commit.parents)
    }
  }
  return names
}

/** What stands on the branch itself: from the newest commit along first parents. */
const mainlineOf = (commits: readonly PastCommit[], commitsByHash: ReadonlyMap<string, PastCommit>): ReadonlySet<string> => {
  const mainline = new Set<string>()
  for (let hash = commits.at(-1)?.hash; hash !== undefined && !mainline.has(hash); hash = commitsByHash.get(hash)?.parents[0]) mainline.add(hash)
  return mainline
}

/** Forges write the number into the subject and the title into the body. */
const nameOf = ({ subject, body }: PastCommit): string => {
  const number = /^Merge pull request #(\d+)/.exec(subject)?.[1]
  const title = body.split("\n").find((line) => line.trim() !== "")?.trim()
  if (number !== undefined) return `${title ?? branchIn(subject)} (#${number})`
  return branchIn(subject)
}

const branchIn = (subject: string): string =>
  /^Merge (?:remote-tracking )?branch '([^']+)'/.exec(subject)?.[1] ?? /^Merge pull request #\d+ from (\S+)/.exec(subject)?.[1] ?? subject
