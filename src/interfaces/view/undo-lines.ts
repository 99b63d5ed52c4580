import { KINDS } from "../../runtime/replay/undo-words.ts"
import type { Done, FileChange, Undone, UndoTarget } from "../../runtime/replay/undo.ts"
import { span, whole, type Shown } from "./shown.ts"
import { oneLine } from "./visible.ts"

/** How a person says the next thing: on the command line, or in a conversation. */
export interface UndoSpelling {
  readonly force: string
  readonly again: string
  readonly redo: string
}

/** More files than this are counted, not listed. */
const FILES_MAX = 200

/** What became of an undo, for a person. */
export const undoLines = (undone: Undone, spelling: UndoSpelling): readonly Shown[] => {
  switch (undone.outcome) {
    case "done":
      return doneLines(undone, spelling)
    case "contested":
      return [
        whole(span("notice", `${targetWords(undone.target)}: ${undone.message}:`)),
        ...listed(undone.contested.map(({ path }) => path)),
        whole(span("notice", `nothing was done; ${spelling.force} puts these back, too, and keeps what stands in them now for ${spelling.redo}`))
      ]
    case "nothing":
      return [whole(span("notice", undone.message))]
    case "failed":
      return [whole(span("bad", oneLine(undone.message)))]
  }
}

const doneLines = ({ target, files, overwritten, left, commits }: Done, { again, redo }: UndoSpelling): readonly Shown[] => [
  whole(span("strong", files.length === 0 ? `${targetWords(target)}: the files stood so already` : targetWords(target))),
  ...listed(
    files.map(
      (change) =>
        `${wordsFor(change).padEnd(WORDS_WIDTH)}${change.path}${overwritten.includes(change.path) ? " (changed since by somebody else: kept)" : ""}`
    )
  ),
  ...left.map((each) => whole(span("bad", `  not put back: ${oneLine(each)}`))),
  ...commits.map((commit) => whole(span("notice", commitWords(commit)))),
  whole(span("dim", target.what === "redo" ? `${again} takes it back again` : `${again} goes on to what came before; ${redo} takes this back`))
]

const targetWords = ({ what, turn, events }: UndoTarget): string => {
  switch (what) {
    case "turn":
      return `undo of turn ${turn}`
    case "step":
      return `undo of the tools of event ${events.join(", ")} in turn ${turn}`
    case "redo":
      return `redo of turn ${turn}`
  }
}

const WORDS_WIDTH = 14

const wordsFor = (change: FileChange): string => KINDS.find(({ holds }) => holds(change))?.words ?? ""

const listed = (lines: readonly string[]): readonly Shown[] => [
  ...lines.slice(0, FILES_MAX).map((line) => whole(span("plain", `  ${oneLine(line)}`))),
  ...(lines.length > FILES_MAX ? [whole(span("dim", `  and ${lines.length - FILES_MAX} more`))] : [])
]

/** git reverts nothing over files that differ from the commit, so it has to be said what to do with them first. */
const commitWords = (commit: string): string => {
  const name = commit.slice(0, 9)
  return `commit ${name} stays in the history and its reverse stands in the files: commit that, or set it aside and \`git revert ${name}\``
}
