import { readdirSync, readFileSync } from "node:fs"
import { dirname } from "node:path"
import { Worker } from "node:worker_threads"
import { expect, test } from "vitest"
import { readWhole, replaceWhole } from "../../../src/effects/os/file.ts"
import { entriesIn, inDirectory, lookAt } from "../../../src/effects/os/handle.ts"
import { locateInside, type Located } from "../../../src/effects/os/path.ts"
import { folder } from "../os/folder.ts"
import { SECRET } from "./path-table.ts"
import { workbench } from "./workbench.ts"

const bench = workbench()
const outside = folder()
const SOAK = process.env["LOOM_SOAK"] === "1"
/** Units: ms. */
const DURATION_MS = SOAK ? 120_000 : 2_000

const INSIDE = "what lies inside\n"

/** Every tool that opens something by its path, on the directory that is swapped (`dir`) and the file that is (`still/f.txt`). */
const tries = (n: number): readonly (readonly [string, object])[] => [
  ["file_read", { path: "dir/f.txt" }],
  ["file_read", { path: "still/f.txt" }],
  ["file_write", { path: `dir/new-${n}.txt`, content: "evil" }],
  ["file_write", { path: `dir/deep-${n}/new.txt`, content: "evil" }],
  ["file_write", { path: "still/f.txt", content: INSIDE }],
  ["file_edit", { path: "dir/f.txt", edits: [{ old: SECRET, new: "evil" }] }],
  ["file_edit", { path: "still/f.txt", edits: [{ old: SECRET, new: "evil" }] }],
  ["apply_patch", { patch: `*** Begin Patch\n*** Add File: dir/patch-${n}.txt\n+evil\n*** End Patch` }],
  ["apply_patch", { patch: "*** Begin Patch\n*** Delete File: dir/only-outside.txt\n*** End Patch" }],
  ["file_search", { pattern: "only-*", path: "dir" }],
  ["file_search", { pattern: "**/only-*" }],
  ["directory_list", { path: "dir" }],
  ["directory_list", { path: ".", depth: 3 }],
  ["shell", { command: "pwd -P", cwd: "dir" }],
  ...(n % 4 === 0 ? SEARCHES : [])
]
const SEARCHES = [
  ["content_search", { pattern: "lies", path: "." }],
  ["content_search", { pattern: "lies", path: "dir" }],
  ["content_search", { pattern: "lies", path: "still/f.txt" }]
] as const

/** What tools do once they know where a path leads, again and again with what was found before: here nothing stands between but the opening itself. */
const openings = (found: Located, place: Located, fresh: Located): readonly (() => string)[] => [
  () => readWhole(found).bytes.toString(),
  () => readWhole(place).bytes.toString(),
  () => entriesIn(dirname(found.absolute)).map(({ name }) => name).join(),
  () => String(lookAt(found.absolute).stat.size),
  () => (replaceWhole(fresh, Buffer.from("evil"), null), "made"),
  () => inDirectory(dirname(found.absolute), (cwd) => readdirSync(cwd).join())
]
const TIMES = 100

const outcomeOf = (open: () => string): string => {
  try {
    return open()
  } catch {
    return "refused"
  }
}

test("while a thread swaps files and directories for links, nothing outside is told or changed", { timeout: DURATION_MS * 2 + 30_000 }, async () => {
  outside.write("f.txt", `${SECRET}\n`)
  outside.write("only-outside.txt", `${SECRET}\n`)
  bench.write("dir/f.txt", INSIDE)
  bench.write("still/f.txt", INSIDE)
  const before = readdirSync(outside.root).sort()
  const [found, place] = [locateInside([bench.root], "dir/f.txt"), locateInside([bench.root], "still/f.txt")]
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL("path-swapper.ts", import.meta.url), { workerData: { home: bench.root, outside: outside.root, stop } })
  const rounds = new Promise<number>((resolve, reject) => worker.once("message", resolve).once("error", reject))
  const told = new Map<string, number>()
  let tried = 0
  const until = performance.now() + DURATION_MS
  for (let n = 0; performance.now() < until; n++) {
    for (const open of openings(found, place, { ...found, absolute: `${dirname(found.absolute)}/try-${n}.txt`, kind: "missing" })) {
      for (let time = 0; time < TIMES; time++) {
        const seen = outcomeOf(open)
        tried++
        told.set(seen === "refused" ? "refused" : "opened", (told.get(seen === "refused" ? "refused" : "opened") ?? 0) + 1)
        if (seen.includes(SECRET) || seen.includes("only-outside") || seen === String(SECRET.length + 1)) throw new Error(`${String(open)} saw what lies outside: ${seen}`)
      }
    }
    for (const [tool, input] of tries(n)) {
      const { status, text } = await bench.call(tool, input)
      tried++
      told.set(`${tool} ${status}`, (told.get(`${tool} ${status}`) ?? 0) + 1)
      // A refusal may repeat the words of the search; what may not come back is what only stands outside.
      if (text.includes(SECRET) && !text.includes("does not occur")) throw new Error(`${tool} ${JSON.stringify(input)} told what lies outside: ${text}`)
      if (status === "ok" && (text.includes(outside.root) && tool === "shell")) throw new Error(`a command ran outside: ${text}`)
      if (status === "ok" && /only-outside/.test(text)) throw new Error(`${tool} ${JSON.stringify(input)} named what lies outside: ${text}`)
    }
  }
  Atomics.store(stop, 0, 1)
  const swaps = await rounds
  await worker.terminate()
  expect(readdirSync(outside.root).sort()).toEqual(before)
  expect(before.map((name) => readFileSync(outside.path(name), "utf8"))).toEqual([`${SECRET}\n`, `${SECRET}\n`])
  if (SOAK) console.log(`${tried} calls, ${swaps} swaps: ${JSON.stringify([...told].sort())}`)
  // The thread met the tools: some calls found the file, others a link in its place.
  expect(swaps).toBeGreaterThan(100)
  expect([...told.keys()]).toEqual(expect.arrayContaining(["file_read ok", "opened", "refused"]))
  expect([...told.keys()].filter((key) => key.endsWith(" invalid"))).not.toEqual([])
})
