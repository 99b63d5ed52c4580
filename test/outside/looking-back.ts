import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect } from "vitest"
import { loom, place, script, type Answer, type Ended } from "./command.ts"

// What a careful reader of specs/replay.md expects of the commands that look back. One session of two turns, made once, is what most cases look at, from "another machine": another home, no workspace.

/** What the model says in the two turns. */
export const answers: readonly Answer[] = [
  [["file_write", { path: "src/süß a.txt", content: "one\n" }]],
  [["shell", { command: "printf 'two\\n' > 'ü 2.txt'; mkdir -p cache; echo c > cache/c" }]],
  "First \u001b[31mred\u001b[0m \u202edone.",
  [["file_edit", { path: "src/preis.js", edits: [{ old: "price = 1", new: "price = 2" }] }]],
  [["shell", { command: "rm 'ü 2.txt'; cat src/preis.js" }]],
  "Second done."
]

export interface Made {
  readonly beside: string
  readonly folder: string
  readonly home: string
  readonly id: string
  readonly log: string
}
export let made: Made

export const git = (folder: string, ...words: readonly string[]) =>
  execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...words], { cwd: folder, encoding: "utf8" })

export const workspace = (folder: string, withGit = true): void => {
  mkdirSync(join(folder, "src"), { recursive: true })
  writeFileSync(join(folder, "src/preis.js"), "export const price = 1\n")
  writeFileSync(join(folder, ".gitignore"), "cache/\n")
  if (withGit) {
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
  }
  writeFileSync(join(folder, "notiz ü.txt"), "mine\n")
}

/** Two turns, each a process of its own. */
export const session = async (beside: string, folder: string, home: string, file = join(beside, "script.json")): Promise<string> => {
  writeFileSync(file, script(answers))
  const model = ["--model", `scripted:${file}`, "--permission-mode", "bypass"]
  const first = await loom(folder, ["-p", "begin with ü", "--output-format", "json", ...model], { home })
  const second = await loom(folder, ["-p", "go on", "-c", ...model], { home })
  expect([first.code, second.code]).toEqual([0, 0])
  return (JSON.parse(first.stdout) as { session: string }).session
}

/** Makes the session before the first case of a file, and takes it away after the last. */
export const makeFirst = (): void => {
  beforeAll(async () => {
    const beside = realpathSync(mkdtempSync(join(tmpdir(), "loom-outside-replay-")))
    const [folder, home, log] = [join(beside, "Übung für morgen"), join(beside, "home"), join(beside, "zwei Runden.jsonl")]
    workspace(folder)
    const id = await session(beside, folder, home)
    expect((await loom(folder, ["export", id, "--to", log, "--with-files"], { home })).code).toBe(0)
    made = { beside, folder, home, id, log }
  }, 60_000)
  afterAll(() => rmSync(made.beside, { recursive: true, force: true }))
}

/** A folder of another machine that holds the log, with its bundle or without. */
export const elsewhere = (withFiles: boolean) => {
  const { beside, folder, home } = place()
  const log = join(folder, "zwei Runden.jsonl")
  cpSync(made.log, log)
  if (withFiles) cpSync(`${made.log}.bundle`, `${log}.bundle`)
  return { beside, folder, home, log }
}

export const lines = (file: string) => readFileSync(file, "utf8").trimEnd().split("\n")
/** What the first turn leaves behind. */
export const inTheWorkspace = { "src/süß a.txt": "one\n", "ü 2.txt": "two\n", "cache/c": "c\n" }
/** Every file below a folder with its bytes, git's own left out. */
export const files = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => !/^\.git(\/|$)/.test(name) && statSync(join(folder, name)).isFile())
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")])
  )
export const hash = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .toSorted()
    .map((name) => (statSync(join(folder, name)).isFile() ? `${name} ${createHash("sha256").update(readFileSync(join(folder, name))).digest("hex")}` : name))
/** Says something to a person, and no stack. */
export const isSentence = ({ stdout, stderr }: Ended) => (stdout + stderr).trim() !== "" && !/\n\s+at /.test(stdout + stderr)
/** The number of the first event of this type, or of a later one; in another log they may be others: deltas come as time will have it. */
export const numberOf = (type: string, nth = 0, log = readFileSync(made.log, "utf8")) =>
  log
    .split("\n")
    .filter((line) => line.startsWith('{"n":'))
    .map((line) => JSON.parse(line) as { n: number; type: string })
    .filter((event) => event.type === type)[nth]!.n
/** A call of each command that changes nothing. */
export const looking = (log: string): readonly (readonly string[])[] => [
  ["verify", log],
  ["replay", log],
  ["replay", log, "--json"],
  ["replay", log, "--at", "10"],
  ["stats", log],
  ["stats", log, "--json"],
  ["diff", log, log],
  ["bisect", log, "--when", "tool=file_edit"],
  ["shrink", log, "--when", "tool=file_edit"],
  ["test", log, "--out", "made", "--runner", "node"]
]
