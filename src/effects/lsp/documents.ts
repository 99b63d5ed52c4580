import type { Connection } from "./connection.ts"
import { uriOf } from "./uri.ts"

/** A file as a server was shown it. Units: `shownAt` as `performance.now()` counts. */
export interface Document {
  readonly uri: string
  readonly text: string
  readonly version: number
  readonly shownAt: number
}

/** The files that a server was shown. */
export interface Documents {
  /** Tells the server, where it does not know that already; `null`: the file is gone. Gives back whether it did not. */
  readonly show: (path: string, text: string | null, language: string) => boolean
  readonly get: (path: string) => Document | undefined
  readonly opened: () => readonly string[]
  /** From now on it hears that files are saved. */
  readonly tellSaves: (saves: { readonly text: boolean } | null) => void
}

export const makeDocuments = (tell: Connection["tell"]): Documents => {
  const documents = new Map<string, Document>()
  /** Also of files that were closed: a version is never said twice. */
  const versions = new Map<string, number>()
  let saves: { readonly text: boolean } | null = null

  const close = (path: string): boolean => {
    const known = documents.get(path)
    if (known === undefined) return false
    documents.delete(path)
    void tell("textDocument/didClose", { textDocument: { uri: known.uri } })
    return true
  }
  const show: Documents["show"] = (path, text, language) => {
    const known = documents.get(path)
    if (text === null) return close(path)
    if (known?.text === text) return false
    const version = (versions.get(path) ?? 0) + 1
    const uri = known?.uri ?? uriOf(path)
    versions.set(path, version)
    documents.set(path, { uri, text, version, shownAt: performance.now() })
    if (known === undefined) void tell("textDocument/didOpen", { textDocument: { uri, languageId: language, version, text } })
    else void tell("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text }] })
    if (saves !== null) void tell("textDocument/didSave", { textDocument: { uri }, ...(saves.text ? { text } : {}) })
    return true
  }
  return { show, get: (path) => documents.get(path), opened: () => [...documents.keys()], tellSaves: (wanted) => void (saves = wanted) }
}
