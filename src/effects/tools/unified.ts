import { counted } from "./text.ts"

/** A longer one tells nobody anything that reading the file would not. Units: bytes as characters. */
const LENGTH_MAX = 16_000
const CONTEXT_LINES = 3
/** Texts that have less in common are not compared to the end. */
const EDITS_MAX = 1_000
const TIMEOUT_MS = 200

/** What changed between two texts, as a unified diff. */
export const unifiedDiff = async (shown: string, before: string, after: string): Promise<string> => {
  const { createTwoFilesPatch } = await import("diff")
  const patch = createTwoFilesPatch(shown, shown, before, after, undefined, undefined, {
    context: CONTEXT_LINES,
    maxEditLength: EDITS_MAX,
    timeout: TIMEOUT_MS
  })
  if (patch === undefined) return "(too much changed for a diff)"
  const text = patch.replace(/^Index: .*\n=+\n/, "").trimEnd()
  if (text.length <= LENGTH_MAX) return text
  const kept = text.slice(0, text.lastIndexOf("\n", LENGTH_MAX))
  return `${kept}\n(${counted(text.slice(kept.length).split("\n").length - 1, "more line")} of the diff left out)`
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
