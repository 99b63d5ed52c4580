import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startModelServer, type Answer, type SeenRequest, type Wire } from "../test/support/model-server/server.ts"

/**
 * Runs what is built as a person would, so that Node keeps the code of what was called as it was compiled, and nobody's first session
 * waits for that. The model is a server of this process; nothing of the person's own is touched, and a run that fails only leaves
 * less in the cache.
 */
export const fillCompileCache = async (home: string): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "loom-build-"))
  writeFileSync(join(folder, "notes.txt"), "one line\n")
  try {
    for (const wire of WIRES) await runAgainst(wire, home, folder)
    for (const words of [["sessions"], ["doctor"], ["--help"]]) await run(home, folder, {}, words)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const WIRES: readonly Wire[] = ["anthropic", "openai", "openai-compatible"]

/** The longest way first: what one run left of a file serves all later ones. */
const runAgainst = async (wire: Wire, home: string, folder: string): Promise<void> => {
  const server = await startModelServer({ wire, answer })
  const variable = wire.replace("-", "_").toUpperCase()
  const environment = { [`${variable}_BASE_URL`]: server.url, [`${variable}_API_KEY`]: "build" }
  await run(home, folder, environment, ["-p", "hello", "--model", `${wire}:build`, "--permission-mode", "bypass"])
  await server.close()
}

/** A read, a command, a change and a last word. */
const answer = ({ heard }: SeenRequest): Answer => {
  const call = CALLS[heard.length - 1]
  return { blocks: [call === undefined ? { type: "text", text: "done" } : { type: "tool-call", name: call[0], arguments: JSON.stringify(call[1]) }] }
}

const CALLS: readonly (readonly [string, object])[] = [
  ["file_read", { path: "notes.txt" }],
  ["shell", { command: "echo hello" }],
  ["file_edit", { path: "notes.txt", edits: [{ old: "one", new: "another" }] }]
]

const run = async (home: string, folder: string, environment: Readonly<Record<string, string>>, words: readonly string[]): Promise<void> => {
  const child = spawn(process.execPath, [join(home, "bin", "loom.js"), ...words], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, LOOM_HOME: join(folder, ".loom-home"), ...environment },
    stdio: "ignore",
    timeout: RUN_MS
  })
  await once(child, "close")
}

/** Units: ms. */
const RUN_MS = 20_000
