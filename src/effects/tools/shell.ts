import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { locateInside } from "../os/path.ts"
import { attempt, problem, refuse } from "../os/problem.ts"
import { startBackground } from "./background-start.ts"
import { requireNoPlaceholder } from "./placeholders.ts"
import { runAndTell } from "./run-and-tell.ts"
import { runEnclosed, type Run } from "./run-enclosed.ts"
import { shellFacts } from "./shell/facts.ts"
import { prepareLine } from "./shell/line.ts"
import { told, type Tool, type ToolContext } from "./tool.ts"

const TIMEOUT_MS = 60_000
const TIMEOUT_MS_MAX = 600_000
/** Nothing that is meant to run beside the work needs longer. */
const BACKGROUND_MS_MAX = 24 * 60 * 60_000

const Input = Schema.Struct({
  command: Schema.String,
  timeout_ms: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: TIMEOUT_MS_MAX }))),
  cwd: Schema.optionalKey(Schema.String),
  background: Schema.optionalKey(Schema.Boolean.annotate({ description: "go on without waiting; gives an id for shell_output and shell_stop" }))
})
type Input = typeof Input.Type

/** `shell({command: "npm test"})  // => "exit code 1\n…"` */
export const shell: Tool<Input> = {
  name: "shell",
  summary: "run a command",
  description:
    "Run a command with sh -c in the workspace, without input or terminal. Gives exit code, stdout and marked stderr; " +
    "past 30 kB only head and tail. Timeout 60 s unless given, at most 600 s. Nothing it starts outlives it, nor background commands the session.",
  input: Input,
  access: "executes",
  enclosed: true,
  idempotent: false,
  limits:
    "60 s, at most 600 s; the whole process group dies with it; head and tail of output past 30 kB, up to 4 MB of it kept beside; in the background 16 at once, a day each",
  prepare: ({ command }) => prepareLine(command),
  facts: ({ command, cwd }, { roots }) => {
    if (command.trim() === "") refuse("the command is empty")
    if (command.includes("\0")) refuse("the command contains a NUL character")
    requireNoPlaceholder("shell", command)
    const place = locateInside(roots, cwd ?? ".")
    return shellFacts(command, place, roots)
  },
  run: Effect.fnUntraced(function*({ command, timeout_ms: timeoutMs, cwd = ".", background = false }, context) {
    const place = yield* attempt(`run in ${cwd}`, () => locateInside(context.workspace.roots, cwd))
    if (place.kind !== "directory") return yield* Effect.fail(problem(`run in ${place.shown}: it is no directory`))
    const run = { file: "/bin/sh", arguments: ["-c", command], cwd: place.absolute, environment: quietEnvironment() }
    if (background) return yield* startBeside({ ...run, timeoutMs: timeoutMs ?? BACKGROUND_MS_MAX }, command, context)
    return yield* runAndTell({ ...run, timeoutMs: timeoutMs ?? TIMEOUT_MS }, context)
  })
}

/** The number of the call is in the id, so that no later process takes one id for another. */
const startBeside = (run: Run, command: string, context: ToolContext) => {
  const id = `bg${context.marker.slice(context.marker.lastIndexOf(":") + 1)}`
  const started = startBackground({ id, command }, (hear) => runEnclosed(run, context, hear), context.background)
  return Effect.as(started, told(`${id} runs in the background; shell_output tells what it says, shell_stop ends it`))
}

/** Nothing asks, pages, paints or opens an editor: nobody is there. */
export const quietEnvironment = (): Readonly<Record<string, string | undefined>> => ({
  ...process.env,
  TERM: "dumb",
  NO_COLOR: "1",
  PAGER: "cat",
  GIT_PAGER: "cat",
  GIT_EDITOR: "true",
  GIT_TERMINAL_PROMPT: "0",
  // `cd src` means the folder here, as vetting takes it.
  CDPATH: undefined,
  ...UNTOUCHED_INDEX
})

/** Looking at a repository does not write what git saw into its index: a command that only reads changes nothing. */
const UNTOUCHED_INDEX =
  process.env["GIT_CONFIG_COUNT"] === undefined
    ? { GIT_OPTIONAL_LOCKS: "0", GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "diff.autoRefreshIndex", GIT_CONFIG_VALUE_0: "false" }
    : { GIT_OPTIONAL_LOCKS: "0" }
