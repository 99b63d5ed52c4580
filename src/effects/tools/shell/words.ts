import { runsOthers } from "./wrappers.ts"

/**
 * The words of the simple commands of a plain shell line, `null` where it is none. Deliberately narrow: plain words and quotes in which
 * nothing is expanded, joined by `&&`, `||`, `;` and `|`. Whatever a shell could read in another way is left to the grammar.
 *
 * `plainCommands("cd src && ls -l | head")  // => [["cd", "src"], ["ls", "-l"], ["head"]]`
 */
export const plainCommands = (line: string): readonly (readonly string[])[] | null => {
  const commands = FORBIDDEN.test(line) ? null : split(line)
  return commands?.every(isPlain) === true ? commands : null
}

/** The words of a command as `commandText` gives it; `null` where parts of it stood for something that is not known. */
export const wordsOf = (text: string): readonly string[] | null =>
  tokenize(text)?.map(({ raw, type, word }) => (type === "word" ? word : raw)) ?? null

/**
 * The folder of a plain line that goes there first, and does the rest only if it came there; `null` of any other.
 * `beginsInFolder("cd src && ls")  // => "src"`
 */
export const beginsInFolder = (line: string): string | null => {
  if (plainCommands(line) === null) return null
  const [cd, folder, joint] = tokenize(line) ?? []
  return cd?.word === "cd" && folder?.type === "word" && !folder.word.startsWith("-") && joint?.raw === "&&" ? folder.word : null
}

/** Control characters (a newline too), characters that are not seen or turn the text round, and halves of characters. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/** Words joined by single blanks; one that is more than plain characters stands in quotes, so that two commands never read the same. */
export const commandText = (words: readonly string[]): string =>
  words.map((word) => (PLAIN_WORD.test(word) && !expandsTilde(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ")

/** A bracket by itself names a command, or ends it, and is read as it stands. */
const PLAIN_WORD = /^(?:[\p{L}\p{M}\p{N}_./:=@%+,~^-]+|[[\]])$/u

/** Anything between blanks that a shell takes as it stands. `~` and `=` mean more in some places, which `isPlain` sees to. */
const PIECE = /^(?:[\p{L}\p{M}\p{N}_./:=@%+,~^-]+|'[^']*'|"[^"$`\\!]*")/u
const JOINT = /^(?:&&|\|\||;|\|)(?![&|;])/

interface Token {
  readonly type: "word" | "joint"
  /** As it stands in the line. */
  readonly raw: string
  /** Without its quotes. */
  readonly word: string
}

const split = (line: string): readonly (readonly string[])[] | null => {
  const tokens = tokenize(line)
  if (tokens === null) return null
  const commands: string[][] = [[]]
  for (const token of tokens) {
    if (token.type === "word") (commands.at(-1) as string[]).push(token.word)
    else commands.push([])
  }
  const last = tokens.at(-1)
  if (last?.type === "joint" && last.raw === ";") commands.pop()
  return commands.length === 0 || commands.some((words) => words.length === 0) ? null : commands
}

const tokenize = (line: string): readonly Token[] | null => {
  const tokens: Token[] = []
  for (let rest = withoutBlanks(line); rest !== ""; ) {
    const joint = JOINT.exec(rest)?.[0]
    const token: Token | null = joint === undefined ? wordAt(rest) : { type: "joint", raw: joint, word: "" }
    if (token === null) return null
    tokens.push(token)
    const behind = rest.slice(token.raw.length)
    if (token.type === "word" && behind !== "" && !/^[ ;&|]/.test(behind)) return null
    rest = withoutBlanks(behind)
  }
  return tokens
}

/** Only blanks: what else Unicode counts as white space is a character like any other to a shell. */
const withoutBlanks = (text: string): string => text.replace(/^ +/, "")

/** Pieces that stand together are one word: `a"b c"'d'` is `ab cd`. */
const wordAt = (text: string): Token | null => {
  let raw = ""
  let word = ""
  for (let piece = PIECE.exec(text)?.[0]; piece !== undefined; piece = PIECE.exec(text.slice(raw.length))?.[0]) {
    if (!/^['"]/.test(piece) && expandsTilde(word === "" ? piece : `x${piece}`)) return null
    raw += piece
    word += /^['"]/.test(piece) ? piece.slice(1, -1) : piece
  }
  return raw === "" ? null : { type: "word", word, raw }
}

/** A tilde at the beginning, or behind `=` or `:`, is somebody's home. */
const expandsTilde = (piece: string): boolean => /(^|[=:])~/.test(piece)

/** Whether a command is what its first word says: no assignment before it, no word of the shell's own, nothing that runs others. */
export const isPlain = (words: readonly string[]): boolean => {
  const [word = ""] = words
  const name = word.slice(word.lastIndexOf("/") + 1)
  if (word === "" || word.includes("=") || word.startsWith("-") || runsOthers(words)) return false
  return !WRAPPERS.has(name) && (!SHELL_WORDS.has(name) || onlyEnds(words))
}

/** What ends a loop or the line, and what makes a script stricter. */
const onlyEnds = (words: readonly string[]): boolean =>
  /^((exit|return|break|continue)( \d+)?|set -[eux]+( -o pipefail)?|set -[eux]*o pipefail)$/.test(words.join(" "))

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** What the shell itself understands, so that the words behind it are no arguments, or that changes how the next ones are read. */
const SHELL_WORDS = words(
  "if then else elif fi for while until do done case esac in function select time coproc eval exec command builtin . source " +
    "trap alias unalias set unset shopt export readonly declare typeset local read mapfile readarray getopts hash enable bind " +
    "let wait jobs fg bg disown suspend fc history complete compgen compopt caller ulimit umask return break continue shift exit pushd popd dirs logout"
)

/** What runs the words behind it, or its input, as a command. */
const WRAPPERS = words(
  "env sudo doas su runuser pkexec sh bash rbash dash ash zsh ksh mksh fish csh tcsh pwsh busybox toybox xargs parallel nohup nice ionice " +
    "chrt taskset numactl prlimit setsid timeout stdbuf unbuffer script expect watch entr strace ltrace gdb valgrind perf unshare nsenter chroot " +
    "setpriv capsh systemd-run systemd-nspawn bwrap firejail fakeroot proot faketime flock run-parts screen tmux at batch crontab ssh start-stop-daemon " +
    "daemonize dbus-run-session dbus-launch xvfb-run direnv rlwrap socat chronic ifne eatmydata tini dumb-init gosu su-exec setarch linux32 linux64 runcon aa-exec ld.so ld-linux-x86-64.so.2 ld-linux-aarch64.so.1"
)
