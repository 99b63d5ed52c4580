import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { historyOf } from "../../../src/effects/graph/archaeology/history.ts"
import { proposalOf, type Proposed } from "../../../src/effects/graph/archaeology/proposal.ts"
import { scopeOf } from "../../../src/effects/graph/archaeology/subject-meaning.ts"

/** A repository of its own; each commit is a day younger than the one before. */
const repository = () => {
  const root = mkdtempSync(join(tmpdir(), "loom-archaeology-"))
  let day = 0
  const git = (...words: readonly string[]): string => {
    const at = `${1_767_000_000 + day * 86_400} +0000`
    return execFileSync("git", ["-C", root, ...words], { encoding: "utf8", env: { ...process.env, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at } }).trim()
  }
  git("init", "--quiet", "--initial-branch=main")
  const commit = (message: string, ...files: readonly string[]): string => {
    day++
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), `${message} ${day}\n`)
    }
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message", message)
    return git("rev-parse", "HEAD")
  }
  return { root, git, commit, nextDay: () => void day++ }
}

const historyIn = (root: string, since: string | null = null) => Effect.runPromise(historyOf(root, since))

const told = (proposed: readonly Proposed[]) => {
  const titles = new Map(proposed.map(({ wish }) => [wish.id, wish.title]))
  return proposed.map(({ wish: { kind, title, files = [] }, links, supersedes }) =>
    [`${kind} ${title}`, ...links.map((link) => ("from" in link ? `below ${titles.get(link.from)}` : `above ${titles.get(link.to)}`)), ...(supersedes === null ? [] : [`instead of ${titles.get(supersedes)}`]), ...files].join(" | ")
  )
}

test("a history becomes goals, what was done and decided below them, what was taken back, and what was released", async () => {
  const { root, git, commit, nextDay } = repository()
  commit("parser: numbers are read", "src/parser.ts")
  const tabs = commit("parser: tabs count as eight", "src/parser.ts", "docs/adr/0001-use-tabs.md")
  git("tag", "v1.0")
  git("checkout", "--quiet", "-b", "sso")
  commit("feat: sign in with OpenID instead of passwords", "src/sign in\u00e9.ts")
  git("checkout", "--quiet", "main")
  nextDay()
  git("merge", "--quiet", "--no-ff", "--message", "Merge pull request #12 from ann/sso\n\nSingle sign-on", "sso")
  nextDay()
  git("revert", "--no-edit", tabs)
  commit("tidy up")
  expect(told(proposalOf(await historyIn(root)))).toEqual([
    "goal parser",
    "action parser: numbers are read | below parser | src/parser.ts",
    "action parser: tabs count as eight | below parser | docs/adr/0001-use-tabs.md | src/parser.ts",
    "decision use tabs | below parser | above parser: tabs count as eight | docs/adr/0001-use-tabs.md",
    "outcome released v1.0 | below parser: tabs count as eight",
    "goal Single sign-on (#12)",
    "decision feat: sign in with OpenID instead of passwords | below Single sign-on (#12) | src/sign in\u00e9.ts",
    "goal everything else",
    'revisit Revert "parser: tabs count as eight" | below everything else | instead of parser: tabs count as eight | docs/adr/0001-use-tabs.md | src/parser.ts',
    "action tidy up | below everything else"
  ])
})

test("the same history gives the same nodes, marked as dug up, and more of it changes none that were there but goals", async () => {
  const { root, commit } = repository()
  commit("cli: one")
  commit("cli: two")
  const before = proposalOf(await historyIn(root))
  expect(proposalOf(await historyIn(root))).toEqual(before)
  expect(before.map(({ wish }) => [wish.origin, wish.author, wish.commit === undefined])).toEqual([
    ["archaeology", "Test", true],
    ["archaeology", "Test", false],
    ["archaeology", "Test", false]
  ])
  commit("cli: three")
  const ids = new Set(proposalOf(await historyIn(root)).map(({ wish }) => wish.id))
  expect(before.filter(({ wish }) => !ids.has(wish.id))).toEqual([])
})

test("a history can be begun at a date, and one without commits says so", async () => {
  const { root, commit } = repository()
  await expect(historyIn(root)).rejects.toThrow(/^git log in .*HEAD/)
  commit("one")
  commit("two")
  expect((await historyIn(root, "2026-01-01T12:00:00Z")).map(({ subject }) => subject)).toEqual([])
  expect((await historyIn(root, "2025-12-30T12:00:00Z")).map(({ subject }) => subject)).toEqual(["two"])
})

test("scopes are read as people write them", () => {
  expect(["fix(parser): x", "parser: x", "feat: x", "feat!: x", "api!: x", "say: what: x", "no scope", "http://x"].map(scopeOf)).toEqual([
    "parser",
    "parser",
    null,
    null,
    "api",
    "say",
    null,
    null
  ])
})
