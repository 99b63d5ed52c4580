import { folderAt } from "./protocol.ts"
import type { Server } from "./servers.ts"

/** What a server is answered, so that none waits for an editor that is not there. */
export const answersOf = (
  { settings = {} }: Server,
  root: string,
  register: (method: string, options: unknown) => void,
  refresh: () => void
): Readonly<Record<string, (params: unknown) => unknown>> => ({
  "workspace/configuration": (params) =>
    itemsOf(params).map(({ section }) => (typeof section === "string" ? settingAt(settings, section) : settings)),
  "workspace/workspaceFolders": () => [folderAt(root)],
  "workspace/applyEdit": () => ({ applied: false, failureReason: "files are changed by the agent alone" }),
  "client/registerCapability": (params) => {
    for (const { method, registerOptions } of listIn(params, "registrations")) if (typeof method === "string") register(method, registerOptions)
  },
  "client/unregisterCapability": () => null,
  "window/workDoneProgress/create": () => null,
  "window/showMessageRequest": () => null,
  "window/showDocument": () => ({ success: false }),
  "workspace/diagnostic/refresh": refresh,
  ...Object.fromEntries(
    ["semanticTokens", "inlayHint", "codeLens", "inlineValue", "foldingRange"].map((what) => [`workspace/${what}/refresh`, () => null])
  )
})

type Item = Readonly<Record<string, unknown>>

const itemsOf = (params: unknown): readonly Item[] => listIn(params, "items")

const LIST_MAX = 1_000

const listIn = (params: unknown, name: string): readonly Item[] => {
  const list = (params as Item | null | undefined)?.[name]
  return Array.isArray(list) ? list.slice(0, LIST_MAX).filter((each) => typeof each === "object" && each !== null) : []
}

/** `settingAt({ python: { analysis: 1 } }, "python.analysis")  // => 1` */
const settingAt = (settings: Item, section: string): unknown => {
  let at: unknown = settings
  for (const name of section.split(".")) at = typeof at === "object" && at !== null && Object.hasOwn(at, name) ? (at as Item)[name] : null
  return at
}
