import { refuse } from "../../os/problem.ts"

/**
 * The paths that a unified diff names, told without reading its changes: vetting has to know them at once.
 * Every line that could name a file counts, so that no reader of diffs finds one which is not here.
 * Errors: throws a `Problem` where it names none.
 */
export const pathsInUnifiedPatch = (text: string): readonly string[] => {
  const paths = text.replaceAll("\r\n", "\n").split("\n").flatMap(pathsIn)
  if (paths.length === 0) refuse("patch: it is neither a unified diff nor begins with *** Begin Patch")
  return [...new Set(paths)]
}

const pathsIn = (line: string, index: number, lines: readonly string[]): readonly string[] => {
  const named = /^(?:---|\+\+\+) ([^\t]+)/.exec(line)?.[1]?.trim()
  if (named !== undefined && isHeader(line, index, lines)) return named === "/dev/null" || named === "" ? [] : [named.replace(/^[ab]\//, "")]
  const moved = /^(?:rename|copy) (?:from|to) (.+)$/.exec(line)?.[1]?.trim()
  return moved === undefined ? [] : [moved]
}

/** `--- a` and `+++ b` stand together; a line that is taken away may begin with the same signs. */
const isHeader = (line: string, index: number, lines: readonly string[]): boolean =>
  line.startsWith("---") ? (lines[index + 1] ?? "").startsWith("+++ ") : (lines[index - 1] ?? "").startsWith("--- ")
