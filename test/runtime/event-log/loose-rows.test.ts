import { mkdirSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { layer } from "../../../src/effects/os/sqlite.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { conversation } from "./support/conversation.ts"
import { keepWhole, rowsOf, textOf } from "./support/journal.ts"

const newFile = () => {
  const file = join(mkdtempSync(join(tmpdir(), "loom-loose-")), "data", "loom.db")
  mkdirSync(dirname(file))
  return file
}

const inLog = <A, E>(file: string, program: Effect.Effect<A, E, EventLog>) =>
  Effect.runPromise(Effect.provide(program, EventLog.layerSql("test").pipe(Layer.provide(layer({ file })))))

const TABLES_THEN = {
  "each event in a row, its seal in a table beside": (line: string) => `
    CREATE TABLE loose (session INTEGER NOT NULL REFERENCES sessions (key), n INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (session, n)) STRICT, WITHOUT ROWID;
    CREATE TABLE seals (session INTEGER NOT NULL REFERENCES sessions (key), n INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (session, n)) STRICT, WITHOUT ROWID;
    INSERT INTO loose SELECT 1, n, line FROM ${line} WHERE line IS NOT NULL; INSERT INTO seals SELECT 1, n, seal FROM ${line} WHERE seal IS NOT NULL;`,
  "each event in a row, its seal with it": (line: string) => `
    CREATE TABLE loose (session INTEGER NOT NULL, n INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (session, n)) STRICT, WITHOUT ROWID;
    INSERT INTO loose SELECT 1, n, line || coalesce(char(10) || seal, '') FROM ${line};`
}

/** Takes a database of today back to one of the two forms that the first version of its tables had before. */
const takeBack = (file: string, text: string, tables: (line: string) => string): void => {
  const database = new DatabaseSync(file)
  database.exec("CREATE TEMP TABLE lines (n INTEGER, line TEXT, seal TEXT)")
  const events = text.split("\n").filter((line) => line.startsWith('{"n":') || line.startsWith('\t{"seal":{"n"'))
  for (const [index, line] of events.entries()) {
    const seal = events[index + 1]?.startsWith("\t") === true ? events[index + 1]! : null
    if (!line.startsWith("\t")) database.prepare("INSERT INTO lines VALUES (?, ?, ?)").run((JSON.parse(line) as { n: number }).n, line, seal)
  }
  database.exec(
    `${tables("lines")} DROP TABLE events; ALTER TABLE sessions DROP COLUMN origin; ALTER TABLE sessions DROP COLUMN told; ALTER TABLE loose RENAME TO events; UPDATE loom_rooms SET version = 1 WHERE room = 'log'`
  )
  database.close()
}

test.each(Object.entries(TABLES_THEN))("a database with %s is brought to today's form, and every session in it is what it was; proves LOG-14", async (_, tables) => {
  const file = newFile()
  const rows = conversation(3, 150)
  const [text, read] = await inLog(file, Effect.andThen(keepWhole(rows), Effect.all([textOf("s"), rowsOf("s")])))
  takeBack(file, text, tables)
  expect(await inLog(file, Effect.all([textOf("s"), rowsOf("s")]))).toEqual([text, read])
  expect(await inLog(file, Effect.scoped(Effect.map(EventLog.use((log) => log.open("s")), ({ snapshot, tail }) => (snapshot?.n ?? 0) + tail.length)))).toBe(rows.length)
})
