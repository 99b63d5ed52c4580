import { loadGrammar, type Grammar, type SyntaxQuery } from "../os/grammar.ts"
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
  return (text, patienceMs) => read(text, grammar, query, tongue, performance.now() + patienceMs)
}

const read = (text: string, grammar: Grammar, query: SyntaxQuery, tongue: Tongue, untilMs: number): Said => {
  const isLate = (): boolean => performance.now() > untilMs
  const tree = grammar.parse(text, null, { progressCallback: isLate })
  if (tree === null) {
    grammar.reset()
    throw new Error(TOO_LONG)
  }
  try {
    const said = extract(text, tree.rootNode, query, tongue, isLate)
    if (isLate()) throw new Error(TOO_LONG)
    return said
  } finally {
    tree.delete()
  }
}
const TOO_LONG = "reading it takes too long"
