import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import { foldersTouched } from "../../../src/effects/context/folders-touched.ts"
import { gatherAll, gatherNews } from "../../../src/effects/context/gather.ts"
import { notYetSaid } from "../../../src/effects/context/said.ts"
import type { Entry, NoteSource, Session } from "../../../src/machine/session.ts"
import { emptyDirectory, put } from "../git/place.ts"
import { sessionWith } from "./session.ts"

const asked = (text: string): Entry => ({ type: "user", parts: [{ type: "text", text }], turn: 1, bytes: 1 })
const called = (name: string, given: object): Entry => ({
  type: "assistant",
  model: "m:1",
  blocks: [{ type: "tool-call", id: "call_1", name, arguments: JSON.stringify(given) }],
  ended: "complete",
  turn: 1,
  bytes: 1
})
const noted = (text: string, source: NoteSource = "context"): Entry => ({ type: "note", source, text, turn: 1, bytes: 1 })

const place = () => {
  const root = emptyDirectory()
  put(root, { "LOOM.md": "at the root", "a/AGENTS.md": "in a", "a/b/LOOM.md": "in a/b", "a/b/c/x.ts": "", "z/LOOM.md": "in z", "z/y.ts": "" })
  return root
}

const sourcesSaid = async (session: Session): Promise<readonly string[]> => {
  const { joined } = await Effect.runPromise(gatherAll(session))
  return joined.filter(({ from }) => from === "rules file").map(({ fragment }) => fragment.source)
}

describe("the rules of folders reach the model when the session has to do with them (CONTEXT-46)", () => {
  test.each([
    ["nothing yet", [asked("hello")], ["LOOM.md"]],
    ["a path in words", [asked("look at `a/b/c/x.ts`, please.")], ["LOOM.md", "a/AGENTS.md", "a/b/LOOM.md"]],
    ["a file that is read", [called("file_read", { path: "z/y.ts" })], ["LOOM.md", "z/LOOM.md"]],
    ["one that is written and not there yet", [called("file_write", { path: "a/new/file.ts", content: "z/y.ts" })], ["LOOM.md", "a/AGENTS.md"]],
    ["a folder", [called("directory_list", { path: "a/b" })], ["LOOM.md", "a/AGENTS.md", "a/b/LOOM.md"]],
    ["where a command runs, and what it names", [called("shell", { command: "cat z/y.ts | wc", cwd: "a" })], ["LOOM.md", "a/AGENTS.md", "z/LOOM.md"]],
    ["a patch", [called("apply_patch", { patch: "*** Begin Patch\n*** Update File: z/y.ts\n*** Move to: a/y.ts\n*** End Patch" })], ["LOOM.md", "a/AGENTS.md", "z/LOOM.md"]],
    ["what leads outside, or is no path", [called("file_read", { path: "../../etc/passwd" }), called("file_read", { path: 3 }), asked("~/x /etc/hosts a\0/b")], ["LOOM.md"]]
  ] as const)("%s", async (_, entries, sources) => {
    expect(await sourcesSaid(sessionWith({ roots: [place()], entries }))).toEqual(sources)
  })

  test("each once while it stands in the window, whoever said it; what changed again", async () => {
    const root = place()
    const touched = [called("file_read", { path: "z/y.ts" })]
    const session = (entries: readonly Entry[], base = 0) => sessionWith({ roots: [root], entries, base })
    const news = (given: Session, path = "z/y.ts") =>
      Effect.runPromise(gatherNews(given, [{ type: "tool-call", id: "call_1", name: "file_write", arguments: JSON.stringify({ path }) }]))
    const first = await news(session(touched))
    expect(first).toBe(
      '<instructions file="LOOM.md">\nHow the people of this workspace want you to work:\n\nat the root\n</instructions>\n\n<instructions file="z/LOOM.md">\nHow the people of this workspace want you to work in z:\n\nin z\n</instructions>'
    )
    expect(await news(session(touched), "LOOM.md")).toBe("")
    expect(await news(session([...touched, noted(first)]))).toBe("")
    expect(await news(session([...touched, noted(`<hook>\nx\n</hook>\n\n${first}`, "hook")]))).toBe("")
    expect(await news(session([...touched, noted(first)], 2))).toBe(first)
    const { joined } = await Effect.runPromise(gatherAll(session([...touched, noted(first, "hook")])))
    expect(notYetSaid(session([...touched, noted(first, "hook")]), joined.map(({ fragment }) => fragment)).map(({ source }) => source)).toEqual(["environment", "git", "date"])
    writeFileSync(join(root, "z/LOOM.md"), "new in z")
    expect(await news(session([...touched, noted(first)]))).toContain("new in z")
  })

  test("those of another root carry its path; a link to a folder is the folder; a name cannot end its tag", async () => {
    const [root, other] = [place(), place()]
    symlinkSync(join(root, "a/b"), join(root, "link"))
    mkdirSync(join(root, 'o">dd'))
    writeFileSync(join(root, 'o">dd/LOOM.md'), "odd")
    const session = sessionWith({
      roots: [root, other],
      entries: [
        called("file_read", { path: `${other}/z/y.ts` }),
        called("file_read", { path: "link/c/x.ts" }),
        called("file_read", { path: 'o">dd/x' })
      ]
    })
    expect(foldersTouched(session).map((touched) => [touched.root === root, touched.folder])).toEqual([
      [true, ""],
      [true, "a"],
      [true, "a/b"],
      [true, "a/b/c"],
      [true, 'o">dd'],
      [false, ""],
      [false, "z"]
    ])
    const { joined } = await Effect.runPromise(gatherAll(session))
    expect(joined.map(({ fragment }) => fragment.text.split("\n", 1)[0]).slice(0, 6)).toEqual([
      '<instructions file="LOOM.md">', '<instructions file="a/AGENTS.md">', '<instructions file="a/b/LOOM.md">', '<instructions file="o??dd/LOOM.md">', `<instructions file="${other}/LOOM.md">`, `<instructions file="${other}/z/LOOM.md">`
    ])
  })

  test("all of them together stay within the rules' budget, those nearest the root first", async () => {
    const root = place()
    const long = "words of a rule that is long. ".repeat(300)
    put(root, { "LOOM.md": long, "a/AGENTS.md": long, "a/b/LOOM.md": long, "z/LOOM.md": long })
    const { joined, missing } = await Effect.runPromise(
      gatherAll(
        sessionWith({ roots: [root], entries: [called("file_read", { path: "a/b/c/x.ts" }), called("file_read", { path: "z/y.ts" })] })
      )
    )
    expect(joined.filter(({ from }) => from === "rules file").map(({ fragment, cut }) => [fragment.source, cut])).toEqual([
      ["LOOM.md", false],
      ["a/AGENTS.md", false],
      ["a/b/LOOM.md", true]
    ])
    expect(missing).toEqual(["z/LOOM.md: no room is left for it"])
  })
})
