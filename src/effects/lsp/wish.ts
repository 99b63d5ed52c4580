import { SERVERS, type Server } from "./servers.ts"

/** What a person says of one server: another command for one that is known, or one that is not. */
export interface ServerWish {
  readonly off?: boolean
  readonly command?: readonly string[]
  /** Endings, as `.ts`, or whole names of files. */
  readonly files?: readonly string[]
  readonly markers?: readonly string[]
  readonly options?: unknown
  readonly settings?: Readonly<Record<string, unknown>>
}

export interface LspWish {
  readonly on: boolean
  readonly servers: Readonly<Record<string, ServerWish>>
}

export const USUAL_LSP: LspWish = { on: true, servers: {} }

/** The servers as a person wants them: their own first, so that they speak before those that are known anyway. */
export const wishedServers = ({ on, servers }: LspWish): readonly Server[] => {
  if (!on) return []
  const known = SERVERS.flatMap((server) => changed(server, servers[server.name]) ?? [])
  const own = Object.entries(servers).flatMap(([name, wish]) => (SERVERS.some((server) => server.name === name) ? [] : (made(name, wish) ?? [])))
  return [...own, ...known]
}

const changed = (server: Server, wish: ServerWish | undefined): Server | null => {
  if (wish === undefined) return server
  if (wish.off === true) return null
  const { command = server.command, files, markers = server.markers, options = server.options, settings = server.settings } = wish
  const languages = files === undefined ? server.languages : languagesOf(files, server)
  return { ...server, command, languages, markers, ...(options === undefined ? {} : { options }), ...(settings === undefined ? {} : { settings }) }
}

/** One that is not known stands in a group of its own. */
const made = (name: string, { off, command = [], files = [], markers = [], options, settings }: ServerWish): Server | null =>
  off === true || command.length === 0
    ? null
    : {
        name,
        group: `own ${name}`,
        languages: languagesOf(files, null),
        command,
        markers,
        ...(options === undefined ? {} : { options }),
        ...(settings === undefined ? {} : { settings }),
        install: `see the settings, lsp.${name}`
      }

/** What a language is called is known of the endings that any server has; of others it is the ending itself. */
const languagesOf = (files: readonly string[], server: Server | null): Readonly<Record<string, string>> =>
  Object.fromEntries(
    files.map((file) => [
      file,
      [server, ...SERVERS].find((each) => each !== null && Object.hasOwn(each.languages, file))?.languages[file] ?? file.replace(/^\./, "")
    ])
  )
