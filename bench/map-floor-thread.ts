import { readFileSync } from "node:fs"
import { parentPort, workerData } from "node:worker_threads"
import { loadGrammar } from "../src/effects/os/grammar.ts"
import type { Language } from "../src/effects/repo/symbols.ts"
import { TONGUES } from "../src/effects/repo/tongues.ts"

/** A thread that has the texts and the grammars at hand, and when it is told only parses and looks for the patterns. */
export interface FloorWork {
  readonly files: readonly { readonly file: string; readonly language: Language }[]
}

const { files } = workerData as FloorWork

const languages = [...new Set(files.map(({ language }) => language))]
const grammars = new Map(await Promise.all(languages.map(async (language) => [language, await loadGrammar(language)] as const)))
const queries = new Map([...grammars].map(([language, grammar]) => [language, grammar.query(TONGUES[language].patterns)]))
const texts = files.map(({ file, language }) => ({ language, text: readFileSync(file, "utf8") }))

parentPort?.on("message", () => {
  let matches = 0
  for (const { language, text } of texts) {
    const tree = grammars.get(language)?.parse(text)
    if (tree === null || tree === undefined) continue
    matches += queries.get(language)?.matches(tree.rootNode).length ?? 0
    tree.delete()
  }
  parentPort?.postMessage(matches)
})
parentPort?.postMessage("ready")
