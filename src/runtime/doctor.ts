import { execFile } from "node:child_process"
import { accessSync, constants, existsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { loadGrammar } from "../effects/os/grammar.ts"
import { reasonOf } from "../effects/os/problem.ts"
import { sandboxState, type SandboxState, type SandboxWish } from "../effects/os/sandbox.ts"
import { ripgrepPath } from "../effects/tools/search/ripgrep.ts"
import { directoriesOf } from "./directories.ts"
import { serversHere, type ServersHere } from "./servers-here.ts"
import { settingsHere } from "./settings-here.ts"
import { version } from "./version.ts"

/** What Loom stands on here, and what is missing. Keys are only ever named, never shown. */
export interface Facts {
  readonly loom: string
  readonly node: Program
  readonly git: Program | null
  readonly ripgrep: Program | null
  /** What holds commands, as far as the settings can be read. */
  readonly sandbox: SandboxState
  /** Why shell lines cannot be told apart by their grammar; `null` where they can. */
  readonly shellGrammarFault: string | null
  readonly languageServers: ServersHere
  readonly database: { readonly file: string; readonly exists: boolean; readonly bytes: number; readonly sqlite: string }
  readonly directories: Readonly<Record<"config" | "data" | "cache" | "state", Place>>
  /** The variables that can hold a key or an address, and whether they do. */
  readonly keys: Readonly<Record<string, boolean>>
}

export interface Program {
  readonly version: string
  readonly path: string
}

export interface Place {
  readonly path: string
  readonly exists: boolean
  /** Whether Loom can write there, or make it. */
  readonly writable: boolean
}

const USUAL: SandboxWish = { mode: "auto", network: "off", hosts: [], keepVariables: [], alsoWritable: [] }

const KEYS = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_BASE_URL",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "OPENAI_COMPATIBLE_API_KEY",
  "OPENAI_COMPATIBLE_BASE_URL"
] as const

type Environment = Readonly<Record<string, string | undefined>>

/** Looks at the machine without changing anything of it. */
export const examine = async (environment: Environment, cwd: string): Promise<Facts> => {
  const directories = directoriesOf(environment)
  const [git, rg, sandbox, shellGrammarFault, languageServers] = await Promise.all([
    programAt("git", environment),
    ripgrepProgram(environment),
    sandboxHere(environment, cwd),
    loadGrammar("bash").then(() => null, reasonOf),
    serversHere(environment, cwd)
  ])
  const file = directories.database
  return {
    loom: version(),
    node: { version: process.version, path: process.execPath },
    git,
    ripgrep: rg,
    sandbox,
    shellGrammarFault,
    languageServers,
    database: { file, exists: existsSync(file), bytes: existsSync(file) ? statSync(file).size : 0, sqlite: process.versions["sqlite"] ?? "unknown" },
    directories: {
      config: placeOf(directories.config),
      data: placeOf(directories.data),
      cache: placeOf(directories.cache),
      state: placeOf(directories.state)
    },
    keys: Object.fromEntries(KEYS.map((name) => [name, (environment[name] ?? "") !== ""]))
  }
}

/** Settings that cannot be read are told elsewhere; without them the usual holds. */
const sandboxHere = (environment: Environment, cwd: string): Promise<SandboxState> =>
  Effect.runPromise(
    settingsHere({ environment, cwd, flagsLayer: {} }).pipe(
      Effect.map(({ settings }) => settings.sandbox),
      Effect.orElseSucceed(() => USUAL),
      Effect.flatMap((wish) => sandboxState(wish))
    )
  )

const run = promisify(execFile)
const PATIENCE_MS = 5000

/** The program and the first line it says of itself; `null` where it cannot be run. */
const programAt = async (path: string, environment: Environment): Promise<Program | null> => {
  try {
    const { stdout } = await run(path, ["--version"], { env: environment as NodeJS.ProcessEnv, timeout: PATIENCE_MS })
    return { version: /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? (stdout.split("\n", 1)[0] as string), path }
  } catch {
    // Not installed, or not to be run: that is what was asked.
    return null
  }
}

const ripgrepProgram = async (environment: Environment): Promise<Program | null> => {
  const path = await ripgrepPath()
  return path === null ? null : await programAt(path, environment)
}

const placeOf = (path: string): Place => ({ path, exists: existsSync(path), writable: isWritable(path) })

/** A directory that is not there yet can be made where the one above it can be written. */
const isWritable = (path: string): boolean => {
  if (!existsSync(path)) return path !== dirname(path) && isWritable(dirname(path))
  try {
    accessSync(path, constants.W_OK)
    return statSync(path).isDirectory()
  } catch {
    // Not ours to write: that is what was asked.
    return false
  }
}
