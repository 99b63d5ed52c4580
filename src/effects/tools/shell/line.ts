import type { CommandFact } from "../../../machine/event.ts"
import { grammarAtHand, loadGrammar, type SyntaxNode } from "../../os/grammar.ts"
import { onlyReads, readsWhateverFollows } from "./reads.ts"
import type { Redirection } from "./redirection.ts"
import { seenCommands, seenInside } from "./seen.ts"
import { behindTimeout } from "./transparent.ts"
import { readTree, type Found } from "./tree.ts"
import type { Word } from "./word.ts"
import { commandText, isPlain, plainCommands } from "./words.ts"

/** What is known of a shell line before it runs. */
export interface LineFacts {
  readonly commands: readonly CommandFact[] | "unparsed"
  /** Commands inside others, and those that were seen where the line could not be told apart. */
  readonly seen: readonly string[]
  /** Files that redirections open; of a line that is unparsed, none. */
  readonly opened: readonly Redirection[]
  /** Whether the directory may change on the way, and with it what a relative path means. */
  readonly moves: boolean
  /** The same commands word by word, of a line that is unparsed none. */
  readonly words: readonly (readonly Word[])[]
}

/** Gets ready for a line that only the grammar can tell apart; a grammar that cannot be loaded leaves it unparsed. */
export const prepareLine = async (line: string): Promise<void> => {
  if (plainCommands(line) === null) await loadGrammar("bash").catch(() => null)
}

/** Plain lines are told apart without the grammar; all others with it, if it was loaded. */
export const lineFacts = (line: string): LineFacts => {
  const plain = plainCommands(line)
  return (
    (plain === null ? treeFacts(line) : factsOf(plain.map(knownCommand))) ?? {
      commands: "unparsed",
      seen: seenCommands(line, parse),
      opened: [],
      moves: true,
      words: []
    }
  )
}

/** What the grammar makes of a line, also of a plain one. */
export const treeFacts = (line: string): LineFacts | null => {
  const root = UNSEEN.test(line) || JOINED.test(line) ? null : parse(line)
  const found = root === null ? null : readTree(line, root, parse)
  return found === null ? null : factsOf(found)
}

/** Control characters but tab and newline, and what else is not seen or turns the text round. */
const UNSEEN = /[^\P{Cc}\t\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** Lines that are joined inside a word or a sign: the grammar sees two of them where a shell sees one. */
const JOINED = /(^|[^ \t]|\\[ \t])\\\n/

const parse = (line: string): SyntaxNode | null => (line.length > LENGTH_MAX ? null : (grammarAtHand("bash")?.parse(line)?.rootNode ?? null))

/** Longer lines are not told apart. Units: characters. */
const LENGTH_MAX = 100_000

const knownCommand = (words: readonly string[]): Found => ({
  type: "command",
  words: words.map((value) => ({ value, guess: value, known: true, single: true, operand: /^[^-]/.test(value) })),
  heredoc: false
})

/** `null` where a command is none of those that are what their words say. */
const factsOf = (found: readonly Found[]): LineFacts | null => {
  const asWritten = found.flatMap((each) => (each.type === "command" ? [each] : []))
  const commands = asWritten.map((each) => ({ ...each, words: behindTimeout(each.words) }))
  if (
    commands.length === 0
    || !commands.every(({ words, heredoc }) => isKnown(words) && !(heredoc && INTERPRETERS.test(words[0]?.value ?? "")))
  )
    return null
  const moves = commands.some(({ words }) => words[0]?.value === "cd")
  const facts = commands.map(({ words }) => commandFact(words, moves))
  const texts = facts.map(({ text }) => text)
  const inside = commands.flatMap(({ words }) => seenInside(words.map(({ guess }) => guess), parse))
  const seen = [...inside, ...asWritten.flatMap(textsAsWritten)].filter((text) => !texts.includes(text))
  return {
    commands: facts,
    seen: [...new Set(seen)],
    opened: found.flatMap((each) => (each.type === "opened" ? [each] : [])),
    moves,
    words: commands.map(({ words }) => words)
  }
}

/** With what stands before it, so that a rule that denies can speak of that. */
const textsAsWritten = ({ words, assigned = [] }: { readonly words: readonly Word[]; readonly assigned?: readonly string[] }): readonly string[] => {
  const text = textOf(words)
  return assigned.length === 0 ? [text] : [text, `${assigned.join(" ")} ${text}`]
}

/** Programs that run what they are handed. Shells are not among them: those are never told apart. */
const INTERPRETERS =
  /(^|\/)(python|node|deno|bun|tsx|ts-node|perl|ruby|php|lua|R|Rscript|julia|irb|ghci|tclsh|psql|mysql|mariadb|sqlite3?|bc|osascript|make|docker|podman|kubectl)[\d.]*$/

/** Whether it is clear which program runs, and that it runs no other. */
const isKnown = (words: readonly Word[]): boolean =>
  isPlain(words.map(({ guess }) => guess)) && words[0]?.value !== null && !mayEvaluate(words)

/** A word that turns out to be `-v` makes `test` evaluate the index in the next one, and `printf` set what it names. */
const mayEvaluate = ([name, ...args]: readonly Word[]): boolean => {
  if (name?.value === "printf") return args[0] !== undefined && isAnyOption(args[0])
  if (name?.value !== "test" && name?.value !== "[") return false
  return args.some((word, index) => isAnyOption(word) && (!word.single || mayHoldIndex(args[index + 1])))
}

const isAnyOption = ({ value, operand }: Word): boolean => value === null && !operand

const mayHoldIndex = (word: Word | undefined): boolean => word !== undefined && (word.value ?? "[").includes("[")

const commandFact = (words: readonly Word[], moves: boolean): CommandFact => {
  const text = textOf(words)
  const unknown = words.findIndex(({ value }) => value === null)
  const reads = readsOf(words) && !(moves && words[0]?.value === "git")
  return unknown < 0 ? { text, reads } : { text, sure: commandText(words.slice(0, unknown).map(({ guess }) => guess)), reads }
}

const textOf = (words: readonly Word[]): string =>
  words.map(({ value, guess, known }) => (value !== null || known === true ? commandText([value ?? guess]) : guess)).join(" ")

/** What is not known may be an option, unless it begins with something else; where it can be several words it stands for two. */
const readsOf = (words: readonly Word[]): boolean => {
  const guesses = words.map(({ guess }) => guess)
  if (words.every(({ value }) => value !== null)) return onlyReads(guesses)
  if (!words.every(({ value, operand }) => value !== null || operand)) return readsWhateverFollows(guesses[0] as string)
  return onlyReads(words.flatMap(({ guess, single }) => (single ? [guess] : [guess, guess])))
}
