import { fault, type Fault } from "../../support/mutated-module.ts"

const LINE = "effects/tools/shell/line.ts"
const TREE = "effects/tools/shell/tree.ts"
const WORD = "effects/tools/shell/word.ts"
const WORDS = "effects/tools/shell/words.ts"
const SEEN = "effects/tools/shell/seen.ts"
const FACTS = "effects/tools/shell/facts.ts"
const OPTIONS = "effects/tools/shell/options.ts"
const TRANSPARENT = "effects/tools/shell/transparent.ts"
const REDIRECTION = "effects/tools/shell/redirection.ts"

/** Faults in how shell lines are told apart. */
export const shellMutants: readonly Fault[] = [
  fault(
    "overlooks what substitutions run",
    TREE,
    'return [{ type: "command", words, heredoc, ...(assigned.length === 0 ? {} : { assigned }) }, ...others, ...found]',
    'return [{ type: "command", words, heredoc, ...(assigned.length === 0 ? {} : { assigned }) }, ...found]'
  ),
  fault("takes any assignment for a harmless one", TREE, "words.length === 0 && isHarmlessAssignment(part.text)", "words.length === 0"),
  fault("believes a tree with errors", TREE, "root.hasError || !isBlank(text.slice(0, root.startIndex))", "!isBlank(text.slice(0, root.startIndex))"),
  fault("takes a write for a read", REDIRECTION, "[\">>\", \"write\"]", "[\">>\", \"read\"]"),
  fault("takes every name below /dev for nowhere", REDIRECTION, "const NOWHERE = /^\\/dev\\/(null|zero|stdin|stdout|stderr|fd\\/\\d+)$/", "const NOWHERE = /^\\/dev\\//"),
  fault("takes words that are not known for what they look like", WORD, "value: open ? null : value,", "value,"),
  fault(
    "does not see that a word may be an option",
    LINE,
    "if (!words.every(({ value, operand }) => value !== null || operand)) return",
    "if (false) return"
  ),
  fault("lets an interpreter be handed a text", LINE, '!(heredoc && INTERPRETERS.test(words[0]?.value ?? ""))', "true"),
  fault(
    "forgets that a cd changes what a file is",
    FACTS,
    'if (moves && opened.some(({ path }) => !path.startsWith("/"))) return null',
    ""
  ),
  fault(
    "takes commands that run others for plain ones",
    WORDS,
    "return !WRAPPERS.has(name) && (!SHELL_WORDS.has(name) || onlyEnds(words))",
    "return !SHELL_WORDS.has(name) || onlyEnds(words)"
  ),
  fault(
    "takes words of the shell for commands",
    WORDS,
    "return !WRAPPERS.has(name) && (!SHELL_WORDS.has(name) || onlyEnds(words))",
    "return !WRAPPERS.has(name)"
  ),
  fault("does not put the words of a command in quotes", WORDS, "PLAIN_WORD.test(word) && !expandsTilde(word) ? word :", "true ? word :"),
  fault(
    "does not look into what others run",
    SEEN,
    "return distinct(commands.flatMap((words) => [commandText(words), ...seenInside(words, parse, depth)]))",
    "return distinct(commands.map((words) => commandText(words)))"
  ),
  fault("does not see commands in a part that does not parse", SEEN, "...lost.flatMap(wordsLost)]", "]"),
  fault("counts options before a subcommand for the command", OPTIONS, "  if (values === undefined) return null\n", "  return null\n"),
  fault("lets git run what a setting names", OPTIONS, "  settingsGiven(args).length > 0 || leading", "  leading"),
  fault("lets git run what a subcommand is told", OPTIONS, " || linesOfSubcommand(args).length > 0", ""),
  fault("takes any value of a harmless variable", TRANSPARENT, "names.test(name) && values.test(value)", "names.test(name)"),
  fault(
    "takes what stands before the time for nothing",
    TRANSPARENT,
    "return DURATION.test(duration) && /^[^-]/.test(program) ? words.slice(index + 1) : words",
    "return words.slice(index + 1)"
  )
]
