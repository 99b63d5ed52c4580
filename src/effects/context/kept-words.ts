/*
 * What a person or a model looks for, as SQLite's full-text search takes it. Whatever is written there is words, never syntax:
 * each stands in quotes. Source: sqlite.org/fts5.html, full-text query syntax.
 */

/** More words than these make a search no sharper. */
const WORDS_MAX = 64

/** The words in which there is something that the index knows: letters or digits. */
export const wordsOf = (text: string): readonly string[] =>
  [...new Set(text.toWellFormed().replaceAll("\0", " ").split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)))].slice(0, WORDS_MAX)

/** All of them in one message, from three letters on also as beginnings of longer words; as they stand, one after the other, they weigh most. */
export const allOf = (words: readonly string[]): string => {
  const all = words.map(beginning).join(" AND ")
  return words.length < 2 ? all : `${quoted(words.join(" "))} OR (${all})`
}

/** At least one of them. */
export const anyOf = (words: readonly string[]): string => words.map(beginning).join(" OR ")

/** Of one or two letters nearly every text has a word. */
const beginning = (word: string): string => (word.length < 3 ? quoted(word) : `${quoted(word)}*`)

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** What a text holds anywhere, as `LIKE … ESCAPE '\\'` takes it. */
export const anywhere = (text: string): string => `%${text.toWellFormed().replaceAll(/[\\%_]/g, "\\$&")}%`
