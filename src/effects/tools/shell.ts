import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { CommandFact } from "../../machine/event.ts"
import { locateInside } from "../os/path.ts"
import { attempt, problem, refuse } from "../os/problem.ts"
import { requireNoPlaceholder } from "./placeholders.ts"
import { runAndTell } from "./run-and-tell.ts"
import { parseCommands } from "./shell-words.ts"
import type { Tool } from "./tool.ts"

const TIMEOUT_MS = 60_000
const TIMEOUT_MS_MAX = 600_000

const Input = Schema.Struct({
  command: Schema.String,
  timeout_ms: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: TIMEOUT_MS_MAX }))),
  cwd: Schema.optionalKey(Schema.String)
})
type Input = typeof Input.Type

/** `shell({command: "npm test"})  // => "exit code 1\n…"` */
export const shell: Tool<Input> = {
  name: "shell",
  summary: "run a command",
  description:
    "Run a command with sh -c in the workspace, without input or terminal. Gives exit code, stdout and marked stderr; " +
    "past 30 kB only head and tail. Timeout 60 s unless given, at most 600 s. Nothing it starts outlives it.",
  input: Input,
  access: "executes",
  idempotent: false,
  limits: "60 s, at most 600 s; the whole process group dies with it; head and tail of output past 30 kB, up to 4 MB of it kept beside",
  facts: ({ command, cwd }, { roots }) => {
    if (command.trim() === "") refuse("the command is empty")
    if (command.includes("\0")) refuse("the command contains a NUL character")
    requireNoPlaceholder("shell", command)
    const place = locateInside(roots, cwd ?? ".")
    const parsed = parseCommands(command)
    const commands = place.absolute === roots[0] || parsed === "unparsed" ? parsed : parsed.map(doubtingGit)
    return { changes: commands === "unparsed" || !commands.every(({ reads }) => reads), commands }
  },
  run: Effect.fnUntraced(function*({ command, timeout_ms: timeoutMs = TIMEOUT_MS, cwd = "." }, context) {
    const place = yield* attempt(`run in ${cwd}`, () => locateInside(context.workspace.roots, cwd))
    if (place.kind !== "directory") return yield* Effect.fail(problem(`run in ${place.shown}: it is no directory`))
    return yield* runAndTell({ file: "/bin/sh", arguments: ["-c", command], cwd: place.absolute, environment: quietEnvironment(), timeoutMs }, context)
  })
}

/** In another directory git may find another repository, whose settings can run programs. */
const doubtingGit = (fact: CommandFact): CommandFact => ({ ...fact, reads: fact.reads && !fact.text.startsWith("git") })

/** Nothing asks, pages, paints or opens an editor: nobody is there. */
export const quietEnvironment = (): Readonly<Record<string, string | undefined>> => ({
  ...process.env,
  TERM: "dumb",
  NO_COLOR: "1",
  PAGER: "cat",
  GIT_PAGER: "cat",
  GIT_EDITOR: "true",
  GIT_TERMINAL_PROMPT: "0"
})
