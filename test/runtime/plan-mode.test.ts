import { createHash } from "node:crypto"
import { lstatSync, readdirSync, readFileSync, readlinkSync, utimesSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { ScriptedAnswer } from "../../src/effects/llm/script.ts"
import { sayAndRest, shutDown, words } from "../../src/interfaces/cli/rest.ts"
import { openApp } from "../../src/runtime/app.ts"
import { engineTools } from "../../src/effects/tools/registry.ts"
import { slice } from "../../src/machine/vector.ts"
import { RUNS_FACTOR, SEED } from "../properties/holds.ts"
import { newPlace, says } from "./replay/support/worked-session.ts"

/* Plan mode changes nothing on disk, ever: random calls of all tools, though rules allow all of them, against a real workspace. */

type Call = readonly [string, Readonly<Record<string, unknown>>]

const path = fc.constantFrom(
  "README.md",
  "src/one.txt",
  "src",
  ".",
  "new.txt",
  "new/deep.txt",
  "crlf.bat",
  ".git/config",
  "../outside.txt",
  "staged.txt",
  ".gitignore"
)
const word = fc.constantFrom(
  "README.md",
  "src/one.txt",
  "*",
  "new.txt",
  "-f",
  "-r",
  "--force",
  "HEAD",
  "$(touch made)",
  "`touch made`",
  ">",
  ">>",
  "|",
  "&&",
  ";",
  "&",
  "tee",
  "made",
  "-o",
  "--output=made",
  "x=1",
  "\n",
  "'",
  "<(touch made)",
  "--"
)
const program = fc.constantFrom(
  "ls",
  "cat",
  "rm",
  "touch",
  "mv",
  "cp",
  "git status",
  "git stash",
  "git stash pop",
  "git diff",
  "git log",
  "git show",
  "git branch made",
  "git checkout .",
  "git add -A",
  "git commit -m x",
  "git stash list",
  "git gc",
  "sort",
  "find . -name one.txt",
  "find . -delete",
  "sed -i s/a/b/",
  "sed -n 1p",
  "echo x",
  "tee",
  "env",
  "sh -c",
  "eval",
  "xargs rm",
  "ln -s",
  "mkdir",
  "chmod +x",
  "truncate -s 0",
  "node -e 1",
  "grep a",
  "head",
  "cd src",
  "pwd",
  "date",
  "tree",
  "uniq",
  "diff",
  "npm test"
)
const command = fc
  .array(fc.oneof({ weight: 2, arbitrary: program }, { weight: 3, arbitrary: word }), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(" "))
const gitArgs = fc.array(fc.oneof(word, fc.constantFrom("-m", "x", "list", "show", "push", "pop", "-p", "--stat", "-A", "made")), {
  maxLength: 3
})

const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({ command, background: fc.boolean() }, { requiredKeys: ["command"] })
      .map((given): Call => ["shell", { ...given, timeout_ms: 5_000 }])
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ operation: fc.constantFrom("status", "diff", "log", "show", "add", "commit", "branch", "stash"), args: gitArgs })
      .map((given): Call => ["git", given])
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...engineTools.map(({ name }) => name).filter((name) => !["shell", "git", "web_fetch"].includes(name))), path)
      .map(([name, at]): Call => [name, givenFor(name, at)])
  }
)

const givenFor = (name: string, at: string): Call[1] => {
  switch (name) {
    case "file_write":
      return { path: at, content: "changed" }
    case "file_edit":
      return { path: at, edits: [{ old: "one", new: "changed" }] }
    case "apply_patch":
      return { patch: `*** Begin Patch\n*** Delete File: ${at}\n*** Add File: made.txt\n+x\n*** End Patch` }
    case "file_search":
    case "content_search":
      return { pattern: "one", path: at }
    case "ask_user":
      return { question: "may I?" }
    case "shell_output":
    case "shell_stop":
      return { id: "shell_1" }
    default:
      return { path: at }
  }
}

/** Every file with all that is to be known of it, git's own too; but the time of an object, which git renews where it would write the same again (AFTER-2). */
const everything = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) => {
        const stat = lstatSync(join(folder, name))
        const content = stat.isFile()
          ? createHash("sha256")
              .update(readFileSync(join(folder, name)))
              .digest("hex")
          : stat.isSymbolicLink()
            ? readlinkSync(join(folder, name))
            : ""
        const time = name.startsWith(".git/objects/") ? "" : stat.mtimeMs
        return [name, `${stat.mode} ${stat.isDirectory() ? "" : `${stat.ino} ${time} `}${content}`]
      })
  )

const CALLS_A_ANSWER = 12

/** Those that only look, and yet once wrote into the index. */
const LOOKING: readonly Call[] = [
  ["shell", { command: "git diff" }],
  ["shell", { command: "git status && git diff HEAD" }],
  ["git", { operation: "diff" }],
  ["git", { operation: "status" }]
]

test(
  "whatever the model calls in plan mode, and whatever is allowed, every file stays as it is",
  { timeout: 60_000 * RUNS_FACTOR },
  async () => {
    const calls = [...LOOKING, ...fc.sample(call, { numRuns: 40 * RUNS_FACTOR, seed: SEED })]
    const count = calls.length
    const answers: readonly ScriptedAnswer[] = Array.from({ length: Math.ceil(count / CALLS_A_ANSWER) }, (_, index) => ({
      blocks: calls
        .slice(index * CALLS_A_ANSWER, (index + 1) * CALLS_A_ANSWER)
        .map(([name, given]) => ({ type: "tool-call" as const, name, arguments: given }))
    }))
    const place = newPlace([...answers, says("Done.")])
    // Git would look at a file again whose time is not the one it knows.
    utimesSync(join(place.root, "src/one.txt"), 1, 1)
    const before = everything(place.root)
    const statuses = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function*() {
          const app = yield* openApp({
            environment: place.environment,
            cwd: place.root,
            flagsLayer: { permissionMode: "plan", allow: ["*", "shell(*)", "file_write(*)", "git(*)"], maxSteps: count }
          })
          const session = yield* app.sessions.open({ settings: app.settings, attended: false })
          const state = yield* sayAndRest(session, words("look around"))
          yield* shutDown(session)
          return slice(state.session.transcript).flatMap((entry) =>
            entry.type === "results" ? entry.results.map(({ status }) => status) : []
          )
        })
      )
    )
    expect(everything(place.root)).toEqual(before)
    expect(statuses).toHaveLength(count)
    // It did look, and it was held back.
    expect([
      statuses.includes("ok"),
      statuses.includes("denied"),
      statuses.filter((status) => status === "ok").length > count / 20
    ]).toEqual([true, true, true])
  }
)
