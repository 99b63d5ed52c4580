import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { makeJournals } from "../src/runtime/event-log/journals.ts"
import type { Store } from "../src/runtime/event-log/store.ts"
import { makeMemoryStore } from "../src/runtime/event-log/store-memory.ts"
import { opening, wholeSession } from "./sessions.ts"

/** A log in a file that goes when the process does. */
export interface LogFile {
  readonly path: string
  readonly events: number
}

/** Written by the real journal, line by line, so that it is what an export would be. */
export const writeLogFile = async (events: number): Promise<LogFile> => {
  const folder = mkdtempSync(join(tmpdir(), "loom-bench-log-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, "session.jsonl")
  const file = openSync(path, "w")
  const lines: string[] = []
  const flush = (): void => void writeSync(file, lines.splice(0).join(""))
  const hear = (line: string): void => {
    lines.push(`${line}\n`)
    if (lines.length === 4096) flush()
  }
  const count = await Effect.runPromise(Effect.scoped(keep(events, hear)))
  flush()
  closeSync(file)
  return { path, events: count }
}

const COMMIT_EVENTS = 256

const keep = Effect.fnUntraced(function*(events: number, onLine: (line: string) => void) {
  const journals = yield* makeJournals(forgetful, "bench")
  const journal = yield* journals.create(opening, { onLine })
  let count = 1
  for (const { event, taken } of wholeSession(events)) {
    if (event.type === "SessionOpened") continue
    count = journal.append(event, taken.actions, taken.state)
    if (count % COMMIT_EVENTS === 0) yield* journal.durable
  }
  return count
})

/** What is written goes nowhere: the lines were heard already. */
const forgetful: Store = { ...makeMemoryStore(), commit: () => Effect.void, release: () => Effect.void }
