import type { SyntaxNode } from "../../os/grammar.ts"

/** One word of a command, as a shell reads it. */
export interface Word {
  /** What the command gets; `null` where that is known only when it runs. */
  readonly value: string | null
  /** As far as it can be told: the value, else the text with quotes gone where nothing else is unknown, else the text as it stands. */
  readonly guess: string
  /** The guess is all of the word, though not every shell reads it so. */
  readonly known?: boolean
  /** Exactly one word, whatever it holds. */
  readonly single: boolean
  /** It cannot be read as an option: its first character is known, and `-` is not it, in each word that comes of it. */
  readonly operand: boolean
}

/** The substitutions inside a word, by the index where they begin: what is in them is told apart on its own. */
export type Substitutions = ReadonlyMap<number, SyntaxNode>

/**
 * Reads the word that stands at `from` up to `to`, letter by letter: the tree says where it begins and ends, and what the
 * substitutions in it are; all else is found again here. `null` where this is no word, or something in it could mean more.
 */
export const readWord = (text: string, from: number, to: number, substitutions: Substitutions): Word | null => {
  const reading: Reading = { text, to, substitutions, at: from, value: "", open: false, known: true, splits: false, unquoted: "" }
  if (text[from] === "#") return null
  while (reading.at < to) if (!readPiece(reading)) return null
  return reading.at === to ? wordOf(reading, text.slice(from, to)) : null
}

interface Reading {
  readonly text: string
  readonly to: number
  readonly substitutions: Substitutions
  at: number
  value: string
  /** Something in it is known only when it runs. */
  open: boolean
  /** `value` is all of it, though another shell could read it otherwise. */
  known: boolean
  /** It can become several words, or none. */
  splits: boolean
  /** The characters that stand outside quotes, with a space for each piece that does not. */
  unquoted: string
}

const wordOf = (reading: Reading, raw: string): Word => {
  const { value, unquoted } = reading
  const tilde = /(^|[=:])~/.test(unquoted)
  const braces = /\{.*(,|\.\.).*\}/s.test(unquoted)
  const glob = /[*?[]/.test(unquoted)
  const open = reading.open || tilde || braces || glob
  const known = reading.known && !tilde && !braces && !glob
  return {
    value: open ? null : value,
    guess: known ? value : raw,
    known,
    single: !reading.splits && !glob && !braces,
    operand: !reading.splits && /^[^-]/.test(value) && !/^[~{*?[]/.test(unquoted) && !/^\0/.test(value) && !tilde
  }
}

/** What is not known stands as NUL in the value. */
const UNKNOWN = "\0"

const readPiece = (reading: Reading): boolean => {
  const character = reading.text.charAt(reading.at)
  switch (character) {
    case "\\":
      return readEscape(reading)
    case "'":
      return readQuoted(reading)
    case '"':
      return readDoubleQuoted(reading)
    case "$":
      return readDollar(reading, false)
    case "`":
      return readSubstitution(reading, false)
    case "<":
    case ">":
      return readSubstitution(reading, true)
  }
  if (/[\s;&|()]/.test(character)) return false
  return take(reading, character, character, 1)
}

const take = (reading: Reading, value: string, unquoted: string, length: number): true => {
  reading.value += value
  reading.unquoted += unquoted
  reading.at += length
  return true
}

const readEscape = (reading: Reading): boolean => {
  const next = reading.text.charAt(reading.at + 1)
  // At the end of a line it joins two lines; at the end of the text nobody knows.
  return next !== "\n" && reading.at + 1 < reading.to && take(reading, next, " ", 2)
}

const readQuoted = (reading: Reading): boolean => {
  const end = reading.text.indexOf("'", reading.at + 1)
  return end >= 0 && end < reading.to && take(reading, reading.text.slice(reading.at + 1, end), " ", end + 1 - reading.at)
}

const readDoubleQuoted = (reading: Reading): boolean => {
  take(reading, "", " ", 1)
  while (reading.at < reading.to) {
    const character = reading.text.charAt(reading.at)
    if (character === '"') return take(reading, "", "", 1)
    if (!readInside(reading, character)) return false
  }
  return false
}

const readInside = (reading: Reading, character: string): boolean => {
  if (character === "$") return readDollar(reading, true)
  if (character === "`") return readSubstitution(reading, true)
  if (character !== "\\") return take(reading, character, "", 1)
  const next = reading.text.charAt(reading.at + 1)
  if (next === "\n") return take(reading, "", "", 2)
  return /[$`"\\]/.test(next) ? take(reading, next, "", 2) : take(reading, "\\", "", 1)
}

/** Only forms whose value cannot run anything, nor set anything. */
const PARAMETER = /^\$(?:[A-Za-z_]\w*|[0-9@*#?$!-]|\{(?:#?[A-Za-z_]\w*|[0-9@*#?$!-]|[A-Za-z_]\w*(?::?[-+]|%%?|##?)[\w./,*?+=@% -]*)\})/

const readDollar = (reading: Reading, quoted: boolean): boolean => {
  const rest = reading.text.slice(reading.at, reading.to)
  if (reading.substitutions.has(reading.at)) return readSubstitution(reading, quoted)
  const parameter = PARAMETER.exec(rest)?.[0]
  if (parameter !== undefined) return skip(reading, parameter.length, quoted && !/@/.test(parameter))
  if (quoted) return !/^\$[({[]/.test(rest) && take(reading, "$", "", 1)
  if (rest.startsWith("$'")) return readAnsiQuoted(reading)
  if (rest.startsWith('$"')) {
    // A translation in one shell, a dollar sign in another.
    reading.open = true
    return take(reading, "", "", 1)
  }
  return false
}

const skip = (reading: Reading, length: number, single: boolean): true => {
  reading.open = true
  reading.known = false
  reading.splits ||= !single
  return take(reading, UNKNOWN, " ", length)
}

/** What a substitution gives; what it runs is found elsewhere. Between backquotes a backslash means something else. */
const readSubstitution = (reading: Reading, single: boolean): boolean => {
  const node = reading.substitutions.get(reading.at)
  if (node === undefined || node.endIndex > reading.to) return false
  if (node.text.startsWith("`") && node.text.includes("\\")) return false
  return skip(reading, node.endIndex - reading.at, single)
}

const ANSI_QUOTED = /^\$'((?:[^'\\]|\\[\s\S])*)'/

/** One shell reads the escapes, another takes the dollar sign as it stands: what bash would read is the guess. */
const readAnsiQuoted = (reading: Reading): boolean => {
  const match = ANSI_QUOTED.exec(reading.text.slice(reading.at, reading.to))
  if (match === null) return false
  reading.open = true
  return take(reading, withoutEscapes(match[1] as string), " ", match[0].length)
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", e: "\x1b", E: "\x1b", f: "\f", v: "\v" }

const withoutEscapes = (text: string): string =>
  text.replaceAll(/\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,6})|([0-7]{1,3})|([\s\S]))/g, (_, hex, short, long, octal, other) => {
    if (other !== undefined) return ESCAPES[other] ?? other
    const code = octal === undefined ? Number.parseInt(hex ?? short ?? long, 16) : Number.parseInt(octal, 8) & 0xff
    return code > 0x10ffff ? "" : String.fromCodePoint(code)
  })
