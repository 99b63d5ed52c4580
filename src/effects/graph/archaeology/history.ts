import * as Effect from "effect/Effect"
import { runGit, type GitError } from "../../git/git.ts"

/** One commit, as far as it tells what was decided. */
export interface PastCommit {
  readonly hash: string
  /** When it was written. Units: ms since the epoch. */
  readonly at: number
  readonly author: string
  readonly parents: readonly string[]
  readonly subject: string
  readonly body: string
  /** What it touched, below the top of the repository; those of a merge are not told. */
  readonly files: readonly string[]
  /** The names it was given, as releases are. */
  readonly tags: readonly string[]
}

/** More of a history is more than a person looks through. */
export const COMMITS_MAX = 1_000

/** No text of a commit has reason to hold these. */
const RECORD = "\u001e"
const FIELD = "\u001f"

/** The newest commits of what is checked out, the oldest first. `since` is any date that git understands. */
export const historyOf = Effect.fn("Graph.history")(function*(root: string, since: string | null): Effect.fn.Return<readonly PastCommit[], GitError> {
  const format = `--format=${["%x1e%H", "%at", "%an", "%P", "%D", "%s", "%b", ""].join("%x1f")}`
  // A day without a time is one at this time of day to git.
  const window = since === null ? [] : [`--since=${/^\d{4}-\d{2}-\d{2}$/.test(since) ? `${since} 00:00:00` : since}`]
  const words = ["log", "-z", "--name-only", "--no-renames", "--decorate=full", `--max-count=${COMMITS_MAX}`, ...window, format, "HEAD", "--"]
  const { stdout } = yield* runGit(words, { cwd: root })
  return stdout.toString("utf8").split(RECORD).flatMap(commitIn).reverse()
})

const commitIn = (record: string): readonly PastCommit[] => {
  const [hash = "", at = "", author = "", parents = "", names = "", subject = "", body = "", files = ""] = record.split(FIELD)
  if (!/^[0-9a-f]{40,64}$/.test(hash)) return []
  return [
    {
      hash,
      at: Math.max(0, Number(at) * 1000) || 0,
      author,
      parents: parents.split(" ").filter((parent) => parent !== ""),
      subject,
      body: body.trim(),
      files: files.split("\0").map((file) => file.replace(/^\n/, "")).filter((file) => file !== ""),
      tags: names.split(", ").flatMap((name) => /^tag: refs\/tags\/(.+)$/.exec(name)?.[1] ?? [])
    }
  ]
}
