import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Event } from "../../../src/machine/event.ts"
import { replay } from "../../../src/machine/replay.ts"
import { loomPath } from "../../support/build.ts"
import { startModelServer, type ModelServer } from "../../support/model-server/server.ts"
import { scripted } from "../../support/model-server/script.ts"
import { CHANGES, script } from "./task.ts"

/**
 * A run of 20 steps is killed with SIGKILL again and again, at moments drawn over its whole log, and taken up again each time.
 * The model is a server that refuses any transcript a strict provider would refuse.
 */
const kills = process.env["LOOM_SOAK"] === undefined ? 12 : 200
const KILLS_A_RUN = 4

let server: ModelServer
beforeAll(async () => void (server = await startModelServer({ wire: "anthropic", answer: scripted(script) })))
afterAll(() => server.close())

interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
  readonly stderr: string
}

/** Runs loom until it ends, or kills it once so many lines of its log were seen. */
const run = (folder: string, words: readonly string[], killAt: number): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [loomPath, "--output-format", "stream-json", "--permission-mode", "bypass", "--model", "anthropic:test", ...words], {
      cwd: join(folder, "work"),
      env: { ...process.env, LOOM_HOME: join(folder, "home"), ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "k" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let text = ""
    let stderr = ""
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      if (text.split("\n").length > killAt) child.kill("SIGKILL")
    })
    child.stderr.on("data", (chunk: Buffer) => void (stderr += chunk.toString()))
    child.on("close", (code) => resolve({ code, lines: text.trimEnd().split("\n"), stderr }))
  })

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
  const whole = await run(undisturbed, TASK, Infinity)
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
      last = await run(folder, words, life < KILLS_A_RUN && killed < kills ? Math.floor(last.lines.length + ahead) : Infinity)
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
  expect(statesKilledIn.size).toBeGreaterThanOrEqual(kills >= 200 ? 7 : 4)
  console.log(`${killed} kills in ${round} runs, in ${[...statesKilledIn].sort().join(", ")}`)
}, 3_600_000)
