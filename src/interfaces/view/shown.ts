/** How a piece of text is meant; the painter gives it a colour. */
export type Tone = "plain" | "dim" | "strong" | "good" | "bad" | "notice" | "added" | "removed" | "person"

export interface Span {
  readonly tone: Tone
  readonly text: string
}

/**
 * One thing to show, free of any terminal. A `stream` goes on where the one before ended; a `line` stands on its own.
 * Texts of a stream may hold line feeds, those of a line hold none. `fit`: the line is cut to the width that is there.
 * `aside`: what streams shall not be broken for it; it comes when the line that streams is whole.
 */
export type Shown =
  | { readonly type: "stream"; readonly tone: "plain" | "dim"; readonly text: string }
  | { readonly type: "line"; readonly spans: readonly Span[]; readonly fit: boolean; readonly aside?: true }

export const span = (tone: Tone, text: string): Span => ({ tone, text })

/** A line that is cut where the terminal ends. */
export const fitted = (...spans: readonly Span[]): Shown => ({ type: "line", spans, fit: true })

/** A line that has nothing to do with what streams, and is cut where the terminal ends. */
export const aside = (...spans: readonly Span[]): Shown => ({ type: "line", spans, fit: true, aside: true })

/** A line that is shown whole, however long. */
export const whole = (...spans: readonly Span[]): Shown => ({ type: "line", spans, fit: false })

/** Each line of a text as a line of its own, shown whole. */
export const wholeLines = (tone: Tone, text: string, indent = ""): readonly Shown[] =>
  text.split("\n").map((line) => whole(span(tone, `${indent}${line}`)))
