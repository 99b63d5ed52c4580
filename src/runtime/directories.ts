import { homedir } from "node:os"
import { join } from "node:path"

export { makeDirectory } from "../effects/os/make-directory.ts"
export { reasonOf } from "../effects/os/problem.ts"

/** Where Loom keeps its own things. Nothing of it ever stands in a person's repository. */
export interface Directories {
  /** `config.toml` of the person. */
  readonly config: string
  /** The database, shadow repositories of checkpoints. */
  readonly data: string
  /** What can be thrown away. */
  readonly cache: string
  /** The history of the prompt. */
  readonly state: string
  readonly database: string
}

/** XDG's places; `LOOM_HOME` puts all in one; `LOOM_DB` names the database alone. */
export const directoriesOf = (environment: Readonly<Record<string, string | undefined>>): Directories => {
  const home = environment["HOME"] || homedir()
  const one = environment["LOOM_HOME"]
  const place = (variable: string, fallback: string, inOne: string): string =>
    one ? join(one, inOne) : join(environment[variable] || join(home, fallback), "loom")
  const data = place("XDG_DATA_HOME", ".local/share", "data")
  return {
    config: one ? one : place("XDG_CONFIG_HOME", ".config", ""),
    data,
    cache: place("XDG_CACHE_HOME", ".cache", "cache"),
    state: place("XDG_STATE_HOME", ".local/state", "state"),
    database: environment["LOOM_DB"] || join(data, "loom.db")
  }
}
