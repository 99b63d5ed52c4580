import type { SyntaxNode } from "../os/grammar.ts"

/** Nodes whose text is one word of letters, digits, `_` and `$`, in every grammar that has them. */
const WORDS: ReadonlySet<string> = new Set(["identifier", "type_identifier", "property_identifier", "field_identifier", "shorthand_property_identifier", "simple_identifier", "constant"])

/** Letters of a word, by code below 128. */
const IS_LETTER = Uint8Array.from({ length: 128 }, (_, code) => (/[\w$]/.test(String.fromCharCode(code)) ? 1 : 0))
/** `?`, `!` and `-` may belong to the word in some languages. */
const IS_DOUBTFUL = Uint8Array.from({ length: 128 }, (_, code) => (/[?!-]/.test(String.fromCharCode(code)) ? 1 : 0))

/** The text of a node. To ask the tree where it ends takes long, and most nodes that are asked for are plain words. */
export const wordOf = (text: string, node: SyntaxNode): string => {
  const start = node.startIndex
  if (WORDS.has(node.type)) {
    let end = start
    while (IS_LETTER[text.charCodeAt(end)] === 1) end++
    const next = text.charCodeAt(end)
    if (end > start && (Number.isNaN(next) || (next < 128 && IS_DOUBTFUL[next] === 0))) return text.slice(start, end)
  }
  return text.slice(start, node.endIndex)
}
