import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ToolTrial } from "./host-tool.ts"
import type { OwnWorld } from "./own-world.ts"

const NOTE = "first line\nsecond line\n"

const write = (root: string, name: string, text: string): void => writeFileSync(join(root, name), text)

const withNote = (root: string): void => write(root, "note.txt", NOTE)

/** More to read than a model should. */
const longLines = Array.from({ length: 4_000 }, (_, index) => `line ${index} of many with the word note`).join("\n")

const withMuch = (root: string): void => {
  withNote(root)
  write(root, "much.txt", longLines)
}

const git = (root: string, ...words: readonly string[]) => execFileSync("git", ["-C", root, "-c", "user.name=a", "-c", "user.email=a@b.c", ...words], { stdio: "ignore" })

/** Made once, copied for each call. */
let made: string | null = null

const inRepository = (root: string): void => {
  made ??= makeRepository()
  cpSync(made, root, { recursive: true })
}

const makeRepository = (): string => {
  const root = mkdtempSync(join(tmpdir(), "loom-repository-"))
  withMuch(root)
  git(root, "init", "--quiet", "--initial-branch=main")
  git(root, "add", "--all")
  git(root, "commit", "--quiet", "--message", "first")
  return root
}

const withFolder = (root: string): void => void mkdirSync(join(root, "src"))

/** What each of the engine's tools is tried with, in a world where the web, other models and background commands are. */
export const ownTrials = ({ site, said, much, silent }: OwnWorld): Readonly<Record<string, ToolTrial>> => ({
  file_read: {
    prepare: withMuch,
    works: [{ path: "note.txt" }, { path: "much.txt", offset: 2, limit: 3 }],
    fails: [{ path: "none.txt" }, { path: "." }],
    long: { path: "much.txt" }
  },
  file_write: {
    works: [
      { path: "a/new.txt", content: NOTE },
      { path: "empty.txt", content: "" }
    ],
    fails: [{ path: "folder/", content: "" }]
  },
  file_edit: {
    prepare: withNote,
    works: [{ path: "note.txt", edits: [{ old: "first", new: "1st" }] }],
    fails: [
      { path: "note.txt", edits: [{ old: "third", new: "3rd" }] },
      { path: "note.txt", edits: [{ old: "line", new: "row" }] },
      { path: "none.txt", edits: [{ old: "a", new: "b" }] }
    ]
  },
  apply_patch: {
    prepare: withNote,
    works: [{ patch: "*** Begin Patch\n*** Update File: note.txt\n@@\n-first line\n+1st line\n*** Add File: a/new.txt\n+new\n*** End Patch" }],
    fails: [{ patch: "*** Begin Patch\n*** Delete File: none.txt\n*** End Patch" }, { patch: "no patch" }]
  },
  file_search: { prepare: withNote, works: [{ pattern: "*.txt" }, { pattern: "none" }], fails: [{ pattern: "*", path: "none" }] },
  content_search: { prepare: withMuch, works: [{ pattern: "second" }, { pattern: "nowhere" }], fails: [{ pattern: "(" }], long: { pattern: "note" } },
  directory_list: { prepare: withNote, works: [{ path: "." }, { path: ".", depth: 2 }], fails: [{ path: "none" }] },
  shell: {
    prepare: withNote,
    works: [{ command: "echo said; echo more >&2" }, { command: "cp note.txt copy.txt" }],
    fails: [{ command: "exit 3" }, { command: "sleep 20", timeout_ms: 50 }, { command: "true", cwd: "none" }],
    slow: { command: "echo begun; sleep 20; echo late > late.txt" },
    long: { command: "yes 'a long line of output that nobody wants to read' | head -c 2000000" }
  },
  shell_output: {
    works: [
      { id: said, all: true },
      { id: said, all: true, wait_ms: 10 }
    ],
    fails: [{ id: "bg0" }],
    slow: { id: silent, wait_ms: 20_000 },
    long: { id: much, all: true }
  },
  shell_stop: { works: [{ id: said }], fails: [{ id: "bg0" }], long: { id: much } },
  git: {
    prepare: inRepository,
    works: [
      { operation: "log", args: ["--format=%s"] },
      { operation: "branch", args: ["other"] }
    ],
    fails: [{ operation: "show", args: ["none"] }, { operation: "push" }],
    long: { operation: "show", args: ["HEAD"] }
  },
  // What a server says is tried with real ones: test/effects/lsp. Here there are none.
  lsp_diagnostics: { prepare: withNote, works: [{ path: "." }], fails: [{ path: "note.txt" }, { path: "none.txt" }] },
  sub_agent: {
    prepare: withFolder,
    works: [{ task: "look" }, { task: "look", scope: "src", model: "test:other" }],
    fails: [{ task: "stumble" }, { task: "never begin" }, { task: " " }, { task: "look", scope: "none" }],
    slow: { task: "wait" },
    long: { task: "much" }
  },
  oracle: { works: [{ question: "why" }], fails: [{ question: "stumble" }, { question: "never begin" }, { question: "" }], slow: { question: "wait" }, long: { question: "much" } },
  web_fetch: {
    works: [{ url: `${site}/page` }, { url: `${site}/text` }],
    fails: [{ url: `${site}/missing` }, { url: "http://127.0.0.1:1/" }, { url: "http://localhost/" }, { url: "file:///etc/passwd" }, { url: "no address" }],
    slow: { url: `${site}/never` },
    long: { url: `${site}/long` }
  },
  web_search: {
    works: [{ query: "loom" }, { query: "none" }],
    fails: [{ query: "html" }, { query: "" }, { query: "x".repeat(1_000) }],
    slow: { query: "never" },
    long: { query: "long" }
  },
  context_search: { works: [], fails: [{ query: "loom" }, { query: " " }] },
  context_read: { works: [], fails: [{ ids: ["s/0-4"] }, {}, { ids: ["s/0-4"], mode: "answer" }, { ids: ["s/0-4"], from: "x" }] },
  decision_log: {
    // What is logged gets an id that no other has, so that no two calls end alike: test/runtime/decision-graph.test.ts.
    works: [],
    fails: [
      { kind: "goal", title: " " },
      { kind: "decision", title: "a", confidence: 101 },
      { kind: "decision", title: "a", replaces: "none" },
      { kind: "goal", title: "a", from: "nobody" },
      { kind: "goal", title: "a", type: "requires" }
    ]
  },
  decision_query: {
    works: [{}, { list: "pulse" }, { list: "goals" }, { list: "tried" }, { query: "words that nobody said" }],
    fails: [{ query: " " }, { query: "a", list: "goals" }]
  },
  ask_user: { works: [], fails: [{ question: "Which port?" }] }
})
