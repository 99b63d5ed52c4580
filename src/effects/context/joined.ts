import type { ContextFragment } from "../../machine/event.ts"
import type { Gathered, Source } from "../gathered.ts"
import { countTokens, cutToTokens, fitsTokens } from "../llm/tokens.ts"

/** What a source gave in its time; `null`: nothing, or nothing that can be read. */
export interface Answer {
  readonly source: Pick<Source, "name" | "budgetTokens">
  readonly gathered: readonly Gathered[] | null
}

/** A fragment that is within its budgets, and which these are. */
export interface Joined {
  readonly fragment: ContextFragment
  /** Name of the source that gave it. */
  readonly from: string
  /** Of its source, for all fragments of that together. */
  readonly budgetTokens: number
  readonly cut: boolean
}

export interface Joining {
  readonly joined: readonly Joined[]
  readonly missing: readonly string[]
}

/**
 * What goes into one turn of all that was gathered, in the order of the sources: no source over its budget, all together never over
 * `totalTokens`, as the text that the model reads. What is over is cut where it stands and says so; what has no room at all is missing.
 */
export const joinWithin = (answers: readonly Answer[], totalTokens: number, model: string): Joining => {
  const joined: Joined[] = []
  const missing: string[] = []
  for (const { source, gathered } of answers) {
    if (gathered === null) missing.push(source.name)
    const own: Joined[] = []
    for (const one of gathered ?? []) {
      if ("missing" in one) missing.push(one.missing)
      else if (one.fragment !== null) {
        const within = (text: string): boolean =>
          fitsTokens(textOf([...own, { fragment: { text } }]), source.budgetTokens, model)
          && fitsTokens(textOf([...joined, ...own, { fragment: { text } }]), totalTokens, model)
        const left = (): number =>
          Math.min(source.budgetTokens - countTokens(textOf(own), model), totalTokens - countTokens(textOf([...joined, ...own]), model))
        const fitted = fittedInto(one.fragment, left, within, source, model)
        if (fitted === null) missing.push(`${one.fragment.source}: no room is left for it`)
        else own.push({ ...fitted, from: source.name, budgetTokens: source.budgetTokens })
      }
    }
    joined.push(...own)
  }
  return { joined, missing }
}

/** As the machine joins them into the note that the model reads. */
export const textOf = (fragments: readonly { readonly fragment: Pick<ContextFragment, "text"> }[]): string =>
  fragments.map(({ fragment }) => fragment.text).join("\n\n")

/** The fragment whole, else its beginning with a line that says it was cut; `null`: there is no room even for that. */
const fittedInto = (
  fragment: ContextFragment,
  leftTokens: () => number,
  within: (text: string) => boolean,
  { name, budgetTokens }: Answer["source"],
  model: string
): Pick<Joined, "fragment" | "cut"> | null => {
  if (within(fragment.text)) return { fragment, cut: false }
  const { opening, body, closing } = partsOf(fragment.text)
  const frame = (text: string): string => `${opening}${text.trimEnd()}\n[cut here: ${name} may take ${budgetTokens} tokens]${closing}`
  // Joined to its neighbours a text may come to a few tokens more than alone.
  for (let tokens = leftTokens() - countTokens(frame(""), model); tokens > 0; tokens -= 1 + (tokens >> 4)) {
    const kept = cutToTokens(body, tokens, model)
    if (kept.trim() !== "" && within(frame(kept))) return { fragment: { ...fragment, text: frame(kept) }, cut: true }
  }
  return null
}

/** The tag that a fragment begins with, what stands in it, and what closes it. */
const partsOf = (text: string): { readonly opening: string; readonly body: string; readonly closing: string } => {
  const [opening = "", name = ""] = /^<([\w-]+)[^>]*>\n?/.exec(text) ?? []
  const end = `</${name}>`
  const whole = name !== "" && text.trimEnd().endsWith(end)
  return { opening, body: text.slice(opening.length, whole ? text.trimEnd().length - end.length : undefined), closing: whole ? `\n${end}` : "" }
}

/** What a source gave, if it is what a source may give: well-formed text that begins with a tag; `null` where anything of it is not. */
export const readGathered = (given: unknown): readonly Gathered[] | null => {
  if (!Array.isArray(given)) return null
  const read = given.map(readOne)
  return read.some((one) => one === null) ? null : read.filter((one) => one !== null)
}

const readOne = (given: unknown): Gathered | null => {
  if (typeof given !== "object" || given === null) return null
  if ("missing" in given) return typeof given.missing === "string" ? { missing: given.missing } : null
  if (!("fragment" in given)) return null
  const { fragment } = given
  if (fragment === null) return { fragment }
  if (typeof fragment !== "object" || !("source" in fragment) || !("text" in fragment)) return null
  const { source, text } = fragment
  if (typeof source !== "string" || typeof text !== "string" || !/^<[\w-]+[^<>]*>/.test(text)) return null
  return { fragment: { source, text: text.toWellFormed() } }
}
