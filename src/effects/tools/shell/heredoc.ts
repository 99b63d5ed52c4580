import type { SyntaxNode } from "../../os/grammar.ts"

/**
 * Whether a text handed in behind `<<` begins and ends for a shell where it does for the tree, and runs nothing. Its mark is a plain
 * word, in quotes or without; without, the text must hold nothing that a shell would expand.
 */
export const readHeredoc = (text: string, node: SyntaxNode): boolean => {
  const mark = node.children.find(({ type }) => type === "heredoc_start")
  const end = node.children.find(({ type }) => type === "heredoc_end")
  if (mark === undefined || end === undefined) return false
  const [, quote, name] = /^(['"]?)([A-Za-z_]\w*)\1$/.exec(mark.text) ?? []
  if (name === undefined) return false
  const lineBegins = text.lastIndexOf("\n", mark.startIndex) + 1
  const lineEnds = text.indexOf("\n", mark.endIndex)
  if (lineEnds < 0 || text.slice(lineBegins, lineEnds).split("<<").length !== 2) return false
  const tabs = text.slice(node.startIndex, node.startIndex + 3) === "<<-"
  const closing = closingLine(text, lineEnds + 1, name, tabs)
  if (closing === null || closing.name !== end.startIndex || end.text !== name || !staysBefore(node, lineEnds)) return false
  return quote !== "" || !/[$`\\]/.test(text.slice(lineEnds + 1, closing.begins))
}

/** Where the first line stands that is the mark and nothing else. */
const closingLine = (text: string, from: number, name: string, tabs: boolean): { readonly begins: number; readonly name: number } | null => {
  for (let begins = from; begins < text.length; ) {
    const newline = text.indexOf("\n", begins)
    const line = text.slice(begins, newline < 0 ? text.length : newline)
    const plain = tabs ? line.replace(/^\t+/, "") : line
    if (plain === name) return { begins, name: begins + line.length - plain.length }
    if (newline < 0) return null
    begins = newline + 1
  }
  return null
}

/** What else belongs to it stands on the line of its mark. */
const staysBefore = (node: SyntaxNode, lineEnds: number): boolean =>
  node.children.every((part) => part.type === "heredoc_body" || part.type === "heredoc_end" || part.endIndex <= lineEnds)
