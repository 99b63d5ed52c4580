import type { Forked } from "../../runtime/replay/fork.ts"
import { count, plural } from "./money.ts"
import { span, whole, type Shown } from "./shown.ts"
import { harmless, oneLine } from "./visible.ts"

/** What a fork is, where it works, with which files, and how to go on with it. */
export const forkLines = (forked: Forked): readonly Shown[] => {
  const { session, parent, root, place, checkpoint, meaningless, notes } = forked
  const files =
    checkpoint === null
      ? "with the files that stand there"
      : `with the files as they were ${checkpoint.why} (checkpoint ${checkpoint.tree.slice(0, 12)})`
  return [
    whole(
      span("strong", session),
      span("plain", ` goes on from event ${count(parent.n)} of ${oneLine(parent.session)}`),
      span("dim", changesWords(forked))
    ),
    whole(span("plain", `in the ${place === "worktree" ? "git worktree" : "directory"} ${oneLine(root)}, ${files}`)),
    ...notes.map((note) => whole(span("notice", harmless(note)))),
    ...(meaningless.length === 0 ? [] : [whole(span("notice", meaninglessWords(meaningless)))]),
    whole(span("dim", "go on with "), span("strong", `loom -C ${quoted(oneLine(root))} -r ${session}`))
  ]
}

const changesWords = ({ parent: { changes } }: Forked): string => (changes === undefined ? "" : `, but ${changes.map(oneLine).join(", ")}`)

/** How many are named one by one. */
const NAMED_MAX = 8

const meaninglessWords = (lost: Forked["meaningless"]): string => {
  const named = lost.slice(0, NAMED_MAX).map(({ n, type }) => `${n} ${type}`).join(", ")
  const more = lost.length > NAMED_MAX ? ` and ${count(lost.length - NAMED_MAX)} more` : ""
  return `by the change ${plural(lost.length, "later event")} ${lost.length === 1 ? "means" : "mean"} nothing any more: ${named}${more}`
}

/** As a shell reads it back. */
const quoted = (path: string): string => (/^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
