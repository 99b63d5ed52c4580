import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { openVocabulary, packVocabulary, type Vocabulary } from "./byte-pairs.ts"

/** How a family of models cuts text into tokens: what is cut apart first, and what is joined within each piece. */
export interface Encoding {
  readonly pieces: RegExp
  readonly vocabulary: Vocabulary
}

/** Those that are public; the package carries them as programs of megabytes, the build as blocks that are read as they lie. */
export const ENCODINGS = {
  claude: { file: "claude.tokens", source: "ai-tokenizer/encoding/claude" },
  o200k: { file: "o200k.tokens", source: "ai-tokenizer/encoding/o200k_base" }
} as const
export type EncodingName = keyof typeof ENCODINGS

/** Where the build puts these files. */
const FOLDER = "encodings"

const END = "'s|'t|'re|'ve|'m|'ll|'d"
const END_OF_ANY_CASE = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?"
const UPPER = "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}"
const LOWER = "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}"
const BEFORE_WORD = "[^\\r\\n\\p{L}\\p{N}]?"

/** What is never joined over. A test holds them to the package's own. */
export const PIECES: Readonly<Record<EncodingName, string>> = {
  claude: `${END}| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+`,
  o200k: [
    `${BEFORE_WORD}[${UPPER}]*[${LOWER}]+${END_OF_ANY_CASE}`,
    `${BEFORE_WORD}[${UPPER}]+[${LOWER}]*${END_OF_ANY_CASE}`,
    "\\p{N}{1,3}",
    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
    "\\s*[\\r\\n]+",
    "\\s+(?!\\S)",
    "\\s+"
  ].join("|")
}

const loadedByName = new Map<EncodingName, Encoding | null>()

/** Loaded with the first text that is counted, once in a process. `null`: the installation lost its file. */
export const encodingOf = (name: EncodingName): Encoding | null => {
  const loaded = loadedByName.get(name)
  if (loaded !== undefined) return loaded
  const vocabulary = builtVocabulary(name) ?? packagedVocabulary(name)
  const encoding = vocabulary === null ? null : { pieces: new RegExp(PIECES[name], "gu"), vocabulary }
  loadedByName.set(name, encoding)
  return encoding
}

/** Beside the bundle; of the sources, in what was built of them. */
const builtVocabulary = (name: EncodingName): Vocabulary | null => {
  for (const folder of [`./${FOLDER}/`, `../../../dist/${FOLDER}/`]) {
    try {
      return openVocabulary(readFileSync(new URL(`${folder}${ENCODINGS[name].file}`, import.meta.url)))
    } catch {
      // Not there is what the next place is for.
    }
  }
  return null
}

/** Only where Loom is built, or runs from its sources and was not built, is the package there. */
const packagedVocabulary = (name: EncodingName): Vocabulary | null => {
  try {
    return openVocabulary(packedEncoding(name))
  } catch {
    return null
  }
}

/** What the build writes into that folder. */
export const encodingFiles = (): Readonly<Record<string, Uint8Array>> =>
  Object.fromEntries(Object.entries(ENCODINGS).map(([name, { file }]) => [`${FOLDER}/${file}`, packedEncoding(name as EncodingName)]))

/** As the package gives a vocabulary: tokens that are text, and those that are not. */
interface Packaged {
  readonly stringEncoder: Readonly<Record<string, number>>
  readonly binaryEncoder: readonly (readonly [Uint8Array, number])[]
}

const packedEncoding = (name: EncodingName): Uint8Array => {
  const { stringEncoder, binaryEncoder } = createRequire(import.meta.url)(ENCODINGS[name].source) as Packaged
  const texts = Object.entries(stringEncoder).map(([text, rank]) => [Buffer.from(text, "utf8"), rank] as const)
  return packVocabulary([...texts, ...binaryEncoder].sort(([, one], [, other]) => one - other).map(([bytes]) => bytes))
}
