import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { setFlagsFromString } from "node:v8"
import type { Node, Parser, Query, Tree } from "web-tree-sitter"
import { findAll, type Engine, type Finds, type Query as FoundBy, type Tree as FoundIn } from "./finds.ts"
import { mended } from "./grammar-mends.ts"

/** A place in a parsed text and what stands there. */
export type SyntaxNode = Node

/** What reads texts of one language. */
export interface Grammar extends Pick<Parser, "parse" | "reset"> {
  /** Patterns that are looked for in a tree. Errors: throws where the grammar knows no such nodes. */
  readonly query: (patterns: string) => SyntaxQuery
}

/** Patterns of one language, ready to be looked for. */
export interface SyntaxQuery extends Pick<Query, "matches" | "captureNames"> {
  /** The same as `matches`, as numbers; `text` is what the tree was read from. */
  readonly find: (tree: Tree, text: string, isLate: () => boolean) => Finds
  /** The source of each pattern, by its number. */
  readonly sources: readonly string[]
}

/** A grammar's file, and where it is taken from. */
interface GrammarFile {
  readonly file: string
  readonly source: string
}

const vscode = <Name extends string>(name: Name) =>
  ({ file: `tree-sitter-${name}.wasm`, source: `@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm` }) as const
const repomix = <Name extends string>(name: Name) =>
  ({ file: `tree-sitter-${name}.wasm`, source: `@repomix/tree-sitter-wasms/out/tree-sitter-${name}.wasm` }) as const
const own = <Name extends string, From extends string>(name: Name, from: From) =>
  ({ file: `tree-sitter-${name}.wasm`, source: `${from}/tree-sitter-${name}.wasm` }) as const

/** A language is the file of its grammar, beside the bundle or in the package that it was taken from. */
export const GRAMMARS = {
  bash: vscode("bash"),
  c: repomix("c"),
  cpp: vscode("cpp"),
  csharp: vscode("c-sharp"),
  dart: repomix("dart"),
  elixir: own("elixir", "tree-sitter-elixir"),
  go: vscode("go"),
  java: vscode("java"),
  javascript: vscode("javascript"),
  kotlin: own("kotlin", "@tree-sitter-grammars/tree-sitter-kotlin"),
  lua: own("lua", "@tree-sitter-grammars/tree-sitter-lua"),
  php: vscode("php"),
  python: vscode("python"),
  ruby: vscode("ruby"),
  rust: vscode("rust"),
  scala: own("scala", "tree-sitter-scala"),
  swift: repomix("swift"),
  tsx: vscode("tsx"),
  typescript: vscode("typescript")
} as const satisfies Readonly<Record<string, GrammarFile>>
export type Language = keyof typeof GRAMMARS

/** The parser itself, which is the same for every language. */
const ENGINE = { file: "web-tree-sitter.wasm", source: "web-tree-sitter/web-tree-sitter.wasm" } as const

/** Where the build puts these files. */
const FOLDER = "grammars"

/** What the build copies into that folder, from where. */
export const grammarFiles = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [ENGINE, ...Object.values(GRAMMARS)].map(({ file, source }) => [`${FOLDER}/${file}`, fileURLToPath(import.meta.resolve(source))])
  )

const loading = new Map<Language, Promise<Grammar>>()
const loaded = new Map<Language, Grammar>()

/**
 * Loads a grammar, once in a process.
 * Errors: rejects where the files are missing or damaged; the next call tries again.
 */
export const loadGrammar = (language: Language): Promise<Grammar> => {
  const before = loading.get(language)
  if (before !== undefined) return before
  const begun = load(language)
  loading.set(language, begun)
  begun.then(
    (grammar) => loaded.set(language, grammar),
    () => loading.delete(language)
  )
  return begun
}

/** The grammar if it was loaded; `null` before that, and where it could not be. */
export const grammarAtHand = (language: Language): Grammar | null => loaded.get(language) ?? null

/** The second, optimizing compiler takes half a gigabyte for the one huge function that a grammar's lexer is; the first is fast enough for lines. */
const COMPILED_ONCE = "--wasm-tiering-budget=2000000000"

/** Two engines that are started at once would share one memory. */
let starting: Promise<Started> | null = null
type Started = Pick<typeof import("web-tree-sitter"), "Parser" | "Language" | "Query"> & { readonly engine: Engine }

const startEngine = async (): Promise<Started> => {
  setFlagsFromString(COMPILED_ONCE)
  const treeSitter = await import("web-tree-sitter")
  // What `init` is given becomes the module that the package speaks through.
  const options = { wasmBinary: await bytesOf(ENGINE) }
  await treeSitter.Parser.init(options)
  return { ...treeSitter, engine: options as unknown as Engine }
}

const load = async (language: Language): Promise<Grammar> => {
  const treeSitter = await (starting ??= startEngine().catch((thrown: unknown) => {
    starting = null
    throw thrown
  }))
  const parser = new treeSitter.Parser()
  const rules = await treeSitter.Language.load(mended(language, await bytesOf(GRAMMARS[language])))
  parser.setLanguage(rules)
  return {
    parse: parser.parse.bind(parser),
    reset: () => parser.reset(),
    query: (patterns) => queryOf(treeSitter.engine, new treeSitter.Query(rules, patterns), patterns)
  }
}

const queryOf = (engine: Engine, query: Query, patterns: string): SyntaxQuery => {
  const bytes = Buffer.from(patterns)
  return {
    captureNames: query.captureNames,
    sources: Array.from({ length: query.patternCount() }, (_, index) =>
      bytes.toString("utf8", query.startIndexForPattern(index), query.endIndexForPattern(index))
    ),
    matches: query.matches.bind(query),
    // The package declares neither the addresses nor the conditions of its objects.
    find: (tree, text, isLate) => findAll(engine, query as unknown as FoundBy, tree as unknown as FoundIn, text, isLate)
  }
}

/** Of an installation that lost its files, the missing file is what is told. */
const bytesOf = ({ file, source }: GrammarFile): Promise<Buffer> => {
  const built = new URL(`./${FOLDER}/${file}`, import.meta.url)
  return readFile(existsSync(built) ? built : (packaged(source) ?? built))
}

const packaged = (source: string): URL | null => {
  try {
    return new URL(import.meta.resolve(source))
  } catch {
    // The packages are there only where Loom is built or runs from its sources.
    return null
  }
}
