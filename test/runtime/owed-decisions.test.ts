import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { copyPath as LOOM } from "../support/build.ts"
import { calls, closed, graphIn, makePlace, open, says, turn, type Place } from "./graph-place.ts"

/* Whatever writes it, and whenever: what recorded itself in the graph is a function of the logs. */

const outside = (place: Place, statement: string): void => {
  const database = new DatabaseSync(place.database)
  database.exec(`PRAGMA busy_timeout = 5000; ${statement}`)
  database.close()
}

/** As if nothing had ever been written. */
const ANEW = "DELETE FROM graph_edges; DELETE FROM graph_nodes; UPDATE sessions SET told = 0"

test("wherever a process ends, the next makes of the log the same graph: turns, batches, commits, sub-agents (GRAPH-42)", async () => {
  const place = makePlace()
  const child = join(place.folder, "child.json")
  writeFileSync(child, JSON.stringify({ chunkMs: 0, answers: [says("looked")] }))
  const story = [
    calls("shell", { command: "touch a.txt" }),
    calls("sub_agent", { task: "look around", model: `scripted:${child}` }),
    says("done"),
    calls("shell", { command: "touch b.txt" }),
    says("done")
  ]
  await place.within(
    (app) =>
      Effect.flatMap(open(app), (session) =>
        Effect.andThen(Effect.andThen(turn(session, "first"), turn(session, "second")), closed(session))
      ),
    story
  )
  const whole = await graphIn(place)
  expect(whole.nodes.map(({ kind }) => kind).sort()).toEqual(["action", "action", "action", "goal", "goal", "outcome", "outcome", "outcome"])
  const events = [...new Set(whole.nodes.map(({ event }) => event ?? 0))].sort((a, b) => a - b)
  for (const [at, written] of events.entries()) {
    // What was written and not marked is what a process leaves that dies between the two.
    const marked = at % 2 === 0 ? written : (events[at - 1] ?? 0)
    const lost = `(SELECT key FROM graph_nodes WHERE event > ${written})`
    outside(place, `DELETE FROM graph_edges WHERE target IN ${lost}; DELETE FROM graph_nodes WHERE key IN ${lost}; UPDATE sessions SET told = ${marked}`)
    expect([written, await graphIn(place)]).toEqual([written, whole])
  }
  outside(place, ANEW)
  expect(await graphIn(place)).toEqual(whole)
})

test("two processes at once that are killed somewhere lose nothing and double nothing (GRAPH-42)", { timeout: 60_000 }, async () => {
  const place = makePlace()
  const script = join(place.folder, "slow.json")
  const step = calls("shell", { command: "true > x" }, { chunkMs: 20 })
  writeFileSync(script, JSON.stringify({ chunkMs: 20, answers: [...Array.from({ length: 60 }, () => step), says("done")] }))
  await Promise.all([killedAfter(place, script, "one", 12), killedAfter(place, script, "two", 90)])
  const after = await graphIn(place)
  expect(after.nodes.flatMap(({ kind, title }) => (kind === "goal" ? [title] : [])).sort()).toEqual(["one", "two"])
  expect(after.nodes.filter(({ kind }) => kind === "action").length).toBeGreaterThan(3)
  outside(place, ANEW)
  expect(await graphIn(place)).toEqual(after)
})

/** A one-shot as a person starts it, killed when it has said so many lines. */
const killedAfter = ({ folder, work }: Place, script: string, words: string, linesMax: number): Promise<void> => {
  const environment = { PATH: process.env["PATH"] ?? "", LOOM_HOME: join(folder, "home"), HOME: folder }
  const child = spawn(
    process.execPath,
    [LOOM, "-p", words, "--model", `scripted:${script}`, "--permission-mode", "bypass", "--output-format", "stream-json"],
    { cwd: work, env: environment, stdio: ["ignore", "pipe", "ignore"] }
  )
  let lines = 0
  child.stdout.setEncoding("utf8").on("data", (said: string) => {
    lines += said.split("\n").length - 1
    if (lines >= linesMax) child.kill("SIGKILL")
  })
  return new Promise((resolve) => void child.once("exit", () => resolve()))
}
