import { treeAt, type NamedTree } from "../../../runtime/replay/trees.ts"
import { fileLines } from "../file-lines.ts"
import { plural } from "../money.ts"
import { fitted, span, whole, type Shown } from "../shown.ts"
import { oneLine } from "../visible.ts"
import { countUpTo } from "./landmarks.ts"
import type { FilesShown, Player } from "./player.ts"
import type { Tape } from "./tape.ts"

/** The checkpoints between which the files of a step changed. */
export interface StepTrees {
  readonly before: NamedTree
  readonly after: NamedTree
}

/** Under this name a player keeps what they differ in. */
export const treesKey = ({ before, after }: StepTrees): string => `${before.tree}..${after.tree}`

/** The checkpoints before and after the step that event `n` belongs to; a sentence where the log names none. */
export const stepTrees = ({ rows, landmarks, trees }: Tape, n: number): StepTrees | string => {
  const { steps } = landmarks
  const index = countUpTo(steps, n) - 1
  if (index < 0) return "no step has begun yet; s goes to the first one"
  const from = steps[index] as number
  const to = steps[index + 1] ?? rows.length
  const within = trees.filter((named) => named.from > from && named.from <= to)
  const after = within.at(-1)
  const before = within.length > 1 ? within[0] : treeAt(trees, from)
  if (after === undefined || before === null || before === undefined)
    return "no checkpoint was taken in this step: nothing in it may have changed a file"
  return { before, after }
}

/** What the files of the workspace differ in from before this step to after it. */
export const filesPane = (tape: Tape, { position, filesByTrees }: Player): readonly Shown[] => {
  const trees = stepTrees(tape, position)
  if (typeof trees === "string") return [fitted(span("dim", trees))]
  const shown: FilesShown =
    trees.before.tree === trees.after.tree ? { type: "files", files: [] } : (filesByTrees[treesKey(trees)] ?? { type: "coming" })
  return [
    fitted(
      span("dim", `the files of this step, from ${trees.before.tree.slice(0, 9)} (${trees.before.why}) to ${trees.after.tree.slice(0, 9)}`)
    ),
    ...bodyOf(shown)
  ]
}

const bodyOf = (shown: FilesShown): readonly Shown[] => {
  switch (shown.type) {
    case "coming":
      return [fitted(span("dim", "comparing …"))]
    case "unknown":
      return [whole(span("notice", oneLine(shown.why)))]
    case "files":
      return shown.files.length === 0
        ? [fitted(span("dim", "no file differs"))]
        : [
            fitted(span("plain", `${plural(shown.files.length, "file")} differ${shown.files.length === 1 ? "s" : ""}`)),
            ...shown.files.flatMap((file) => [fitted(), ...fileLines(file, Number.MAX_SAFE_INTEGER)])
          ]
  }
}
