import { isSameVersion, type AgentFile } from "./agent-files.ts"
import type { FileVersion } from "./tree-diff.ts"

/** What is known of one file of the agent when it shall be committed. */
export interface CommitFacts {
  readonly file: AgentFile
  /** In the last commit. */
  readonly head: FileVersion | null
  /** In the person's index, where that differs from the last commit. */
  readonly staged: FileVersion | "deleted" | "unmerged" | null
  /** As it lies there now, bytes as they are. */
  readonly now: FileVersion | null
  /** Whether what the agent found is what the last commit holds, line ends aside. */
  readonly beganAtHead: boolean
  /** Whether what the agent left is what the last commit holds, line ends aside. */
  readonly endedAtHead: boolean
  readonly ignored: boolean
  /** The filter that the repository's attributes demand for it; empty: none. */
  readonly filter: string
}

/** `settled`: there is nothing to be committed. `quiet`: the person need not be told, it was never theirs to expect. */
export type CommitVerdict =
  | { readonly is: "taken" }
  | { readonly is: "settled" }
  | { readonly is: "left"; readonly why: string; readonly quiet: boolean }

export const REPOSITORY = "160000"

/** Only what the agent alone made of a file that was committed, or not there, goes into a commit. */
export const mayCommit = (facts: CommitFacts): CommitVerdict => {
  const { file, head, staged, now, ignored, filter } = facts
  if (file.before?.mode === REPOSITORY || file.after?.mode === REPOSITORY) return leave("it is a repository of its own", true)
  if (/[\n\r]/.test(file.path)) return leave("its name has a line break")
  if (head === null && ignored) return leave("it is ignored", true)
  if (filter !== "") return leave(`its filter ${filter} is a program of this repository and is not run; commit it yourself`)
  if (!isSameVersion(now, file.after)) return leave("it was changed by somebody else after the agent")
  if (staged === "unmerged") return leave("it has a conflict")
  if (facts.endedAtHead) return { is: "settled" }
  if (!facts.beganAtHead) return leave("it held changes of yours that are not committed")
  if (staged !== null && !isStagedByAgent(staged, file.after)) return leave("you have staged it")
  return { is: "taken" }
}

const leave = (why: string, quiet = false): CommitVerdict => ({ is: "left", why, quiet })

/** The agent may have staged its own version; then the index is right already. */
const isStagedByAgent = (staged: FileVersion | "deleted" | "unmerged", after: FileVersion | null): boolean =>
  typeof staged === "string" ? staged === "deleted" && after === null : after !== null && staged.oid === after.oid
