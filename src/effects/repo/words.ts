/** The words a text is made of, for comparing what a person wrote with what stands in code. */

/** Says nothing of which files are meant, however rare it is in them. */
const EMPTY_WORDS: ReadonlySet<string> = new Set(
  `a about after all also an and any are as at be been before but by can could did do does doing done each else even for from had has have how i if in into is it its just
  let like make me more my no not now of off on one only or other our out over own please should so some such than that the their them then there these they this those to too
  under up us use used using very was we were what when where which while who why will with without would you your
  add added adds allow bug change changed changes chore commit correct ensure feat feature fix fixed fixes fixing implement improve introduce issue minor new pr refactor remove removed
  support update updated updates`.split(/\s+/)
)

/** Units: UTF-16 code units. One of one letter is in every line. */
const WORD_LENGTH_MIN = 2
const WORD_LENGTH_MAX = 40

/** What people and programs write as one name: letters of any script, digits and underscores. */
const NAME = /[\p{L}\p{N}_$]+/gu

/** `partsOf("parseHTTPRequest_v2")  // => ["parse", "http", "request", "v2"]` */
export const partsOf = (name: string): readonly string[] =>
  (CAMEL.test(name) ? name.split(BEFORE_CAPITAL).map((part) => part.toLowerCase()) : pieces(name)).filter(isWord)

/** Most names are of this form, and taken apart more quickly. */
const CAMEL = /^[A-Z]?[a-z0-9]+(?:[A-Z][a-z0-9]+)*$/
const BEFORE_CAPITAL = /(?=[A-Z])/

const pieces = (name: string): readonly string[] =>
  name
    .replace(/(\p{Lu}{2})s(?!\p{Ll})/gu, "$1 ")
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)

const isWord = (part: string): boolean => part.length >= WORD_LENGTH_MIN && part.length <= WORD_LENGTH_MAX

/** The stems of a text, in its order, those that say nothing left out: `stemsOf("fix the routers' parsing")  // => ["rout", "pars"]` */
export const stemsOf = (text: string): readonly string[] =>
  namesIn(text).flatMap(partsOf).flatMap((part) => (EMPTY_WORDS.has(part) || /^\d+$/.test(part) ? [] : [stemOf(part)]))

export const namesIn = (text: string): readonly string[] => text.match(NAME) ?? []

/** A light stem, so that one word in its usual forms is one: `stemOf("routers")  // => "rout"`. What it gives is no word, and need not be. */
export const stemOf = (word: string): string => withoutEnding(singular(word))

const singular = (word: string): string => {
  if (word.length <= 3 || !word.endsWith("s") || word.endsWith("ss") || word.endsWith("us") || word.endsWith("is")) return word
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`
  return /(x|ch|sh|ss|z)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1)
}

/** The longest first. What is left keeps at least three letters, so that `ring` stays one. */
const ENDINGS = ["ation", "ition", "ings", "tion", "ing", "ers", "ed", "er", "or", "e"]
const STEM_LENGTH_MIN = 3

const withoutEnding = (word: string): string => {
  const ending = ENDINGS.find((one) => word.endsWith(one) && word.length - one.length >= STEM_LENGTH_MIN)
  if (ending === undefined) return word
  const stem = word.slice(0, -ending.length)
  return /([bdgklmnprt])\1$/.test(stem) && stem.length > STEM_LENGTH_MIN ? stem.slice(0, -1) : stem
}
