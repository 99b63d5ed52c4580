import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test, vi } from "vitest"
import { casesOf } from "../../bench/map-cases.ts"
import { measureMaps } from "../../bench/map.ts"
import { RANKERS } from "../../bench/map-rankers.ts"
import { rankBase } from "../../src/effects/repo/rank-base.ts"
import { emptyDirectory, git, put } from "../effects/git/place.ts"
import { file } from "../effects/repo/any-repository.ts"

afterEach(() => void vi.restoreAllMocks())

const committed = (root: string, message: string, files: Readonly<Record<string, string>>): string => {
  put(root, files)
  git(root, "add", "-A")
  git(root, "commit", "-q", "-m", message)
  return git(root, "rev-parse", "HEAD").trim()
}

const withHistory = () => {
  const root = emptyDirectory("cases")
  git(root, "init", "-q")
  const first = committed(root, "begin", { "src/router.ts": "export const route = 1\n", "src/mail.ts": "export const mail = 1\n", "notes.txt": "x" })
  const second = committed(root, "the router is faster\n\nmuch", { "src/router.ts": "export const route = 2\n", "src/new.ts": "export const added = 1\n" })
  const third = committed(root, "words alone", { "notes.txt": "y" })
  const fourth = committed(root, "mail and route", { "src/mail.ts": "export const mail = 2\n", "src/router.ts": "export const route = 3\n" })
  return { root, first, second, third, fourth }
}

test("a case is a commit with its words, its parent, and the files of code that it touched and that were there before; newest first", () => {
  const { root, first, second, third, fourth } = withHistory()
  expect(casesOf(root, "HEAD", 10)).toEqual([
    { commit: fourth, parent: third, message: "mail and route", files: ["src/mail.ts", "src/router.ts"] },
    { commit: second, parent: first, message: "the router is faster\n\nmuch", files: ["src/router.ts"] }
  ])
  expect(casesOf(root, second, 10).map(({ commit }) => commit)).toEqual([second])
})

test("the recall of each ranker is told, of the odd cases or the even ones, and the checkout stays as it is", async () => {
  const { root } = withHistory()
  const before = git(root, "status", "--porcelain=v2", "--branch")
  const cases = join(emptyDirectory("file"), "cases.json")
  writeFileSync(cases, JSON.stringify({ repositories: [{ name: "own", checkout: root, cases: casesOf(root, "HEAD", 10) }] }))
  const lines: string[] = []
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line))
  expect(await measureMaps({ file: cases, half: "odd", json: true })).toBe(0)
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
    Object.keys(RANKERS).flatMap((ranker) => [1024, 2048].map((budgetTokens) => ({ repository: "own", ranker, budgetTokens, cases: 1, recall: 1 })))
  )
  expect(git(root, "status", "--porcelain=v2", "--branch")).toBe(before)
}, 60_000)

test("every ranker shows files that are there, the first of them those that were asked for by words where it knows words", () => {
  const files = Array.from({ length: 400 }, (_, n) =>
    file(`src/part${n % 9}/${n === 333 ? "router" : `other${n}`}.ts`, [n === 333 ? "Router" : `thing${n}`], n === 1 ? ["Router"] : [])
  ).sort((a, b) => (a.path < b.path ? -1 : 1))
  const shown = Object.fromEntries(
    Object.entries(RANKERS).map(([name, ranker]) => [
      name,
      ranker({ files, base: rankBase(files), message: "the router is slow: Router" })(200)
    ])
  )
  expect(
    Object.entries(shown).map(([name, paths]) => [name, paths.size > 0 && paths.size < 100, paths.has("src/part0/router.ts")])
  ).toEqual([
    ["our map", true, true],
    ["our map, definitions alone", true, true],
    // Its walk begins at the file that is mentioned and finds what that leads to, which is nothing here.
    ["Aider's formula", true, false],
    ["paths by matching words", true, true],
    ["paths in their order", true, false]
  ])
})
