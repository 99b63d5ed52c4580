import { spawn } from "node:child_process"
import { copyFileSync, existsSync, mkdtempSync, statSync, truncateSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import { expect, test } from "vitest"
import { layer, Sqlite } from "../../../src/effects/os/sqlite.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { verifySession } from "../../../src/runtime/replay/verify.ts"
import { rowsOf } from "./support/journal.ts"
import { conversation } from "./support/conversation.ts"

const KILLS = Number(process.env["LOOM_TEST_KILLS"] ?? 7)

const WRITER = fileURLToPath(new URL("./support/writer.ts", import.meta.url))

/** Lets a process write until it has acknowledged so much more often, then kills it; the last number it acknowledged. */
const writeUntilKilled = (file: string, acknowledgements: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WRITER, file], { stdio: ["ignore", "pipe", "inherit"] })
    let said = ""
    child.stdout.on("data", (piece: Buffer) => {
      said += piece.toString()
      if (said.split("\n").length > acknowledgements) child.kill("SIGKILL")
    })
    child.on("error", reject)
    child.on("close", (code, signal) => {
      const last = Number(said.split("\n").at(-2) ?? 0)
      if (signal === "SIGKILL" || code === 0) resolve(last)
      else reject(new Error(`the writer ended with ${code} after ${last}`))
    })
  })

const reading = <A, E>(file: string, program: Effect.Effect<A, E, EventLog | Sqlite>) =>
  Effect.runPromise(Effect.provide(program, EventLog.layerSql("test").pipe(Layer.provideMerge(layer({ file })))))

const expected = conversation(40, 120).map(({ event, actions }, index) => ({ n: index + 1, event, actions }))

/** What is there is a beginning of what was written, without a hole, and agrees with its seals. */
const expectSound = async (file: string): Promise<number> => {
  const rows = await reading(file, rowsOf("s"))
  expect(rows).toEqual(expected.slice(0, rows.length))
  expect(await reading(file, verifySession("s"))).toMatchObject({ verdict: "exact", events: rows.length })
  expect(await reading(file, Effect.map(Sqlite, ({ setAside }) => setAside))).toBe(null)
  return rows.length
}

test(`killed ${KILLS} times while it writes: nothing that was acknowledged is lost, and the next process goes on; proves LOG-2, LOG-4`, async () => {
  const file = join(mkdtempSync(join(tmpdir(), "loom-kill-")), "loom.db")
  const moments = fc.sample(fc.integer({ min: 1, max: 40 }), { numRuns: KILLS, seed: 11 })
  const survivors: number[] = []
  for (const [index, acknowledgements] of moments.entries()) {
    const acknowledged = await writeUntilKilled(file, acknowledgements)
    const kept = index % 3 === 2 || index === moments.length - 1 ? await expectSound(file) : (await reading(file, EventLog.use(({ list }) => list)))[0]!.events
    expect(kept).toBeGreaterThanOrEqual(acknowledged)
    survivors.push(kept)
  }
  expect(survivors).toEqual(survivors.toSorted((a, b) => a - b))
})

test("a write-ahead log that is cut anywhere leaves a beginning of the session, without a hole; proves LOG-2", async () => {
  const directory = mkdtempSync(join(tmpdir(), "loom-wal-"))
  const file = join(directory, "loom.db")
  const acknowledged = await writeUntilKilled(file, 30)
  expect(existsSync(`${file}-wal`)).toBe(true)
  const bytes = statSync(`${file}-wal`).size
  const kept: number[] = []
  for (const [index, share] of fc.sample(fc.double({ min: 0.3, max: 1, noNaN: true }), { numRuns: 10, seed: 3 }).entries()) {
    const copy = join(directory, `copy-${index}.db`)
    for (const suffix of ["", "-wal"]) copyFileSync(file + suffix, copy + suffix)
    truncateSync(`${copy}-wal`, Math.floor(bytes * share))
    kept.push(await expectSound(copy))
  }
  expect(Math.min(...kept)).toBeLessThan(acknowledged)
  expect(await expectSound(file)).toBeGreaterThanOrEqual(acknowledged)
})
