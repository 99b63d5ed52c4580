import type { SyntaxNode } from "../../os/grammar.ts"
import { readWord } from "./word.ts"
import { commandText } from "./words.ts"
import { innerOf } from "./wrappers.ts"

/** Texts in texts are followed so far. */
const DEPTH_MAX = 5
/** A line that shows more than this is told no further: it asks in any case. */
const SEEN_MAX = 200

/**
 * All commands that can be seen in a line, however it is built, and inside others: what a rule that denies is held against. It may
 * see commands that never run, and not see some that do; that is why such a line asks.
 */
export const seenCommands = (line: string, parse: (line: string) => SyntaxNode | null, depth = 0): readonly string[] => {
  const root = depth > DEPTH_MAX ? null : parse(line)
  if (root === null) return []
  const lost = root.hasError ? [...root.descendantsOfType("ERROR").map(({ text }) => text), ...restsOfLines(line, root)] : []
  const commands = [...root.descendantsOfType("command").map((node) => wordsSeen(line, node)), ...lost.flatMap(wordsLost)].filter(
    ([name]) => name !== undefined
  )
  return distinct(commands.flatMap((words) => [commandText(words), ...seenInside(words, parse, depth)]))
}

/** What the words of one command run inside: of `sudo rm x` that is `rm x`. */
export const seenInside = (words: readonly string[], parse: (line: string) => SyntaxNode | null, depth = 0): readonly string[] => {
  if (depth > DEPTH_MAX) return []
  return distinct(
    innerOf(words).flatMap((inner) => {
      if ("line" in inner) return seenCommands(inner.line, parse, depth + 1)
      return inner.words.length === 0 ? [] : [commandText(inner.words), ...seenInside(inner.words, parse, depth + 1)]
    })
  )
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].slice(0, SEEN_MAX)

/** Its words as they are best understood; assignments and redirections are none. */
const wordsSeen = (line: string, node: SyntaxNode): readonly string[] =>
  node.namedChildren.flatMap((part) => {
    if (part.type === "variable_assignment" || part.type.endsWith("_redirect")) return []
    const substitutions = part.descendantsOfType(["command_substitution", "process_substitution"])
    return [readWord(line, part.startIndex, part.endIndex, new Map(substitutions.map((each) => [each.startIndex, each])))?.guess ?? part.text]
  })

/** Behind the mark of a text that is handed in the grammar knows little of what a line may hold. */
const restsOfLines = (line: string, root: SyntaxNode): readonly string[] =>
  root.descendantsOfType("heredoc_start").map(({ endIndex }) => line.slice(endIndex).split("\n", 1)[0] as string)

/** What the grammar could make nothing of, cut where a shell would begin another command. */
const wordsLost = (text: string): readonly (readonly string[])[] =>
  text.split(/[;&|\n(){}`]+/).map((part) => part.replaceAll(/['"\\]/g, "").split(/[ \t]+/).filter((word) => word !== ""))
