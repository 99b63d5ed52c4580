import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { expect, test } from "vitest"
import { TABLES } from "../../../src/effects/repo/cache-rows.ts"
import { makeKeeper } from "../../../src/effects/repo/keep-reads.ts"
import { folder } from "./repository.ts"

test("of two processes that keep what they read of a repository the earlier one learns of the later (MAP-6)", () => {
  const file = join(folder(), "map.db")
  const database = new DatabaseSync(file)
  database.exec(TABLES.join("; "))
  const [earlier, later] = [makeKeeper(), makeKeeper()]
  const read = { path: "a.py", stamp: "1", bytes: 1, hash: "a", packed: "[[],[],[]]", fault: null }
  const languages = new Map([["a.py", "python"]] as const)

  expect(earlier.keep(file, [read], languages)).toBe(null)
  expect(earlier.isOutdone()).toBe(false)
  expect(later.keep(file, [{ ...read, stamp: "2" }], languages)).toBe(null)
  expect([earlier.isOutdone(), later.isOutdone()]).toEqual([true, false])
  expect(database.prepare("SELECT path, stamp FROM files").all()).toEqual([{ path: "a.py", stamp: "2" }])
  database.close()
})
