import { basename, extname, join } from "node:path"
import * as Effect from "effect/Effect"
import { serversFor } from "../effects/lsp/found.ts"
import { languageIn } from "../effects/lsp/servers.ts"
import { wishedServers, type LspWish } from "../effects/lsp/wish.ts"
import { ignoredBelow } from "../effects/os/ignored.ts"
import { walk } from "../effects/os/walk.ts"
import { directoriesOf } from "./directories.ts"
import { settingsHere } from "./settings-here.ts"
import { isCodeTrusted } from "./workspace/trust.ts"

/** The language servers for what a workspace is written in. */
export interface ServersHere {
  /** `untrusted`: found, but none is started before the person trusts the workspace; `unknown`: the settings, which say it, cannot be read. */
  readonly state: "on" | "off" | "untrusted" | "unknown"
  /** By language, as servers call it. */
  readonly languages: readonly {
    readonly language: string
    readonly found: readonly { readonly name: string; readonly program: string }[]
    /** How a person comes to one, where there is none. */
    readonly install: readonly string[]
  }[]
}

/** So many files and folders are looked at. */
const LOOKED_MAX = 5_000

/** Looks for files of known languages and for servers for them; starts nothing. Settings that cannot be read are told elsewhere. */
export const serversHere = async (environment: Readonly<Record<string, string | undefined>>, cwd: string): Promise<ServersHere> => {
  const here = await Effect.runPromise(Effect.orElseSucceed(settingsHere({ environment, cwd, flagsLayer: {} }), () => null))
  if (here === null) return { state: "unknown", languages: [] }
  if (!here.settings.lsp.on) return { state: "off", languages: [] }
  const trusted = isCodeTrusted(here.workspace, { cwd }, directoriesOf(environment).data)
  return { state: trusted ? "on" : "untrusted", languages: await languagesHere(cwd, here.settings.lsp, environment["PATH"] ?? "") }
}

const languagesHere = async (root: string, wish: LspWish, path: string): Promise<ServersHere["languages"]> => {
  const servers = wishedServers(wish)
  const fileByEnding = new Map<string, string>()
  let looked = 0
  for await (const { path: name, entry } of walk(root, { hidden: await ignoredBelow(root) })) {
    if (++looked > LOOKED_MAX) break
    const ending = extname(name) || basename(name)
    if (entry.isFile() && !fileByEnding.has(ending)) fileByEnding.set(ending, join(root, name))
  }
  const byLanguage = new Map<string, ServersHere["languages"][number]>()
  for (const file of fileByEnding.values()) {
    const language = servers.map((server) => languageIn(server, file)).find((one) => one !== null)
    if (language == null || byLanguage.has(language)) continue
    const { found, lacking } = serversFor(servers, file, { roots: [root], path })
    byLanguage.set(language, {
      language,
      found: found.map(({ server: { name }, program }) => ({ name, program })),
      install: found.length > 0 ? [] : lacking.map(({ install }) => install)
    })
  }
  return [...byLanguage.values()].sort((a, b) => (a.language < b.language ? -1 : 1))
}
