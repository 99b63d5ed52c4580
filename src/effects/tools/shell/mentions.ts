import { plainly } from "./glob.ts"

/*
 * Which words of a command may name files that it opens, and what it may do with them. Too many words rather than too few: a word
 * that names no file costs nothing.
 */

/** Words of one command that may name files. */
export interface Mention {
  /** Patterns, as a shell would expand them. */
  readonly pattern: string
  readonly access: "read" | "write"
  readonly unsure: boolean
  /** Where it names a folder, all that is in it. */
  readonly within: boolean
  /** Only a piece of a word, which is taken for a path wherever it could be one. */
  readonly piece: boolean
}

/** The words of a command that it may open; `reads`: it is known to only read. `words` are patterns. */
export const mentionsOf = ([word = "", ...args]: readonly string[], reads: boolean, piped: boolean): readonly Mention[] => {
  const name = plainly(word)
  const program = name.slice(name.lastIndexOf("/") + 1)
  if (SILENT.has(program) || (reads && NAMING.has(program))) return []
  const within = goesInto(program, args)
  const operands = filesAmong(program, args)
  const [before, last] = [accessOf(program, args, reads, false), accessOf(program, args, reads, true)]
  const mentions = operands.flatMap((word, index) => {
    const how = { within, ...(index === operands.length - 1 ? last : before) }
    return piecesOf(word).map((pattern, piece): Mention => ({ pattern, piece: piece > 0 || word.startsWith("-"), ...how }))
  })
  const alone = within && !piped && SEARCHES.test(program) && !operands.slice(1).some((word) => !word.startsWith("-"))
  return alone ? [...mentions, { pattern: ".", access: "read", unsure: false, within, piece: true }] : mentions
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** These open nothing that they are told. */
const SILENT = set(
  "echo printf true false : cd pwd basename dirname test [ type which whoami id groups uname nproc arch printenv seq sleep exit break continue return set kill command hash"
)

/** These tell that a file is there, not what is in it. */
const NAMING = set("ls stat du df realpath readlink find tree file")

/** The first of their operands is a text to look for, or a program, unless an option gives it. */
const TEXT_FIRST = set("grep egrep fgrep rg ag ack sed awk gawk mawk jq yq")
const GIVES_TEXT = /^(-[A-Za-z]*[ef]|--(re|ex|fi|fr))/
const SEARCHES = /^([ef]?grep|rg|ag|ack)$/

const filesAmong = (program: string, args: readonly string[]): readonly string[] => {
  if (!TEXT_FIRST.has(program) || args.some((word) => GIVES_TEXT.test(word))) return args
  const first = args.findIndex((word) => !word.startsWith("-"))
  return first < 0 ? args : args.toSpliced(first, 1)
}

/** Programs that go into folders, by the options that make them. */
const INTO: readonly (readonly [programs: RegExp, options: RegExp])[] = [
  [
    /^([ef]?grep|diff|cp|rm|chmod|chown|chgrp|scp|ls|zip)$/,
    /^(-[A-Za-z0-9]*[rRa]|--(recursive|dereference-recursive|archive)$|--directories=recurse$)/
  ],
  [/^(rg|ag|ack|tar|bsdtar|rsync|mv|7z|7za|cpio|pax|shred)$/, /^/]
]
const goesInto = (program: string, args: readonly string[]): boolean =>
  INTO.some(([programs, options]) => programs.test(program) && (args.some((word) => options.test(word)) || options.test("")))

/** What these are told they write, all of it; those that copy, the last. */
const WRITING = /^(rm|rmdir|unlink|mv|tee|touch|truncate|shred|chmod|chown|chgrp|mkdir)$/
const COPYING = /^(cp|install|ln|link)$/

const accessOf = (program: string, args: readonly string[], reads: boolean, last: boolean): Pick<Mention, "access" | "unsure"> => {
  if (reads) return { access: "read", unsure: false }
  const inPlace = program === "sed" && args.some((word) => /^(-[A-Za-z]*i|--in-place)/.test(word))
  if (WRITING.test(program) || inPlace) return { access: "write", unsure: false }
  const told = args.some((word) => /^(-[A-Za-z]*t|--target-directory)/.test(word))
  if (!COPYING.test(program) || told) return { access: "read", unsure: !READING.has(program) }
  return { access: last ? "write" : "read", unsure: false }
}

/** They only read what they are told, though an option lets them write something else. */
const READING = set("sort diff grep egrep fgrep rg cat head tail less more wc sed awk base64 date tree file ps od xxd")

/** The word, and what stands in it behind or before a sign that joins: `if=x`, `-d@x`, `HEAD:x`, `--file=x`, `-fx`. */
const piecesOf = (word: string): readonly string[] => {
  if (/^[a-z][a-z0-9+.-]*:\/\//.test(word) && !word.startsWith("file:")) return []
  const joined = /^-[A-Za-z0-9]./.test(word) ? [word.slice(2)] : []
  const value = word.replace(/^[\w-]*=/, "")
  const pieces = [value, ...value.split(/[:@]/), ...(/(?<!\\)\{/.test(value) ? [] : value.split(/[=:@,;]/))]
  const whole = word.startsWith("-") ? [] : [word]
  return [...new Set([...whole, ...joined, ...pieces])].filter((piece) => piece !== "" && !(word.startsWith("-") && piece === word))
}
