import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { reasonOf } from "../os/problem.ts"
import { below } from "../os/walk.ts"
import { languageOf } from "./language.ts"
import { readerOf } from "./reader.ts"
import { repositoryFiles } from "./repository-files.ts"
import { resolveImports } from "./resolve.ts"
import type { FileSymbols, RepoIndex } from "./symbols.ts"
import { TONGUES } from "./tongues.ts"

/** Units: bytes; larger texts are generated, and known by their names. */
const BYTES_MAX = 1_000_000
const PATIENCE_MS = 5_000

/** Reads a whole repository anew. */
export const indexRepository = async (root: string): Promise<RepoIndex> => {
  const paths = await repositoryFiles(root)
  const has = new Set(paths)
  const files = new Map<string, FileSymbols>()
  for (const path of paths) files.set(path, resolveImports(await readSymbols(root, path), (each) => has.has(each)))
  return { root, files, version: 1 }
}

const readSymbols = async (root: string, path: string): Promise<FileSymbols> => {
  const language = languageOf(path)
  const known: FileSymbols = { path, hash: "", bytes: 0, language, definitions: [], references: [], imports: [], fault: null }
  try {
    const bytes = await readFile(below(root, path))
    const named = { ...known, bytes: bytes.length, hash: createHash("sha256").update(bytes).digest("hex") }
    if (language === null || TONGUES[language] === undefined) return { ...named, language: null }
    if (bytes.length > BYTES_MAX) return { ...named, fault: `it has ${bytes.length} bytes, more than the ${BYTES_MAX} that are read` }
    const { imports, ...said } = (await readerOf(language))(new TextDecoder().decode(bytes), PATIENCE_MS)
    return { ...named, ...said, imports: imports.map(({ specifier, names }) => ({ specifier, names, file: null })) }
  } catch (thrown) {
    return { ...known, fault: reasonOf(thrown) }
  }
}
