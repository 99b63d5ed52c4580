import type { InitializeParams, InitializeResult } from "vscode-languageserver-protocol"
import type { Server } from "./servers.ts"
import { uriOf } from "./uri.ts"

/** The names of the protocol; its own package is never loaded, only its types are read. */
export type { DiagnosticRegistrationOptions, DocumentDiagnosticReport, InitializeResult } from "vscode-languageserver-protocol"

/** What a server is told first. In a sandbox no process outside can be seen: one that looked for its parent by number would think itself alone, and end. */
export const openingWords = (server: Server, root: string): InitializeParams => ({
  processId: null,
  clientInfo: { name: "loom" },
  rootUri: uriOf(root),
  workspaceFolders: [folderAt(root)],
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

export const folderAt = (root: string): { readonly uri: string; readonly name: string } => ({
  uri: uriOf(root),
  name: root.slice(root.lastIndexOf("/") + 1)
})

/** Whether a server wants to hear that a file was saved, and then its text; `null`: not. */
export const savesOf = (sync: InitializeResult["capabilities"]["textDocumentSync"]): { readonly text: boolean } | null => {
  if (typeof sync !== "object") return sync === undefined || sync === 0 ? null : { text: false }
  const { save } = sync
  return save === undefined || save === false ? null : { text: typeof save === "object" && save.includeText === true }
}

/** What was asked is true of nothing any more, or was broken off: it may be asked again. */
export const MAY_ASK_AGAIN: ReadonlySet<unknown> = new Set([-32801, -32802, -32800])

/** How a file changed on the disk. */
export const WATCHED = { made: 1, changed: 2, gone: 3 } as const
