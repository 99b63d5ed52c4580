import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { migrate } from "../../../src/effects/os/migrate.ts"
import { layer, Sqlite, SQLITE, sqliteCode } from "../../../src/effects/os/sqlite.ts"

const newFile = () => join(mkdtempSync(join(tmpdir(), "loom sqlite ü-")), "data", "loom.db")

const using = <A, E>(file: string, program: Effect.Effect<A, E, SqlClient.SqlClient | Sqlite>) => Effect.runPromise(Effect.provide(program, layer({ file })))

test("a new database is made with its directory, for its owner alone, and keeps what is committed", async () => {
  const file = newFile()
  const pragmas = await using(file, Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE things (name TEXT PRIMARY KEY, flag INTEGER, note TEXT)`
    yield* sql`INSERT INTO things ${sql.insert([{ name: "a", flag: true as never, note: undefined as never }, { name: "ü", flag: 0, note: "n" }])}`
    return [yield* sql`PRAGMA journal_mode`, yield* sql`PRAGMA synchronous`, yield* sql`PRAGMA foreign_keys`]
  }))
  expect(pragmas.map(([row]) => Object.values(row!)[0])).toEqual(["wal", 2, 1])
  expect([statSync(file).mode & 0o777, statSync(join(file, "..")).mode & 0o777]).toEqual([0o600, 0o700])
  const read = await using(file, Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return [yield* sql`SELECT * FROM things ORDER BY name`, yield* sql`SELECT name FROM things`.values, yield* Stream.runCollect(sql`SELECT name FROM things ORDER BY name`.stream)]
  }))
  expect(read.map((rows) => rows.map((row) => (Array.isArray(row) ? row : { ...row })))).toEqual([
    [{ name: "a", flag: 1, note: null }, { name: "ü", flag: 0, note: "n" }],
    [["a"], ["ü"]],
    [{ name: "a" }, { name: "ü" }]
  ])
})

test("a transaction is all or nothing, also one within another", async () => {
  const names = await using(":memory:", Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE things (name TEXT PRIMARY KEY)`
    const add = (name: string) => sql`INSERT INTO things VALUES (${name})`
    yield* Effect.ignore(sql.withTransaction(Effect.andThen(add("lost"), Effect.fail("changed my mind"))))
    yield* sql.withTransaction(Effect.andThen(add("kept"), Effect.ignore(sql.withTransaction(Effect.andThen(add("inner"), Effect.fail("no"))))))
    return yield* sql`SELECT name FROM things`.values
  }))
  expect(names).toEqual([["kept"]])
})

test("what SQLite says is told apart", async () => {
  const errors = await using(":memory:", Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE things (name TEXT UNIQUE NOT NULL)`
    yield* sql`INSERT INTO things VALUES ('a')`
    yield* sql`PRAGMA max_page_count = 2`
    const errors = [sql`INSERT INTO things VALUES ('a')`, sql`INSERT INTO things VALUES (NULL)`, sql`SELEC`, sql`INSERT INTO things VALUES (${"x".repeat(9000)})`]
    return yield* Effect.forEach(errors, (failing) => Effect.map(Effect.flip(failing), (error) => [error.reason._tag, sqliteCode(error)]))
  }))
  expect(errors).toEqual([["UniqueViolation", 19], ["ConstraintError", 19], ["UnknownError", 1], ["UnknownError", SQLITE.FULL]])
})

test("a file that is no database, or a broken one, is set aside under a new name and a fresh one begun", async () => {
  const broken = newFile()
  await using(broken, Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE things (name TEXT)`))
  const bytes = readFileSync(broken)
  for (const content of [
    Buffer.from("this is not a database at all, it is a letter. ".repeat(99)),
    Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(bytes.length - 100, 0xee)])
  ]) {
    const file = newFile()
    mkdirSync(join(file, ".."))
    writeFileSync(file, content)
    const setAside = await using(file, Effect.gen(function*() {
      yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE things (name TEXT)`)
      return (yield* Sqlite).setAside
    }))
    expect(setAside).toMatch(/loom\.db\.damaged-\d{8}T\d{6}/)
    expect(readFileSync(setAside!)).toEqual(content)
    expect(await using(file, Effect.map(Sqlite, (sqlite) => sqlite.setAside))).toBe(null)
  }
})

test("a place that cannot be written is an error, and nothing is set aside", async () => {
  const file = newFile()
  writeFileSync(join(file, "..", "..", "data"), "a file where the directory should be")
  const error = await Effect.runPromise(Effect.flip(Effect.provide(Effect.void, layer({ file }))))
  expect(error._tag).toBe("SqlError")
  expect(readFileSync(join(file, ".."), "utf8")).toBe("a file where the directory should be")
})

test("a database that another process writes is waited for, then said to be busy", async () => {
  const file = newFile()
  await using(file, Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE TABLE things (name TEXT)`))
  const other = new DatabaseSync(file)
  other.exec("BEGIN IMMEDIATE")
  const writing = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`INSERT INTO things VALUES ('a')`)
  const error = await Effect.runPromise(Effect.flip(Effect.provide(writing, layer({ file, busyTimeoutMs: 20 }))))
  other.exec("COMMIT")
  other.close()
  expect([error.reason._tag, sqliteCode(error)]).toEqual(["LockTimeoutError", SQLITE.BUSY])
})

test("eight processes that begin the same database at once all find it sound", async () => {
  const file = newFile()
  const script = fileURLToPath(new URL("./sqlite-begin.ts", import.meta.url))
  const ends = await Promise.all(
    Array.from({ length: 8 }, () => new Promise<string>((resolve) => {
      const child = spawn(process.execPath, [script, file], { stdio: ["ignore", "pipe", "pipe"] })
      let said = ""
      child.stdout.on("data", (piece) => (said += piece))
      child.stderr.on("data", (piece) => (said += piece))
      child.on("close", () => resolve(said))
    }))
  )
  expect(ends).toEqual(ends.map(() => "sound\n"))
  const counted = await using(file, Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT count(*) FROM things`.values))
  expect(counted).toEqual([[8]])
})

test("two that open a new database in the same instant wait for each other", async () => {
  const workerData = { shared: new SharedArrayBuffer(4), directory: mkdtempSync(join(tmpdir(), "loom-race-")), rounds: 400 }
  const threads = [1, 2].map(() => new Worker(new URL("./sqlite-race.ts", import.meta.url), { workerData }))
  const errors = await Promise.all(threads.map((thread) => new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject))))
  expect(errors).toEqual([[], []])
})

test("an older Node's note that SQLite is experimental is kept from the person, and no other warning is", () => {
  const script = `
    const { getBuiltinModule } = process
    process.getBuiltinModule = (name) => {
      if (name === "node:sqlite") for (const note of ["SQLite is an experimental feature and might change at any time", "something else"]) process.emitWarning(note)
      return getBuiltinModule(name)
    }
    const { layer } = await import(${JSON.stringify(fileURLToPath(new URL("../../../src/effects/os/sqlite.ts", import.meta.url)))})
    const Effect = await import("effect/Effect")
    await Effect.runPromise(Effect.provide(Effect.void, layer({ file: ":memory:" })))
    process.emitWarning("SQLite is an experimental feature, said by somebody else")`
  const { stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", cwd: fileURLToPath(new URL("../../..", import.meta.url)) })
  expect(status, stderr).toBe(0)
  expect(stderr.match(/Warning: .*/g)).toEqual(["Warning: something else", "Warning: SQLite is an experimental feature, said by somebody else"])
})

test("tables are brought up to date step by step, and those of a newer Loom are refused with a sentence", async () => {
  const file = newFile()
  const [one, two] = [["CREATE TABLE a (x TEXT)"], ["CREATE TABLE b (x TEXT)", "INSERT INTO b VALUES ('from two')"]]
  await using(file, migrate("room", [one]))
  await using(file, Effect.all([migrate("room", [one, two]), migrate("another room", [["CREATE TABLE c (x TEXT)"]])]))
  const rows = await using(file, Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT x FROM b`.values))
  expect(rows).toEqual([["from two"]])
  await expect(using(file, migrate("room", [one]))).rejects.toThrow("open the database: its room is of version 2, this Loom knows up to 1; update Loom")
  await expect(using(file, migrate("room", [one, two, ["CREATE TABLE d (x)", "nonsense"]]))).rejects.toThrow()
  expect(await using(file, Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT count(*) FROM sqlite_schema WHERE name = 'd'`.values))).toEqual([[0]])
  expect(existsSync(`${file}-wal`)).toBe(false)
})
