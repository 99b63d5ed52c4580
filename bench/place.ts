import { execFileSync, fork, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Start } from "./process.ts"
import type { FirstRequest, ServerMessage } from "./server.ts"
import { READ_FILE, type Story } from "./story.ts"

const home = dirname(dirname(fileURLToPath(import.meta.url)))

/** A repository, a home and a model server to run whole processes in; nothing of the person's own environment. */
export interface Place {
  /** Loom, told to do something. */
  readonly loom: (...words: readonly string[]) => Start
  /** A file for bare Node to run, with its arguments. */
  readonly node: (...words: readonly string[]) => Start
  readonly file: (name: string, text: string) => string
  /** From now on the server plays this; gives back its URL. */
  readonly play: (story: Story) => Promise<void>
  readonly url: () => string
  /** The newest request that began a run. */
  readonly firstRequest: () => FirstRequest
  readonly close: () => Promise<void>
}

export const openPlace = async (): Promise<Place> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-bench-")))
  const repository = join(folder, "repository")
  execFileSync("git", ["init", "-q", repository], { env: { PATH: process.env["PATH"] ?? "", HOME: folder } })
  writeFileSync(join(repository, READ_FILE), Array.from({ length: 40 }, (_, line) => `line ${line} of a file that is read\n`).join(""))
  const server = fork(join(home, "bench", "server.ts"), { stdio: "inherit" })
  let port = 0
  let first: FirstRequest | null = null
  server.on("message", (message: ServerMessage) => {
    if ("port" in message) port = message.port
    else first = message
  })
  const url = (): string => `http://127.0.0.1:${port}`
  const start = (...words: readonly string[]): Start => ({ file: process.execPath, words, cwd: repository, environment: environmentIn(folder, url()) })
  return {
    loom: (...words) => start(join(home, "bin", "loom.js"), ...words),
    node: start,
    file: (name, text) => (writeFileSync(join(folder, name), text), join(folder, name)),
    play: async (story) => {
      server.send(story)
      await once(server, "message")
    },
    url,
    firstRequest: () => first ?? missing(),
    close: async () => {
      await ended(server)
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Clean: a variable like `NODE_EXTRA_CA_CERTS` alone doubles what Node takes to start. */
const environmentIn = (folder: string, url: string): Readonly<Record<string, string>> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: folder,
  LOOM_HOME: join(folder, "home"),
  // The loop it is compared with has none; what it costs is a figure of its own.
  LOOM_SANDBOX: "off",
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_API_KEY: "bench"
})

const ended = async (server: ChildProcess): Promise<void> => {
  if (server.exitCode !== null) return
  server.kill()
  await once(server, "exit")
}

const missing = (): never => {
  throw new Error("measure the first request: the model server has seen none")
}
