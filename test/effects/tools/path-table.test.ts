import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { folder } from "../os/folder.ts"
import { CASES, furnish, SECRET, type World } from "./path-table.ts"
import { workbench } from "./workbench.ts"

const bench = workbench()
const world: World = { home: bench, outside: folder() }
let server: Awaited<ReturnType<typeof furnish>>
let before: readonly string[]
beforeAll(async () => {
  server = await furnish(world)
  before = everything(world.outside.root)
})
afterAll(() => void server.close())

/** Every name below a directory with its kind and content; directories that a case made itself are left out. */
const everything = (top: string): readonly string[] =>
  readdirSync(top, { recursive: true, encoding: "utf8" })
    .filter((name) => name !== join("dir", "x"))
    .sort()
    .map((name) => {
      const stat = lstatSync(join(top, name))
      const content = stat.isFile() ? readFileSync(join(top, name), "utf8") : stat.isSymbolicLink() ? readlinkSync(join(top, name)) : ""
      return `${name} ${stat.mode.toString(8)} ${content}`
    })

/** A hard link that everybody may read is a file of the workspace like any other, as TOOLS-25 says. */
const mayTell = (what: string): boolean => /hard link to a file|a hard link: the other|search contents of everything/.test(what)

test.each(CASES)("$what", async ({ what, tool, input, meanwhile, said }) => {
  const result = await bench.callAfter(tool, input(world), () => meanwhile?.(world))
  expect(`${result.status}: ${result.text}`).toMatch(said)
  if (!mayTell(what)) expect(result.text.replaceAll(`matches ${SECRET}`, "")).not.toContain(SECRET)
  expect(everything(world.outside.root)).toEqual(before)
})

test("there are more than a hundred of them, each told apart by its words", () => {
  expect(CASES.length).toBeGreaterThanOrEqual(100)
  expect(new Set(CASES.map(({ what }) => what)).size).toBe(CASES.length)
})

test("where the machine's own root is the workspace, what looks like files but is the system is left alone", async () => {
  const wide = workbench({ roots: ["/"] })
  for (const path of ["/proc/self/environ", "/proc/self/cmdline", "/proc/cpuinfo", "/sys/kernel/mm", "/dev/zero", "/dev/tty", "/proc/self/root/proc/self/environ"]) {
    expect(await wide.call("file_read", { path })).toMatchObject({ status: "error", text: expect.stringMatching(/no regular file but a device, pipe or socket|is a directory/) })
  }
  expect(await wide.call("file_write", { path: "/proc/self/comm", content: "x" })).toMatchObject({ status: "error" })
  expect(await wide.call("directory_list", { path: "/proc/self/fd" })).toMatchObject({ status: "error" })
})
