import type { FileDifference } from "../../runtime/replay/file-differences.ts"
import { diffLines } from "./diff-lines.ts"
import { fitted, span, type Shown, type Tone } from "./shown.ts"
import { harmless, oneLine } from "./visible.ts"

const TONES: Readonly<Record<FileDifference["how"], Tone>> = { made: "added", changed: "notice", deleted: "removed" }

/** What became of one file, and under it its diff, coloured; of a long one no more than `linesMax`. */
export const fileLines = ({ path, how, diff }: FileDifference, linesMax: number): readonly Shown[] => {
  const lines = diffLines(diff, linesMax)
  return [
    fitted(span(TONES[how], how), span("strong", ` ${oneLine(path)}`)),
    ...(lines.length > 0 || diff === "" ? lines : [fitted(span("dim", `    ${harmless(diff)}`))])
  ]
}
