/** One thing that is looked for: words that stand one after the other, the last of which may be only a beginning. */
export interface Term {
  readonly words: readonly string[]
  readonly isPrefix: boolean
}

/** What a person or a model typed, as terms that all have to be there. In double quotes: these very words in this order. Anything may stand in it. */
export const termsOf = (text: string): readonly Term[] =>
  [...text.toWellFormed().matchAll(/"([^"]*)"?|[^\s"]+/g)].flatMap(([whole, quoted]) => {
    const words = wordsOf(quoted ?? whole)
    return words.length === 0 ? [] : [{ words, isPrefix: quoted === undefined }]
  })

/** As the index parts text: letters and digits make words, all else parts them. */
const wordsOf = (text: string): readonly string[] => text.normalize("NFC").match(/[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{Mn}]*/gu) ?? []

/** The terms in the language of SQLite's index. A word in its quotes means nothing but itself. */
export const matchOf = (terms: readonly Term[]): string =>
  terms.map(({ words, isPrefix }) => `"${words.join(" ")}"${isPrefix ? " *" : ""}`).join(" AND ")

/** Whether a text has the term: case and accents do not count. */
export const hasTerm = (text: string, { words, isPrefix }: Term): boolean => {
  const there = wordsOf(text).map(folded)
  const wanted = words.map(folded)
  const last = wanted.length - 1
  return there.some((_, at) =>
    wanted.every((word, place) => {
      const found = there[at + place]
      return found !== undefined && (isPrefix && place === last ? found.startsWith(word) : found === word)
    })
  )
}

const folded = (word: string): string => word.normalize("NFD").replaceAll(/\p{Mn}/gu, "").toLowerCase()
