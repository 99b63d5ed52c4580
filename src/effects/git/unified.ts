import type { StructuredPatch } from "diff"

export type { StructuredPatch } from "diff"

/** A longer one tells nobody anything that reading the file would not. Units: bytes as characters. */
const LENGTH_MAX = 16_000
const CONTEXT_LINES = 3
/** Texts that have less in common are not compared to the end. */
const EDITS_MAX = 1_000
const TIMEOUT_MS = 200

/** What changed between two texts, as a unified diff. Only what lies between the parts that are the same is compared, so that a long file costs no more. */
export const unifiedDiff = async (shown: string, before: string, after: string): Promise<string> => {
  const { formatPatch, structuredPatch } = await import("diff")
  const { from, tail } = surroundings(before, after)
  const patch = structuredPatch(
    shown,
    shown,
    before.slice(from, before.length - tail),
    after.slice(from, after.length - tail),
    undefined,
    undefined,
    {
      context: CONTEXT_LINES,
      maxEditLength: EDITS_MAX,
      timeout: TIMEOUT_MS
    }
  )
  if (patch === undefined) return "(too much changed for a diff)"
  const skipped = linesIn(before, from)
  const hunks = patch.hunks.map((hunk) => ({ ...hunk, oldStart: hunk.oldStart + skipped, newStart: hunk.newStart + skipped }))
  const text = formatPatch({ ...patch, hunks }).replace(/^(?:Index: .*\n)?=+\n/, "").trimEnd()
  if (text.length <= LENGTH_MAX) return text
  const kept = text.slice(0, text.lastIndexOf("\n", LENGTH_MAX))
  const more = text.slice(kept.length).split("\n").length - 1
  return `${kept}\n(${more} more line${more === 1 ? "" : "s"} of the diff left out)`
}

/** So many items that stand in both lists, or only in one of them, next to each other. */
export interface Run {
  readonly in: "both" | "before" | "after"
  readonly length: number
}

/** How one list of texts becomes another, in as few steps as may be; `null` where they have too little in common to say so in time. */
export const runsBetween = async (before: readonly string[], after: readonly string[]): Promise<readonly Run[] | null> => {
  const { diffArrays } = await import("diff")
  const changes = diffArrays([...before], [...after], { maxEditLength: EDITS_MAX, timeout: TIMEOUT_MS })
  return changes?.map(({ added, removed, value }) => ({ in: added ? "after" : removed ? "before" : "both", length: value.length })) ?? null
}

/** Where the first line begins, and how much from the end on, that can have anything to do with the change. */
const surroundings = (before: string, after: string): { readonly from: number; readonly tail: number } => {
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head++
  let same = 0
  while (same < most - head && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) same++
  let from = head
  for (let line = 0; line <= CONTEXT_LINES && from > 0; line++) from = before.lastIndexOf("\n", from - 1 - (line === 0 ? 0 : 1)) + 1
  let end = before.length - same
  for (let line = 0; line <= CONTEXT_LINES && end < before.length; line++) end = nextLine(before, end)
  return { from, tail: before.length - end }
}

const nextLine = (text: string, position: number): number => {
  const newline = text.indexOf("\n", position)
  return newline < 0 ? text.length : newline + 1
}

const linesIn = (text: string, end: number): number => {
  let lines = 0
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) lines++
  return lines
}

/** What a unified diff holds, file by file. Errors: rejects where it cannot be read, with the reader's own words. */
export const readDiff = async (text: string): Promise<readonly StructuredPatch[]> => (await import("diff")).parsePatch(text)
