import { loadGrammar, type Grammar, type SyntaxQuery } from "../os/grammar.ts"
import { capturesOf, type Captures } from "./captures.ts"
import { extract, type Said } from "./extract.ts"
import type { Language } from "./symbols.ts"
import { TONGUES } from "./tongues.ts"
import type { Tongue } from "./tongue.ts"

/** Reads texts of one language. Errors: throws where it takes longer than it may. */
export type Reader = (text: string, patienceMs: number) => Said

/** The reader of a language, made once in a process. Errors: rejects where the grammar cannot be loaded or does not know its patterns. */
export const readerOf = (language: Language): Promise<Reader> => {
  const before = readers.get(language)
  if (before !== undefined) return before
  const begun = makeReader(language)
  readers.set(language, begun)
  return begun
}
const readers = new Map<Language, Promise<Reader>>()

const makeReader = async (language: Language): Promise<Reader> => {
  const tongue = TONGUES[language]
  if (tongue === undefined) throw new Error(`nothing says how ${language} is read`)
  const grammar = await loadGrammar(language)
  const query = grammar.query(tongue.patterns)
  const captures = capturesOf(query)
  return (text, patienceMs) => read(text, { grammar, query, captures, tongue }, performance.now() + patienceMs)
}

interface How {
  readonly grammar: Grammar
  readonly query: SyntaxQuery
  readonly captures: Captures
  readonly tongue: Tongue
}

const read = (text: string, { grammar, query, captures, tongue }: How, untilMs: number): Said => {
  const isLate = (): boolean => performance.now() > untilMs
  const tree = grammar.parse(text, null, { progressCallback: isLate })
  if (tree === null) {
    grammar.reset()
    throw new Error(TOO_LONG)
  }
  try {
    const said = extract(text, query.find(tree, text, isLate), captures, tongue)
    if (isLate()) throw new Error(TOO_LONG)
    return said
  } finally {
    tree.delete()
  }
}
const TOO_LONG = "reading it takes too long"
