import { cutTo } from "./width.ts"
import type { Shown, Span, Tone } from "./shown.ts"

/** What the place of output is like. Units: columns. */
export interface Look {
  readonly colour: boolean
  /** `null` where lines need not be cut, as in a file. */
  readonly columns: number | null
}

/** The code that switches a tone on and the one that switches it off again. Source: ECMA-48, SGR. */
const CODES: Readonly<Record<Tone, readonly [string, string] | null>> = {
  plain: null,
  dim: ["2", "22"],
  strong: ["1", "22"],
  good: ["32", "39"],
  bad: ["31", "39"],
  notice: ["33", "39"],
  added: ["32", "39"],
  removed: ["31", "39"],
  person: ["36", "39"]
}

export const painted = (tone: Tone, text: string, look: Look): string => {
  const codes = CODES[tone]
  return !look.colour || codes === null || text === "" ? text : `\u001b[${codes[0]}m${text}\u001b[${codes[1]}m`
}

/** A line as it is written, without its end. */
export const paintedLine = (shown: Extract<Shown, { readonly type: "line" }>, look: Look): string => {
  if (!shown.fit || look.columns === null) return shown.spans.map((span) => painted(span.tone, span.text, look)).join("")
  return fittedSpans(shown.spans, look.columns).map((span) => painted(span.tone, span.text, look)).join("")
}

/** The spans that fit, the last of them cut. */
export const fittedSpans = (spans: readonly Span[], columnsMax: number): readonly Span[] => {
  const text = spans.map((span) => span.text).join("")
  const cut = cutTo(text, columnsMax)
  if (cut === text) return spans
  const kept: Span[] = []
  let rest = cut.slice(0, -1)
  for (const { tone, text: words } of spans) {
    kept.push({ tone, text: rest.slice(0, words.length) })
    rest = rest.slice(words.length)
  }
  return [...kept, { tone: "dim", text: "…" }]
}
