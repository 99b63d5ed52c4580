import { hash } from "node:crypto"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { checkChain } from "../../../src/runtime/event-log/chain.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { encodeHeader, headerOf } from "../../../src/runtime/event-log/header.ts"
import { encodeRow } from "../../../src/runtime/event-log/line.ts"
import { readLog } from "../../../src/runtime/event-log/read-log.ts"
import { encodeClosingSeal } from "../../../src/runtime/event-log/seal.ts"
import { upcasterFrom, type Upcaster } from "../../../src/runtime/event-log/upcast.ts"
import { conversation } from "./support/conversation.ts"

/** Two formats that never were: in the first a delta was called a chunk, in the second its text was called words. */
const UPCASTERS: Readonly<Record<number, Upcaster>> = {
  [-1]: { header: (header) => header, line: (line) => (line["type"] === "Chunk" ? { ...line, type: "LlmTextDelta" } : line) },
  0: {
    header: (header) => ({ ...header, build: `${String(header["build"])}, lifted` }),
    line: ({ words, ...line }) => (words === undefined ? line : { ...line, text: words })
  }
}

const rows = conversation(1, 4)
const now = rows.map(({ event, actions }, index) => ({ n: index + 1, event, actions }))

const writtenThen = (format: number, lineThen: (line: string) => string): string => {
  const opened = now[0]!.event
  if (opened.type !== "SessionOpened") throw new Error("a session begins with SessionOpened")
  const lines = [encodeHeader({ ...headerOf(opened, "then"), loom: format }), ...now.map(({ n, event, actions }) => lineThen(encodeRow(n, event, actions)))]
  const text = `${lines.join("\n")}\n`
  const file = join(mkdtempSync(join(tmpdir(), "loom-old-")), "log.jsonl")
  writeFileSync(file, `${text}${encodeClosingSeal({ count: now.length, head: hash("sha256", text) })}\n`)
  return file
}

const oldest = () => writtenThen(-1, (line) => line.replace('"LlmTextDelta"', '"Chunk"').replace('"text":" ', '"words":" '))

test("a log of an older format is read as if it were of this one, and its seals still cover the old bytes; proves LOG-11", () => {
  const file = oldest()
  expect([...readLog(file, { upcasters: UPCASTERS })]).toEqual(now)
  expect(checkChain(file).verdict).toBe("whole")
  expect([...readLog(writtenThen(0, (line) => line.replace('"text":" ', '"words":" ')), { upcasters: UPCASTERS })]).toEqual(now)
})

test("a format that nothing lifts is refused, not guessed at; proves LOG-11", async () => {
  expect(upcasterFrom(-1, { 0: UPCASTERS[0]! })).toBe(null)
  const reading = readLog(oldest())
  expect(reading.next()).toMatchObject({ done: true, value: { verdict: "damaged", message: "damaged at line 1: it is no header of a Loom log that can be read here" } })
  const imported = Effect.provide(EventLog.use((log) => log.importFrom(oldest())), EventLog.layerMemory())
  await expect(Effect.runPromise(imported)).rejects.toMatchObject({ reason: "damaged" })
})
