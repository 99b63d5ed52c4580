import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Event } from "../../../src/machine/event.ts"
import { replay } from "../../../src/machine/replay.ts"
import { copyPath } from "../../support/build.ts"
import { startModelServer, type ModelServer } from "../../support/model-server/server.ts"
import { scripted } from "../../support/model-server/script.ts"
import { CHANGES, script } from "./task.ts"

/**
 * A run of 20 steps is killed with SIGKILL again and again, at moments drawn over its whole log, and taken up again each time.
 * The model is a server that refuses any transcript a strict provider would refuse.
 * The soak kills 200 times.
 */
const kills = process.env["LOOM_SOAK"] === undefined ? 8 : 200
const KILLS_A_RUN = 4

let server: ModelServer
const speak = scripted(script)
/** Now and then the provider is overloaded, so that kills also meet a session that waits to try again. */
const OVERLOADED_EVERY = 11
beforeAll(async () => {
  server = await startModelServer({
    wire: "anthropic",
    answer: (request, index) => (index % OVERLOADED_EVERY === 7 ? { fault: "status", status: 529 } : speak(request, index))
  })
})
afterAll(() => server.close())

interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly stderr: string
}

const start = (folder: string, words: readonly string[]) =>
  spawn(process.execPath, [copyPath, "--permission-mode", "bypass", "--model", "anthropic:test", ...words], {
    cwd: join(folder, "work"),
    env: { ...process.env, LOOM_HOME: join(folder, "home"), ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "k" },
    stdio: ["pipe", "pipe", "pipe"]
  })

/** Runs loom until it ends, or kills it as soon as what was seen of its log says so. */
const run = (folder: string, words: readonly string[], kill: (seen: string) => boolean): Promise<Ended> =>
  new Promise((resolve) => {
    const child = start(folder, ["--output-format", "stream-json", ...words])
    child.stdin.end()
    let text = ""
    let stderr = ""
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      if (kill(text)) child.kill("SIGKILL")
    })
    child.stderr.on("data", (chunk: Buffer) => void (stderr += chunk.toString()))
    child.on("close", (code) => resolve({ code, lines: text.trimEnd().split("\n"), stderr }))
  })

/** A conversation that has done its task waits for the next word, and is killed then. */
const runAndKillWaiting = (folder: string): Promise<void> =>
  new Promise((resolve) => {
    const child = start(folder, [])
    let text = ""
    child.stdin.write("make the files\n")
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes("All files are made.")) setTimeout(() => child.kill("SIGKILL"), 100)
    })
    child.on("close", () => resolve())
  })

const never = (): boolean => false
const afterLines = (count: number) => (seen: string): boolean => seen.split("\n").length > count

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "loom-crash-"))
  mkdirSync(join(folder, "work"))
  return folder
}

const filesOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(folder, "work"))
      .sort()
      .map((name) => [name, readFileSync(join(folder, "work", name), "utf8")])
  )

interface Line {
  readonly type?: string
  readonly actions?: readonly { readonly type: string; readonly calls?: readonly { readonly call: { readonly id: string }; readonly changes: boolean }[] }[]
}

const parsed = (lines: readonly string[]): readonly Line[] =>
  lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Line]
    } catch {
      return [] // The line that the kill tore.
    }
  })

/** The state the log was in when the last whole line of it was seen. */
const stateAfter = (lines: readonly Line[]): string => {
  const events = lines.filter((line) => line.type !== undefined) as unknown as readonly Event[]
  return events.length === 0 ? "before the first event" : replay(events).name
}

const TASK = ["-p", "make the files"]

/** Killed before its session was durable, a task is given anew; before its words were, it is said again; else loom just goes on. */
const nextWords = ({ code, stderr }: Ended): readonly string[] => {
  if (code === null) return ["-p", "-c"]
  return stderr.includes("there is none yet") ? TASK : ["-p", "-c", "make the files"]
}

const isDone = ({ code, lines }: Ended): boolean => code === 0 && lines.some((line) => line.includes("All files are made."))

/** How often each call that may change something was started. */
const startsByCall = (lines: readonly Line[]): ReadonlyMap<string, number> => {
  const starts = new Map<string, number>()
  for (const { actions = [] } of lines)
    for (const { calls = [] } of actions)
      for (const { call, changes } of calls) if (changes) starts.set(call.id, (starts.get(call.id) ?? 0) + 1)
  return starts
}

test(`${kills} kills at any moment of a run: no change starts twice, nothing is lost, and the files are as if nothing had happened`, async () => {
  const undisturbed = newFolder()
  const whole = await run(undisturbed, TASK, never)
  expect(whole.code, whole.stderr).toBe(0)
  const wanted = filesOf(undisturbed)
  expect(Object.keys(wanted)).toHaveLength(CHANGES)
  const length = whole.lines.length

  let killed = 0
  let round = 0
  const statesKilledIn = new Set<string>()
  while (killed < kills) {
    const folder = newFolder()
    let last: Ended = { code: null, lines: [], stderr: "" }
    let words: readonly string[] = TASK
    for (let life = 0; life < 40 && !isDone(last); life++) {
      // A prime stride spreads the moments over the whole log, whatever the number of kills.
      const ahead = 1 + ((killed * 37 + round * 11) % length) / KILLS_A_RUN
      last = await run(folder, words, life < KILLS_A_RUN && killed < kills ? afterLines(Math.floor(last.lines.length + ahead)) : never)
      if (last.code === null) {
        killed++
        statesKilledIn.add(stateAfter(parsed(last.lines)))
      }
      words = nextWords(last)
    }
    expect(last.code, last.stderr).toBe(0)
    const lines = parsed(last.lines)
    const starts = startsByCall(lines)
    expect([...starts].filter(([, count]) => count > 1)).toEqual([])
    expect(readFileSync(join(folder, "starts"), "utf8").trim().split("\n").length).toBeLessThanOrEqual(starts.size)
    expect(filesOf(folder)).toEqual(wanted)
    expect(server.requests.filter((request) => request.refusal !== null)).toEqual([])
    rmSync(folder, { recursive: true, force: true })
    round++
  }
  rmSync(undisturbed, { recursive: true, force: true })
  expect(statesKilledIn.size).toBeGreaterThanOrEqual(kills >= 200 ? 6 : 3)
  console.log(`${killed} kills in ${round} runs, in ${[...statesKilledIn].sort().join(", ")}`)
}, 3_600_000)

test("killed while it waits for a person, a session goes on with all it had done", async () => {
  const folder = newFolder()
  await runAndKillWaiting(folder)
  const before = filesOf(folder)
  expect(Object.keys(before)).toHaveLength(CHANGES)
  const next = await run(folder, ["-p", "-c", "and now?"], never)
  expect({ code: next.code, files: filesOf(folder) }).toEqual({ code: 0, files: before })
  expect(next.lines.some((line) => line.includes("There is nothing more to make."))).toBe(true)
  rmSync(folder, { recursive: true, force: true })
})

test("killed while it shuts down, a session can be opened again", async () => {
  for (let attempt = 0; attempt < 25; attempt++) {
    const folder = newFolder()
    const killed = await run(folder, TASK, (seen) => seen.includes('"type":"ShutdownRequested"'))
    const state = killed.code === null ? stateAfter(parsed(killed.lines)) : "ended by itself"
    const next = await run(folder, ["-p", "-c", "and now?"], never)
    expect(next.code, next.stderr).toBe(0)
    expect(Object.keys(filesOf(folder))).toHaveLength(CHANGES)
    rmSync(folder, { recursive: true, force: true })
    if (state === "ShuttingDown") return
  }
  expect.unreachable("in 25 runs no kill came between the wish to shut down and the end")
}, 120_000)
