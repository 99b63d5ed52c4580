import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Script, ScriptedAnswer } from "../../src/effects/llm/script.ts"

/** Loom as people run it: `bin/loom.js` in a process of its own, in a folder and a home of its own. */

const HOME = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** What is tested is a copy, as an installation is one: whoever builds meanwhile does not pull it away. */
const COPY = join(HOME, "node_modules", ".loom-under-test")
export const LOOM = join(COPY, "bin", "loom.js")

/** Builds if a source is newer than the copy that is tested; whoever comes second waits for the first. */
export const ensureBuilt = async (): Promise<void> => {
  const lock = join(tmpdir(), "loom-under-test.lock")
  while (isStale(newestSource()) && !tryLock(lock)) await setTimeout(50)
  const asOf = newestSource()
  if (!isStale(asOf)) return
  try {
    await promisify(execFile)(process.execPath, [join(HOME, "scripts", "build.ts")], { cwd: HOME })
    rmSync(COPY, { recursive: true, force: true })
    for (const part of ["bin", "dist", "examples", "package.json"]) cpSync(join(HOME, part), join(COPY, part), { recursive: true })
    writeFileSync(join(COPY, "as-of"), `${asOf}`)
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** Units: ms since the epoch. */
const newestSource = (): number =>
  Math.max(
    ...["src", "bin", "examples", "package.json"].flatMap((part) =>
      [join(HOME, part), ...filesUnder(join(HOME, part))].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    )
  )

const filesUnder = (path: string): readonly string[] =>
  statSync(path).isDirectory() ? readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name)) : []

const isStale = (asOf: number): boolean => {
  const file = join(COPY, "as-of")
  return !existsSync(file) || Number(readFileSync(file, "utf8")) < asOf
}

/** A lock that nobody gave back is taken after a minute. */
const tryLock = (lock: string): boolean => {
  try {
    mkdirSync(lock)
    return true
  } catch {
    if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 60_000) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

export interface Place {
  /** Where Loom works. */
  readonly root: string
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  /** Writes a script and gives the name of its model. */
  readonly script: (...answers: readonly (ScriptedAnswer | readonly ScriptedAnswer[])[]) => string
}

/** A folder of its own, a git repository unless a test says otherwise. */
export const makePlace = ({ name = "work", git = true }: { readonly name?: string; readonly git?: boolean } = {}): Place => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-cli-")))
  const root = join(folder, name)
  const home = join(folder, "home")
  mkdirSync(root)
  writeFileSync(join(root, "README.md"), "# a project\n\nwith two lines\n")
  if (git) {
    const run = (...words: readonly string[]) => execFileSync("git", ["-C", root, ...words], { stdio: "ignore" })
    run("init", "--quiet", "--initial-branch=main")
    run("add", "--all")
    run("commit", "--quiet", "--message", "first")
  }
  let scripts = 0
  return {
    root,
    home,
    environment: { ...(process.env as Record<string, string>), HOME: home, LOOM_HOME: home, TERM: "xterm-256color" },
    script: (...answers) => {
      const file = join(folder, `script-${++scripts}.json`)
      writeFileSync(file, JSON.stringify({ chunkMs: 0, answers } satisfies Script))
      return `scripted:${file}`
    }
  }
}

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly done: Promise<Ran>
  /** Resolves once the text stood on that stream. */
  readonly until: (stream: "stdout" | "stderr", text: string) => Promise<void>
}

export interface How {
  readonly input?: string | Buffer
  readonly environment?: Readonly<Record<string, string>>
}

export const startLoom = (place: Place, words: readonly string[], { input, environment = {} }: How = {}): Running => {
  const child = spawn(process.execPath, [LOOM, ...words], {
    cwd: place.root,
    env: { ...place.environment, ...environment },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"]
  })
  const heard = { stdout: "", stderr: "" }
  const waiting = new Set<() => void>()
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]!.setEncoding("utf8").on("data", (text: string) => {
      heard[stream] += text
      for (const check of [...waiting]) check()
    })
  }
  child.stdin?.on("error", () => undefined).end(input)
  return {
    process: child,
    done: new Promise((resolve) => child.on("close", (code) => resolve({ code, ...heard }))),
    until: (stream, text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!heard[stream].includes(text)) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        child.on("close", () => reject(new Error(`it left without saying ${text}: ${heard.stdout.slice(-2000)}${heard.stderr.slice(-2000)}`)))
        check()
      })
  }
}

export const loom = (place: Place, words: readonly string[], how: How = {}): Promise<Ran> => startLoom(place, words, how).done

// ── what a scripted model says ───────────────────────────────────────────────────────────────────────────────────

export const says = (text: string): ScriptedAnswer => ({ blocks: [{ type: "text", text }] })

export const calls = (name: string, given: Readonly<Record<string, unknown>>, times = 1): ScriptedAnswer => ({
  blocks: [{ type: "tool-call", name, arguments: given }],
  times
})
