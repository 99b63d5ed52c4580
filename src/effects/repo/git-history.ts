import * as Effect from "effect/Effect"
import { records, runGit } from "../git/git.ts"
import type { History, PastCommit } from "./history.ts"

/** What lies further back says nothing of today. */
const COMMITS_MAX = 2_000
/** Units: bytes; a history of so many names is one of generated files. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024

/** Begins the words of a commit, where only names of files could stand otherwise. */
const BEGIN = "\x01"

/**
 * What was changed together up to a commit, in the paths of `root`, without merges, and without the first commit, which brings whatever there was.
 * Empty where there is no history to be had: without a repository, without git, or where there is more of it than is worth reading.
 */
export const readHistory = (root: string, upTo: string = "HEAD"): Effect.Effect<History> =>
  runGit(
    [
      "log", "-z", `--max-count=${COMMITS_MAX}`, "--no-merges", "--min-parents=1", "--no-renames", "--relative", "--name-only", "--no-color", "--no-show-signature",
      "--encoding=UTF-8", "--ignore-submodules=all", `--format=${BEGIN}%s`, "--end-of-options", upTo, "--"
    ],
    { cwd: root, outputBytesMax: OUTPUT_BYTES_MAX, background: true }
  ).pipe(
    Effect.map(({ stdout }) => historyIn(records(stdout))),
    // A map without history is a map, too.
    Effect.orElseSucceed(() => [])
  )

/** After the words of a commit comes a line break, then the names that it touched. */
const historyIn = (given: readonly string[]): History => {
  const commits: { readonly subject: string; readonly files: string[] }[] = []
  for (const record of given) {
    if (record.startsWith(BEGIN)) commits.push({ subject: record.slice(BEGIN.length), files: [] })
    else commits.at(-1)?.files.push(record.replace(/^\n/, ""))
  }
  return commits satisfies readonly PastCommit[]
}
