import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { isInside } from "../os/path.ts"
import { languageIn, NATIVE_TYPESCRIPT, type Server } from "./servers.ts"

/** A server that is there, and where the project of a file begins. */
export interface Found {
  readonly server: Server
  readonly program: string
  readonly root: string
}

/** Names a server for a project. */
export const keyOf = ({ server, root }: Found): string => `${server.name}\0${root}`

/** Where servers are looked for. */
export interface Where {
  /** Canonical paths of the workspace. */
  readonly roots: readonly string[]
  /** As a shell is given it. */
  readonly path: string
}

/** The servers for a file, one of each group, and of groups without any those that a person could install. */
export const serversFor = (
  servers: readonly Server[],
  file: string,
  where: Where
): { readonly found: readonly Found[]; readonly lacking: readonly Server[] } => {
  const byGroup = Map.groupBy(
    servers.filter((server) => languageIn(server, file) !== null),
    ({ group }) => group
  )
  const found: Found[] = []
  const lacking: Server[] = []
  for (const group of byGroup.values()) {
    const here = group.flatMap((server) => foundFor(server, file, where) ?? [])
    if (here[0] !== undefined) found.push(here[0])
    else lacking.push(...group.filter(({ needsMarker }) => needsMarker !== true).slice(0, 2))
  }
  return { found, lacking }
}

const foundFor = (server: Server, file: string, where: Where): Found | null => {
  const top = where.roots.find((root) => isInside(root, file))
  if (top === undefined) return null
  const marked = markedAbove(file, top, server.markers)
  if (marked === null && server.needsMarker === true) return null
  const root = marked ?? top
  const program = programFor(server, dirname(file), top, where)
  return program === null ? null : { server, program, root }
}

/** The nearest folder above a file in which one of the names stands. */
const markedAbove = (file: string, top: string, names: readonly string[]): string | null =>
  foldersUp(dirname(file), top).find((folder) => names.some((name) => existsSync(join(folder, name)))) ?? null

/** A folder and all that it lies in, up to the top. */
const foldersUp = (from: string, top: string): readonly string[] => {
  const folders = [from]
  for (let folder = from; folder !== top && isInside(top, folder); folder = dirname(folder)) folders.push(dirname(folder))
  return folders
}

/** Where a project keeps programs of its own, nearest first; then what everybody has. */
const OWN_PLACES = ["node_modules/.bin", ".venv/bin", "venv/bin", "vendor/bin"]

const programFor = ({ name, command: [file = ""] }: Server, from: string, top: string, { path }: Where): string | null => {
  if (file.includes("/")) return isProgram(file) ? file : null
  const own = foldersUp(from, top).flatMap((folder) => OWN_PLACES.map((place) => join(folder, place, file)))
  const common = path.split(delimiter).flatMap((folder) => (folder.startsWith("/") ? join(folder, file) : []))
  const program = [...own, ...common].find(isProgram) ?? null
  if (name !== NATIVE_TYPESCRIPT || program === null) return program
  return isNative(program) ? program : null
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there, or not to be run: it is looked for elsewhere.
    return false
  }
}

/** Whether a `tsc` is one that is a language server itself, by the version of the package that it lies in. */
const isNative = (program: string): boolean => {
  try {
    const { name, version } = JSON.parse(readFileSync(join(dirname(dirname(realpathSync(program))), "package.json"), "utf8")) as {
      readonly name?: unknown
      readonly version?: unknown
    }
    return name === "typescript" && typeof version === "string" && Number.parseInt(version, 10) >= 7
  } catch {
    // In no package: nothing tells what it is.
    return false
  }
}
