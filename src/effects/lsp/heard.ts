import { inOrder, readDiagnostics, type Diagnostic, type Encoding } from "./diagnostic.ts"
import type { Document, Documents } from "./documents.ts"
import { pathOfUri } from "./uri.ts"

/** A server that pushes says it in pieces: it is done when it was quiet for so long, and works at nothing. Units: ms. */
export const QUIET_MS = 150
/** Of so many files it is kept what is said. */
const FILES_MAX = 2_000

interface Pushed {
  readonly items: readonly Diagnostic[]
  /** `null` where the server does not say of which version. */
  readonly version: number | null
  readonly at: number
}

/** What a server said of files. */
export interface Heard {
  /** Takes what it pushes: `textDocument/publishDiagnostics`. */
  readonly publish: (given: unknown, encoding: Encoding) => void
  /** Takes what it works at: `$/progress`. */
  readonly progress: (given: unknown) => void
  /** Takes what it answered about a document. */
  readonly answer: (path: string, document: Document, items: unknown, encoding: Encoding) => void
  /** Forgets what it answered: the file reads otherwise now. */
  readonly forget: (path: string) => void
  readonly isWorking: () => boolean
  /** What it pushed of the text that it was shown last; what it thought of an earlier one is not true any more. */
  readonly pushed: (path: string) => Pushed | undefined
  readonly isQuiet: (path: string) => boolean
  readonly hasAnswered: (path: string) => boolean
  readonly held: (path: string) => readonly Diagnostic[]
  readonly paths: () => readonly string[]
  /** Done when something is heard, at the latest by then. */
  readonly more: (by: number) => Promise<void>
  readonly wake: () => void
}

export const makeHeard = (documents: Documents): Heard => {
  const pushedByPath = new Map<string, Pushed>()
  const answeredByPath = new Map<string, readonly Diagnostic[]>()
  const working = new Set<string>()
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const each of [...waiting]) each()
  }
  const pushed: Heard["pushed"] = (path) => {
    const said = pushedByPath.get(path)
    const document = documents.get(path)
    if (said === undefined || document === undefined) return said
    return (said.version === null ? said.at >= document.shownAt : said.version >= document.version) ? said : undefined
  }
  return {
    publish: (given, encoding) => {
      const { uri, version, diagnostics } = tableOf(given)
      const path = pathOfUri(uri)
      if (path === null || (!pushedByPath.has(path) && pushedByPath.size >= FILES_MAX)) return
      const known = documents.get(path)
      const said = typeof version === "number" ? version : null
      if (said !== null && known !== undefined && said < known.version) return
      pushedByPath.set(path, { items: readDiagnostics(path, diagnostics, known?.text ?? null, encoding), version: said, at: performance.now() })
      wake()
    },
    progress: (given) => {
      const { token, value } = tableOf(given)
      const { kind } = tableOf(value)
      const name = String(token).slice(0, 200)
      if (kind === "begin" && working.size < FILES_MAX) working.add(name)
      if (kind === "end") working.delete(name)
      wake()
    },
    answer: (path, document, items, encoding) => {
      if (documents.get(path) === document) answeredByPath.set(path, readDiagnostics(path, items, document.text, encoding))
    },
    forget: (path) => {
      answeredByPath.delete(path)
      if (documents.get(path) === undefined) pushedByPath.delete(path)
    },
    isWorking: () => working.size > 0,
    pushed,
    isQuiet: (path) => {
      const said = pushed(path)
      return said !== undefined && working.size === 0 && performance.now() - said.at >= QUIET_MS
    },
    hasAnswered: (path) => answeredByPath.has(path),
    held: (path) => inOrder([...(answeredByPath.get(path) ?? []), ...(pushed(path)?.items ?? [])]),
    paths: () => [...new Set([...answeredByPath.keys(), ...pushedByPath.keys()])],
    more: (by) =>
      new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer)
          waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, Math.max(1, by - performance.now()))
        waiting.add(done)
      }),
    wake
  }
}

const tableOf = (given: unknown): Readonly<Record<string, unknown>> =>
  typeof given === "object" && given !== null ? (given as Readonly<Record<string, unknown>>) : {}
