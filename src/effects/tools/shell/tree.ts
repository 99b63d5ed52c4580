import type { SyntaxNode } from "../../os/grammar.ts"
import { readHeredoc } from "./heredoc.ts"
import { readRedirection, type Redirection } from "./redirection.ts"
import { isHarmlessAssignment } from "./transparent.ts"
import { readWord, type Word } from "./word.ts"

/** A piece of a shell line that does something: a simple command by its words and the harmless assignments before them, or a file that is opened for one. */
export type Found =
  | { readonly type: "command"; readonly words: readonly Word[]; readonly heredoc: boolean; readonly assigned?: readonly string[] }
  | Redirection

/**
 * All that a parsed line would do, or `null` where it holds anything that is not known here. The tree is not believed: only nodes of
 * known kinds count, what stands between them must be blank, and each word is read again letter by letter.
 */
export const readTree = (text: string, root: SyntaxNode, parse: Parse): readonly Found[] | null =>
  root.hasError || !isBlank(text.slice(0, root.startIndex)) || !isBlank(text.slice(root.endIndex))
    ? null
    : readStatement({ text, parse, ticks: new Set() }, root)

/** Parses another text of the same language. */
export type Parse = (text: string) => SyntaxNode | null

interface Line {
  readonly text: string
  readonly parse: Parse
  /** Where backquotes of substitutions stand: there, and only there, a word may touch one. */
  readonly ticks: ReadonlySet<number>
}

/** What only holds others, in whatever order the shell runs them. */
const HOLDERS: ReadonlySet<string> = new Set(
  ("program list pipeline compound_statement subshell if_statement elif_clause else_clause while_statement do_group negated_command " +
    "command_substitution process_substitution").split(" ")
)
const TOKENS: ReadonlySet<string> = new Set(
  "; & && || | ( ) { } ! ;; $( ` <( >( \n if then elif else fi while until do done for in case esac".split(/ /)
)

const readStatement = (line: Line, node: SyntaxNode): readonly Found[] | null => {
  switch (node.type) {
    case "command":
      return readCommand(line, node, [])
    case "redirected_statement":
      return readRedirected(line, node)
    case "file_redirect":
      return readOpening(line, node, [])
    case "for_statement":
      return readFor(line, node)
    case "case_statement":
    case "case_item":
      return readParts(line, node, (part) => (isStatement(part) ? readStatement(line, part) : foundIn(readWordNode(line, part))))
    case "function_definition":
      return readFunction(line, node)
    case "test_command":
      return readTest(line, node)
    case "comment":
      return node.text.startsWith("#") && !node.text.includes("\n") ? [] : null
  }
  return HOLDERS.has(node.type) ? readParts(inTicks(line, node), node, (part) => readStatement(inTicks(line, node), part)) : null
}

const isStatement = ({ type }: SyntaxNode): boolean => HOLDERS_OF_STATEMENTS.has(type)
const HOLDERS_OF_STATEMENTS: ReadonlySet<string> = new Set([
  ...[...HOLDERS].filter((type) => !type.endsWith("_substitution")),
  ...["command", "redirected_statement", "for_statement", "case_statement", "case_item", "function_definition", "test_command", "comment"]
])

const inTicks = (line: Line, node: SyntaxNode): Line =>
  node.type === "command_substitution" && line.text[node.startIndex] === "`"
    ? { ...line, ticks: new Set([...line.ticks, node.startIndex, node.endIndex - 1]) }
    : line

/** All children in turn: tokens that join must be known, and between two children there is nothing but blanks. */
const readParts = (line: Line, node: SyntaxNode, read: (part: SyntaxNode) => readonly Found[] | null): readonly Found[] | null =>
  standsClose(line, node.children, isBlank)
    ? flattened(node.children.map((part) => (part.isNamed ? read(part) : joins(part, node) ? [] : null)))
    : null

const joins = ({ type }: SyntaxNode, { type: where }: SyntaxNode): boolean => TOKENS.has(type) && (type !== ";;" || where === "case_item")

const standsClose = ({ text }: Line, parts: readonly SyntaxNode[], mayStandBetween: (text: string) => boolean): boolean =>
  parts.every((part, index) => index === 0 || mayStandBetween(text.slice((parts[index - 1] as SyntaxNode).endIndex, part.startIndex)))

const flattened = (all: readonly (readonly Found[] | null)[]): readonly Found[] | null =>
  all.includes(null) ? null : all.flatMap((each) => each ?? [])

const isBlank = (text: string): boolean => /^(?:[ \t\n]|\\\n)*$/.test(text)

/** A line break would end the command. */
const isBlankInLine = (text: string): boolean => /^(?:[ \t]|\\\n)*$/.test(text)

/** Words, what is opened for them, and what runs inside them. `more` are words that the tree put elsewhere. */
const readCommand = (line: Line, node: SyntaxNode, more: readonly SyntaxNode[]): readonly Found[] | null => {
  const words: Word[] = []
  const others: Found[] = []
  const assigned: string[] = []
  let heredoc = false
  const addWord = (part: SyntaxNode): boolean => {
    const read = readWordNode(line, part)
    if (read === null) return false
    words.push(read.word)
    others.push(...read.inside)
    return true
  }
  const opened = node.children.map((part) => {
    if (part.type === "file_redirect") return readOpening(line, part, words)
    if (part.type === "herestring_redirect") {
      heredoc = true
      return foundIn(part.namedChildCount === 1 ? readWordNode(line, part.namedChildren[0] as SyntaxNode) : null)
    }
    // Most assignments change what the command finds; nobody knows how.
    if (part.type === "variable_assignment") return words.length === 0 && isHarmlessAssignment(part.text) && assigned.push(part.text) > 0 ? [] : null
    return (part.isNamed || part.type === "==") && addWord(part) ? [] : null
  })
  const found = flattened(opened)
  if (found === null || !more.every(addWord) || words.length === 0 || !standsClose(line, node.children, isBlankInLine)) return null
  return [{ type: "command", words, heredoc, ...(assigned.length === 0 ? {} : { assigned }) }, ...others, ...found]
}

interface ReadWord {
  readonly word: Word
  readonly inside: readonly Found[]
}

const foundIn = (read: ReadWord | null): readonly Found[] | null => read?.inside ?? null

/** A word, and what the substitutions in it run. It must end where the tree says: before a blank or a token. */
const readWordNode = (line: Line, node: SyntaxNode): ReadWord | null => {
  const { text, ticks } = line
  const touches = (index: number): boolean => index >= 0 && index < text.length && !/[ \t\n;&|()<>]/.test(text.charAt(index)) && !ticks.has(index)
  if (touches(node.startIndex - 1) || touches(node.endIndex)) return null
  const substitutions = substitutionsIn(node)
  const word = readWord(text, node.startIndex, node.endIndex, new Map(substitutions.map((each) => [each.startIndex, each])))
  const inside = substitutions.map((each) => readStatement(line, each))
  return word === null || inside.includes(null) ? null : { word, inside: inside.flatMap((each) => each ?? []) }
}

/** The outermost ones. */
const substitutionsIn = (node: SyntaxNode): readonly SyntaxNode[] =>
  node.type === "command_substitution" || node.type === "process_substitution" ? [node] : node.namedChildren.flatMap(substitutionsIn)

/** The tree takes words behind a redirection for more of its targets; a shell takes them for words of the command. */
const readOpening = (line: Line, node: SyntaxNode, words: Word[] | readonly never[]): readonly Found[] | null => {
  const { operator, target, more } = targetsOf(node)
  const aim = target === undefined ? null : readWordNode(line, target)
  const behind = more.map((part) => readWordNode(line, part))
  if (
    (target !== undefined && aim === null)
    || behind.includes(null)
    || !startsApart(line.text, node)
    || !standsClose(line, node.children, isBlankInLine)
  )
    return null
  for (const each of behind) (words as Word[]).push((each as ReadWord).word)
  const opened = readRedirection(operator, aim?.word.value ?? null)
  return opened === null ? null : [...opened, ...[aim, ...behind].flatMap((each) => each?.inside ?? [])]
}

/** A number in front is a descriptor only where it stands by itself; a name in braces is one for some shells. */
const startsApart = (text: string, node: SyntaxNode): boolean =>
  text.charAt(node.startIndex - 1) !== "}" && (!/^\d/.test(node.text) || !/[^ \t\n;&|()`{]/.test(text.charAt(node.startIndex - 1)))

/** What closes a stream has no target: all that the tree puts there are words. */
const targetsOf = (
  node: SyntaxNode
): { readonly operator: string; readonly target: SyntaxNode | undefined; readonly more: readonly SyntaxNode[] } => {
  const operator = node.children.find((child) => !child.isNamed)?.type ?? ""
  const parts = node.namedChildren.filter((child) => child.type !== "file_descriptor")
  return operator.endsWith("&-") ? { operator, target: undefined, more: parts } : { operator, target: parts[0], more: parts.slice(1) }
}

/** A statement and what is opened for it. */
const readRedirected = (line: Line, node: SyntaxNode): readonly Found[] | null => {
  const [first, ...others] = node.children
  if (first === undefined || !standsClose(line, node.children, isBlankInLine)) return null
  const body = first.type.endsWith("_redirect") ? null : first
  const openings = body === null ? node.children : others
  const heredocs = openings.filter(({ type }) => type === "heredoc_redirect").length
  const more = openings.flatMap((opening) => (opening.type === "file_redirect" ? targetsOf(opening).more : []))
  const opened = flattened(openings.map((opening) => readAttached(line, opening)))
  // Only the words of a simple command can go on behind a redirection.
  if (opened === null || heredocs > 1 || (heredocs > 0 && body === null) || (more.length > 0 && body?.type !== "command")) return null
  const inside = body === null ? [] : body.type === "command" ? readCommand(line, body, more) : readStatement(line, body)
  return inside === null ? null : [...(heredocs > 0 ? inside.map(handedText) : inside), ...opened]
}

/** Which of several commands reads the text is left open: each is held for the one. */
const handedText = (found: Found): Found => (found.type === "command" ? { ...found, heredoc: true } : found)

const readAttached = (line: Line, node: SyntaxNode): readonly Found[] | null =>
  node.type === "file_redirect"
    ? readOpening(line, node, [])
    : node.type === "heredoc_redirect" && readHeredoc(line.text, node)
      ? readRestOfLine(line, node)
      : null

/** The text that is handed in runs nothing; behind its mark the line goes on, and that belongs to it for the tree. */
const readRestOfLine = (line: Line, node: SyntaxNode): readonly Found[] | null => {
  const parts = node.children.filter(({ type }) => type !== "heredoc_body" && type !== "heredoc_end")
  if (!standsClose(line, parts, isBlankInLine)) return null
  return flattened(parts.map((part) => {
    if (/^(heredoc_start|<<-?|&&|\|\||\|)$/.test(part.type)) return []
    if (part.type === "file_redirect") return targetsOf(part).more.length === 0 ? readOpening(line, part, []) : null
    return isStatement(part) ? readStatement(line, part) : null
  }))
}

/** The name must be one that no program looks for. */
const readFor = (line: Line, node: SyntaxNode): readonly Found[] | null =>
  readParts(line, node, (part) => {
    if (part.type === "variable_name") return /^[a-z][a-z0-9]*$/.test(part.text) ? [] : null
    return isStatement(part) ? readStatement(line, part) : foundIn(readWordNode(line, part))
  })

const readFunction = (line: Line, node: SyntaxNode): readonly Found[] | null => {
  const [name, open, close, body, ...more] = node.children
  if (
    name?.type !== "word"
    || !/^[A-Za-z_]\w*$/.test(name.text)
    || open?.type !== "("
    || close?.type !== ")"
    || body === undefined
    || more.length > 0
  )
    return null
  return isBlank(line.text.slice(name.endIndex, open.startIndex)) && isBlank(line.text.slice(close.endIndex, body.startIndex))
    ? readStatement(line, body)
    : null
}

/** To a shell `[` is a command like any other, with a last word `]`. */
const readTest = (line: Line, node: SyntaxNode): readonly Found[] | null => {
  const inner = /^\[([ \t][\s\S]*[ \t])\]$/.exec(node.text)?.[1]
  const text = `test${inner}`
  const root = inner === undefined ? null : line.parse(text)
  const [only, ...others] = root?.namedChildren ?? []
  if (root === null || only?.type !== "command" || others.length > 0) return null
  const found = readTree(text, root, line.parse)
  const command = found?.[0]
  if (found === null || command?.type !== "command" || command.words[0]?.value !== "test") return null
  return [{ ...command, words: [bracket("["), ...command.words.slice(1), bracket("]")] }, ...found.slice(1)]
}

const bracket = (value: string): Word => ({ value, guess: value, single: true, operand: true })
