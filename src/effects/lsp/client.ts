import type { DiagnosticRegistrationOptions, DocumentDiagnosticReport, InitializeParams, InitializeResult } from "vscode-languageserver-protocol"
import { answersOf } from "./answers.ts"
import { inOrder, readDiagnostics, type Diagnostic, type Encoding } from "./diagnostic.ts"
import type { Connection, Ears } from "./connection.ts"
import type { Server } from "./servers.ts"
import { pathOfUri, uriOf } from "./uri.ts"

/** One running server. Nothing of it fails: who does not answer in time is late. */
export interface Client {
  /** Whether it can be asked; waits for its beginning. */
  readonly begin: () => Promise<boolean>
  /** What the server is to take a file for; `null`: it is gone. Nothing is said where it knows that already. */
  readonly show: (path: string, text: string | null, language: string) => void
  readonly shown: (path: string) => string | null
  readonly opened: () => readonly string[]
  /** Files that changed on the disk, for servers that want to hear of them. */
  readonly changed: (files: readonly { readonly path: string; readonly how: "made" | "changed" | "gone" }[]) => void
  /** Waits until it said what it has to say of a file as it was shown last, at most so long; whether it did. */
  readonly settled: (path: string, patienceMs: number) => Promise<boolean>
  /** Whether somebody waits for what it says. */
  readonly isAwaited: () => boolean
  /** What it said of a file as it was shown last, as far as it said something. */
  readonly held: (path: string) => readonly Diagnostic[]
  /** Whether it has said something of that. */
  readonly answered: (path: string) => boolean
  /** All files of which it said something. */
  readonly heard: () => readonly string[]
  /** Its process has ended: nobody waits for it any longer. */
  readonly lose: () => void
  readonly end: (patienceMs: number) => Promise<void>
}

interface Document {
  readonly uri: string
  readonly text: string
  readonly version: number
  readonly shownAt: number
}

/** A server that pushes says it in pieces: it is done when it was quiet for so long, and works at nothing. Units: ms. */
const QUIET_MS = 150
const AGAIN_MS = 100
/** When it knows better, so many files are asked about again, for so long. Units: ms. */
const REFRESHED_MAX = 20
const REFRESHED_MS = 10_000
/** Of so many files it is kept what is said. */
const FILES_MAX = 2_000

export const clientOf = (server: Server, root: string, open: (ears: Ears) => Connection, refuse: (why: string) => void): Client => {
  const documents = new Map<string, Document>()
  const versions = new Map<string, number>()
  const pushed = new Map<string, { readonly items: readonly Diagnostic[]; readonly version: number | null; readonly at: number }>()
  const pulled = new Map<string, readonly Diagnostic[]>()
  const working = new Set<string>()
  const waiting = new Set<() => void>()
  let encoding: Encoding = "utf-16"
  let pull: { readonly identifier: string | null } | null = null
  let watches = false
  let saves: { readonly text: boolean } | null = null
  let begun: Promise<boolean> | null = null
  let lost = false
  let awaited = 0

  const wake = (): void => {
    for (const each of [...waiting]) each()
  }
  const publish = (given: unknown): void => {
    const { uri, version, diagnostics } = (given ?? {}) as { readonly uri?: unknown; readonly version?: unknown; readonly diagnostics?: unknown }
    const path = pathOfUri(uri)
    if (path === null || (!pushed.has(path) && pushed.size >= FILES_MAX)) return
    const known = documents.get(path)
    const said = typeof version === "number" ? version : null
    if (said !== null && known !== undefined && said < known.version) return
    pushed.set(path, { items: readDiagnostics(path, diagnostics, known?.text ?? null, encoding), version: said, at: performance.now() })
    wake()
  }
  const progress = (given: unknown): void => {
    const { token, value } = (given ?? {}) as { readonly token?: unknown; readonly value?: { readonly kind?: unknown } }
    const name = String(token).slice(0, 200)
    if (value?.kind === "begin" && working.size < FILES_MAX) working.add(name)
    if (value?.kind === "end") working.delete(name)
    wake()
  }
  const hear = (method: string, params: unknown): void => {
    if (method === "textDocument/publishDiagnostics") publish(params)
    if (method === "$/progress") progress(params)
  }
  const register = (method: string, options: unknown): void => {
    if (method === "textDocument/diagnostic") pull = { identifier: (options as DiagnosticRegistrationOptions | undefined)?.identifier ?? null }
    if (method === "workspace/didChangeWatchedFiles") watches = true
    wake()
    if (method === "textDocument/didSave") saves = { text: (options as { readonly includeText?: unknown } | undefined)?.includeText === true }
  }
  /** What it said when it was asked is not true any more, it knows better now. */
  const refresh = (): void => {
    if (pull === null) return
    const by = performance.now() + REFRESHED_MS
    for (const path of [...documents.keys()].slice(-REFRESHED_MAX)) void asked(path, by)
  }
  const { ask, tell, end } = open({ answers: answersOf(server, root, register, refresh), hear, refuse })

  const begin = async (): Promise<boolean> => {
    try {
      const { capabilities } = (await ask("initialize", opening(server, root))) as InitializeResult
      encoding = (capabilities.positionEncoding ?? "utf-16") as Encoding
      if (capabilities.diagnosticProvider !== undefined) pull = { identifier: capabilities.diagnosticProvider.identifier ?? null }
      saves = savesOf(capabilities.textDocumentSync)
      void tell("initialized", {})
      if (server.settings !== undefined) void tell("workspace/didChangeConfiguration", { settings: server.settings })
      return true
    } catch {
      // It said no, or it is gone: whoever started it knows why.
      return false
    }
  }

  const show: Client["show"] = (path, text, language) => {
    const known = documents.get(path)
    if (text === null) {
      pushed.delete(path)
      pulled.delete(path)
      if (known === undefined) return
      documents.delete(path)
      return void tell("textDocument/didClose", { textDocument: { uri: known.uri } })
    }
    if (known?.text === text) return
    const version = (versions.get(path) ?? 0) + 1
    const uri = known?.uri ?? uriOf(path)
    versions.set(path, version)
    documents.set(path, { uri, text, version, shownAt: performance.now() })
    // What was said of another text is true of nothing any more.
    pulled.delete(path)
    if (known === undefined) void tell("textDocument/didOpen", { textDocument: { uri, languageId: language, version, text } })
    else void tell("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text }] })
    if (saves !== null) void tell("textDocument/didSave", { textDocument: { uri }, ...(saves.text ? { text } : {}) })
  }

  /** What it pushed of the text that it has; what it thought of an earlier one is not true any more. */
  const pushedNow = (path: string) => {
    const said = pushed.get(path)
    const document = documents.get(path)
    if (said === undefined || document === undefined) return said
    return (said.version === null ? said.at >= document.shownAt : said.version >= document.version) ? said : undefined
  }
  const isQuiet = (path: string): boolean => {
    const said = pushedNow(path)
    return said !== undefined && working.size === 0 && performance.now() - said.at >= QUIET_MS
  }
  const asked = async (path: string, by: number): Promise<boolean> => {
    while (performance.now() < by && !lost) {
      const document = documents.get(path)
      if (document === undefined) return true
      try {
        const params = { textDocument: { uri: document.uri }, ...(pull?.identifier == null ? {} : { identifier: pull.identifier }) }
        const report = (await within(ask("textDocument/diagnostic", params), by)) as DocumentDiagnosticReport | null | undefined
        if (report === undefined) return false
        if (documents.get(path) === document && report?.kind === "full") pulled.set(path, readDiagnostics(path, report.items, document.text, encoding))
        if (working.size === 0) return true
        await changedOr(Math.min(by, performance.now() + AGAIN_MS))
      } catch (thrown) {
        if (!MAY_ASK_AGAIN.has((thrown as { readonly code?: unknown }).code)) return false
        await changedOr(Math.min(by, performance.now() + AGAIN_MS))
      }
    }
    return false
  }
  const changedOr = (by: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, Math.max(1, by - performance.now()))
      waiting.add(done)
    })
  const settled: Client["settled"] = async (path, patienceMs) => {
    awaited++
    return settling(path, patienceMs).finally(() => void awaited--)
  }
  const settling: Client["settled"] = async (path, patienceMs) => {
    const by = performance.now() + patienceMs
    if (pull !== null) return asked(path, by)
    while (!isQuiet(path)) {
      if (pull !== null) return asked(path, by)
      const now = performance.now()
      if (now >= by || lost || !documents.has(path)) return false
      const said = pushedNow(path)
      await changedOr(Math.min(by, said === undefined || working.size > 0 ? by : Math.max(now + 5, said.at + QUIET_MS)))
    }
    return true
  }

  return {
    begin: () => (begun ??= begin()),
    show,
    shown: (path) => documents.get(path)?.text ?? null,
    opened: () => [...documents.keys()],
    changed: (files) => {
      if (watches && files.length > 0) void tell("workspace/didChangeWatchedFiles", { changes: files.map(({ path, how }) => ({ uri: uriOf(path), type: WATCHED[how] })) })
    },
    settled,
    isAwaited: () => awaited > 0,
    held: (path) => inOrder([...(pulled.get(path) ?? []), ...(pushedNow(path)?.items ?? [])]),
    answered: (path) => (pull !== null ? pulled.has(path) : pushedNow(path) !== undefined),
    heard: () => [...new Set([...pulled.keys(), ...pushed.keys()])],
    lose: () => {
      lost = true
      wake()
    },
    end: async (patienceMs) => {
      if (begun !== null) {
        await within(ask("shutdown", undefined).catch(() => null), performance.now() + patienceMs)
        await within(tell("exit", undefined), performance.now() + patienceMs)
      }
      end()
    }
  }
}

const WATCHED = { made: 1, changed: 2, gone: 3 } as const

/** What was asked is true of nothing any more, or was broken off: it may be asked again. */
const MAY_ASK_AGAIN: ReadonlySet<unknown> = new Set([-32801, -32802, -32800])

/** `undefined` where it did not come in time. */
const within = async <A>(coming: Promise<A>, by: number): Promise<A | undefined> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, by - performance.now()))
  })
  try {
    return await Promise.race([coming, late])
  } finally {
    clearTimeout(timer)
  }
}

const savesOf = (sync: InitializeResult["capabilities"]["textDocumentSync"]): { readonly text: boolean } | null => {
  if (typeof sync !== "object") return sync === undefined || sync === 0 ? null : { text: false }
  const { save } = sync
  return save === undefined || save === false ? null : { text: typeof save === "object" && save.includeText === true }
}

/** In a sandbox no process outside can be seen: a server that looked for its parent by number would think itself alone and end. */
const opening = (server: Server, root: string): InitializeParams => ({
  processId: null,
  clientInfo: { name: "loom" },
  rootUri: uriOf(root),
  workspaceFolders: [{ uri: uriOf(root), name: root.slice(root.lastIndexOf("/") + 1) }],
  ...(server.options === undefined ? {} : { initializationOptions: server.options }),
  capabilities: {
    general: { positionEncodings: ["utf-16", "utf-8", "utf-32"] },
    window: { workDoneProgress: true, showMessage: {} },
    workspace: {
      configuration: true,
      workspaceFolders: true,
      applyEdit: false,
      didChangeConfiguration: { dynamicRegistration: true },
      didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
      diagnostics: { refreshSupport: true }
    },
    textDocument: {
      synchronization: { dynamicRegistration: true, didSave: true },
      publishDiagnostics: { versionSupport: true, relatedInformation: false, codeDescriptionSupport: false },
      diagnostic: { dynamicRegistration: true, relatedDocumentSupport: false }
    }
  }
})
