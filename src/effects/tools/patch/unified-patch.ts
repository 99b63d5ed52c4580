import { refuse } from "../../os/problem.ts"
import { readDiff, type StructuredPatch } from "../../git/unified.ts"
import type { FilePatch, Hunk } from "./patch.ts"

/**
 * Reads a unified diff, as `diff -u` and `git diff` write them.
 * Errors: throws a `Problem` that says what cannot be read, or what no text can do: binary changes, modes.
 */
export const parseUnifiedPatch = async (text: string): Promise<readonly FilePatch[]> => {
  const patches = (await readDiff(text.replaceAll("\r\n", "\n")).catch(unreadable)).filter(isOfFile)
  if (patches.length === 0) refuse("patch: it is neither a unified diff nor begins with *** Begin Patch")
  return patches.map(fileOf)
}

const isOfFile = ({ oldFileName, newFileName, hunks }: StructuredPatch): boolean =>
  hunks.length > 0 || oldFileName !== undefined || newFileName !== undefined

const unreadable = (thrown: unknown): never =>
  refuse(
    `patch: the diff cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}; check the numbers after @@ and that each line begins with a blank, + or -`
  )

const fileOf = (patch: StructuredPatch): FilePatch => {
  const [before, after] = [nameOf(patch.oldFileName, "a/"), nameOf(patch.newFileName, "b/")]
  const path = before ?? after
  if (path === null) return refuse("patch: the diff names no file; begin it with --- a/PATH and +++ b/PATH")
  if (patch.isBinary === true) return refuse(`patch ${path}: a binary file cannot be changed by a diff of text`)
  if (after === null || patch.isDelete === true) return { kind: "delete", path }
  if (before === null || patch.isCreate === true) return { kind: "add", path: after, content: contentOf(patch) }
  return { kind: "update", path: before, to: after, hunks: patch.hunks.map(hunkOf) }
}

/** Without what git writes before it; `null` for none. */
const nameOf = (name: string | undefined, before: string): string | null => {
  const bare = name?.split("\t")[0]?.trim()
  if (bare === undefined || bare === "" || bare === "/dev/null") return null
  return bare.startsWith(before) ? bare.slice(before.length) : bare
}

const contentOf = ({ hunks }: StructuredPatch): string => {
  const lines = hunks.flatMap((hunk) => hunk.lines)
  const text = lines.filter((line) => line.startsWith("+")).map((line) => line.slice(1))
  return text.join("\n") + (text.length === 0 || lines.some((line) => line.startsWith("\\")) ? "" : "\n")
}

const hunkOf = ({ lines, oldStart }: StructuredPatch["hunks"][number]): Hunk => {
  const side = (sign: string): readonly string[] =>
    lines.filter((line) => line.startsWith(" ") || line.startsWith(sign) || line === "").map((line) => line.slice(1))
  return { old: side("-"), new: side("+"), headings: [], line: oldStart, atEnd: false }
}
