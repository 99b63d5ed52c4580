import type { FileChange } from "../../effects/git/tree-diff.ts"
import type { Done } from "./undo.ts"

/** More paths than this are counted, not named, to the model. */
const PATHS_MAX = 40

/** What the model is told of an undo: it does not see it otherwise. */
export const noteOf = ({ target, files, overwritten, left }: Done): string => {
  const told = [
    ...KINDS.flatMap(({ words, holds }) =>
      partWords(
        words,
        files.filter(holds).map(({ path }) => path)
      )
    ),
    ...partWords("not put back", left)
  ]
  const what = told.length === 0 ? "the files stood so already" : told.join("; ")
  const others =
    overwritten.length === 0
      ? ""
      : ` What others had changed since went with it in ${overwritten.length === 1 ? "one file" : `${overwritten.length} files`}.`
  return `${HEADS[target.what](target.turn)}: ${what}.${others} Read a file again before you edit it.`
}

const HEADS: Readonly<Record<Done["target"]["what"], (turn: number) => string>> = {
  turn: (turn) => `The person took back what turn ${turn} did to the files`,
  step: (turn) => `The person took back what the last tools of turn ${turn} did to the files`,
  redo: (turn) => `The person took the undo of turn ${turn} back, so its changes stand again`
}

/** The three ways in which a file is put back. */
export const KINDS: readonly { readonly words: string; readonly holds: (change: FileChange) => boolean }[] = [
  { words: "changed back", holds: ({ before, after }) => before !== null && after !== null },
  { words: "deleted", holds: ({ after }) => after === null },
  { words: "there again", holds: ({ before }) => before === null }
]

const partWords = (words: string, paths: readonly string[]): readonly string[] => {
  if (paths.length === 0) return []
  const more = paths.length - PATHS_MAX
  return [`${words} ${paths.slice(0, PATHS_MAX).join(", ")}${more > 0 ? ` and ${more} more` : ""}`]
}
