import { answersOf } from "./answers.ts"
import type { Connection, Ears } from "./connection.ts"
import type { Diagnostic, Encoding } from "./diagnostic.ts"
import { makeDocuments } from "./documents.ts"
import { makeHeard, QUIET_MS } from "./heard.ts"
import {
  MAY_ASK_AGAIN,
  openingWords,
  savesOf,
  WATCHED,
  type DiagnosticRegistrationOptions,
  type DocumentDiagnosticReport,
  type InitializeResult
} from "./protocol.ts"
import type { Server } from "./servers.ts"
import { uriOf } from "./uri.ts"
import { within } from "./within.ts"

/** One running server. Nothing of it fails: who does not answer in time is late. */
export interface Client {
  /** Whether it can be asked; waits for its beginning. */
  readonly begin: () => Promise<boolean>
  /** What the server is to take a file for; `null`: it is gone. Nothing is said where it knows that already. */
  readonly show: (path: string, text: string | null, language: string) => void
  readonly shown: (path: string) => string | null
  readonly opened: () => readonly string[]
  /** Files that changed on the disk, for servers that want to hear of them. */
  readonly changed: (files: readonly { readonly path: string; readonly how: keyof typeof WATCHED }[]) => void
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

/** One that is at work, or broke an answer off, is asked again after so long. Units: ms. */
const AGAIN_MS = 100
/** When it knows better, so many files are asked about again, for so long. Units: ms. */
const REFRESHED_MAX = 20
const REFRESHED_MS = 10_000

export const clientOf = (server: Server, root: string, open: (ears: Ears) => Connection, refuse: (why: string) => void): Client => {
  let encoding: Encoding = "utf-16"
  /** How it is asked; `null`: it pushes. */
  let pull: { readonly identifier: string | null } | null = null
  let watches = false
  let begun: Promise<boolean> | null = null
  let lost = false
  let awaited = 0

  const register = (method: string, options: unknown): void => {
    if (method === "textDocument/diagnostic") pull = { identifier: (options as DiagnosticRegistrationOptions | undefined)?.identifier ?? null }
    if (method === "workspace/didChangeWatchedFiles") watches = true
    if (method === "textDocument/didSave")
      documents.tellSaves({ text: (options as { readonly includeText?: unknown } | undefined)?.includeText === true })
    heard.wake()
  }
  /** What it said when it was asked is not true any more, it knows better now. */
  const refresh = (): void => {
    const by = performance.now() + REFRESHED_MS
    for (const path of pull === null ? [] : documents.opened().slice(-REFRESHED_MAX)) void asked(path, by)
  }
  const hear = (method: string, params: unknown): void => {
    if (method === "textDocument/publishDiagnostics") heard.publish(params, encoding)
    if (method === "$/progress") heard.progress(params)
  }
  const { ask, tell, end } = open({ answers: answersOf(server, root, register, refresh), hear, refuse })
  const documents = makeDocuments(tell)
  const heard = makeHeard(documents)

  const begin = async (): Promise<boolean> => {
    try {
      const { capabilities } = (await ask("initialize", openingWords(server, root))) as InitializeResult
      encoding = (capabilities.positionEncoding ?? "utf-16") as Encoding
      if (capabilities.diagnosticProvider !== undefined) pull = { identifier: capabilities.diagnosticProvider.identifier ?? null }
      documents.tellSaves(savesOf(capabilities.textDocumentSync))
      void tell("initialized", {})
      if (server.settings !== undefined) void tell("workspace/didChangeConfiguration", { settings: server.settings })
      return true
    } catch {
      // It said no, or it is gone: whoever started it knows why.
      return false
    }
  }
  /** Asks until it answers of a text that is still the newest, and works at nothing that could change its mind. */
  const asked = async (path: string, by: number): Promise<boolean> => {
    while (performance.now() < by && !lost) {
      const document = documents.get(path)
      if (document === undefined) return true
      try {
        const params = { textDocument: { uri: document.uri }, ...(pull?.identifier == null ? {} : { identifier: pull.identifier }) }
        const report = (await within(ask("textDocument/diagnostic", params), by)) as DocumentDiagnosticReport | null | undefined
        if (report === undefined) return false
        if (report?.kind === "full") heard.answer(path, document, report.items, encoding)
        if (!heard.isWorking()) return true
      } catch (thrown) {
        if (!MAY_ASK_AGAIN.has((thrown as { readonly code?: unknown }).code)) return false
      }
      await heard.more(Math.min(by, performance.now() + AGAIN_MS))
    }
    return false
  }
  const settled: Client["settled"] = async (path, patienceMs) => {
    const by = performance.now() + patienceMs
    while (pull === null && !heard.isQuiet(path)) {
      const now = performance.now()
      if (now >= by || lost || documents.get(path) === undefined) return false
      const said = heard.pushed(path)
      await heard.more(said === undefined || heard.isWorking() ? by : Math.min(by, Math.max(now + 5, said.at + QUIET_MS)))
    }
    return pull === null || asked(path, by)
  }

  return {
    begin: () => (begun ??= begin()),
    show: (path, text, language) => {
      // What was said of another text is true of nothing any more.
      if (documents.show(path, text, language) || text === null) heard.forget(path)
    },
    shown: (path) => documents.get(path)?.text ?? null,
    opened: documents.opened,
    changed: (files) => {
      if (watches && files.length > 0)
        void tell("workspace/didChangeWatchedFiles", { changes: files.map(({ path, how }) => ({ uri: uriOf(path), type: WATCHED[how] })) })
    },
    settled: (path, patienceMs) => {
      awaited++
      return settled(path, patienceMs).finally(() => void awaited--)
    },
    isAwaited: () => awaited > 0,
    held: heard.held,
    answered: (path) => (pull !== null ? heard.hasAnswered(path) : heard.pushed(path) !== undefined),
    heard: heard.paths,
    lose: () => {
      lost = true
      heard.wake()
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
