import { execFileSync, spawn, type ChildProcess } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Script, ScriptedAnswer } from "../../src/effects/llm/script.ts"
import { copyPath } from "../support/build.ts"

/** Loom as people run it: `bin/loom.js` in a process of its own, in a folder and a home of its own. */

export const LOOM = copyPath

export interface Place {
  /** Where Loom works. */
  readonly root: string
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  /** Writes a script and gives the name of its model. */
  readonly script: (...answers: readonly (ScriptedAnswer | readonly ScriptedAnswer[])[]) => string
}

/** A folder of its own, a git repository unless a test says otherwise. `map`: it is read for a map, which takes longer than all else in so small a one. */
export const makePlace = ({ name = "work", git = true, map = false }: { readonly name?: string; readonly git?: boolean; readonly map?: boolean } = {}): Place => {
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
    environment: { ...(process.env as Record<string, string>), HOME: home, LOOM_HOME: home, TERM: "xterm-256color", ...(map ? {} : { LOOM_ZONE_MAP_TOKENS: "0" }) },
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
