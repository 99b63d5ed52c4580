import { lstatSync, type Dirent, type readdir } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { ignoredBelow, type Ignored } from "../os/ignored.ts"
import type { Located } from "../os/path.ts"
import { attempt, problem, problemOf, refuse } from "../os/problem.ts"
import { below, entriesOf } from "../os/walk.ts"
import { pathFact, placeOf } from "./place.ts"
import { counted } from "./text.ts"
import { told, type Tool } from "./tool.ts"

const SHOWN_MAX = 200

const Input = Schema.Struct({
  pattern: Schema.String.check(Schema.isMinLength(1)).annotate({ description: "glob, as src/**/*.ts" }),
  path: Schema.optionalKey(Schema.String.annotate({ description: "directory" }))
})
type Input = typeof Input.Type

/** `file_search({pattern: "*.md"})  // => "docs/b.md\ndocs/a.md"`, the newest first */
export const fileSearch: Tool<Input> = {
  name: "file_search",
  summary: "find files by name",
  description:
    `Find files by glob, newest first, ${SHOWN_MAX} shown. A pattern without / means the name in any directory. ` +
    "Skips .git, node_modules and what .gitignore names.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits: "200 of N files, newest first; .gitignore honoured; links not followed",
  facts: ({ pattern, path = "." }, workspace) => {
    requireBelow(pattern)
    return { changes: false, paths: [pathFact(workspace, path, "read")] }
  },
  run: Effect.fnUntraced(function*({ pattern, path = "." }, context) {
    const place = yield* attempt(`search ${path}`, () => placeOf(context, path, "read"))
    if (place.kind !== "directory") return yield* Effect.fail(problem(`search ${place.shown}: it is no directory`))
    const paths = yield* Effect.tryPromise({
      try: (signal) => find(place, pattern, signal),
      catch: (thrown) => problemOf(`search ${place.shown}`, thrown)
    })
    return told(listed(newestFirst(place, paths), place.shown === "." ? "" : `${place.shown}/`, pattern))
  })
}

/** The pattern itself must not lead elsewhere. Errors: throws a `Problem` where it does. */
const requireBelow = (pattern: string): void => {
  if (pattern.startsWith("/")) refuse(`the pattern ${pattern} is absolute; give the directory as path and a pattern below it`)
  if (/(^|[/{,(|])\.\.([/},)|]|$)/.test(pattern)) refuse(`the pattern ${pattern} leads upwards; give the directory as path and a pattern below it`)
}

/** The search believes to be here; where the directory really is, with whatever characters, only `readdirOf` knows. */
const HERE = "/here"

const find = async (place: Located, pattern: string, signal: AbortSignal): Promise<readonly string[]> => {
  const [{ glob }, ignored] = await Promise.all([import("tinyglobby"), ignoredBelow(place.absolute)])
  return glob(pattern.includes("/") ? pattern : `**/${pattern}`, {
    cwd: HERE,
    dot: true,
    extglob: false,
    expandDirectories: false,
    followSymbolicLinks: false,
    fs: { readdir: readdirOf(place.absolute, ignored) as typeof readdir },
    signal
  })
}

type Heard = (error: Error | null, entries: readonly Dirent[]) => void

/** Reads the real directory for the search: nothing that is ignored, nothing behind a link, nothing above. */
const readdirOf = (top: string, ignored: Ignored) => (path: string, _options: unknown, heard: Heard): void => {
  const names = path.split("/").filter((name) => name !== "").slice(1)
  const hidden = !`${path}/`.startsWith(`${HERE}/`) || names.some((name, index) => ignored(joined(top, names.slice(0, index)), name, true))
  const directory = joined(top, names)
  const entries = hidden ? [] : entriesOf(directory).filter((entry) => !ignored(directory, entry.name, entry.isDirectory()))
  setImmediate(() => heard(null, entries))
}

const joined = (top: string, names: readonly string[]): string => (names.length === 0 ? top : below(top, names.join("/")))

interface Match {
  readonly path: string
  readonly modifiedMs: number
}

const newestFirst = (place: Located, paths: readonly string[]): readonly Match[] =>
  paths
    .map((path) => ({ path, modifiedMs: lstatSync(below(place.absolute, path), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.modifiedMs - a.modifiedMs || (a.path < b.path ? -1 : 1))

const listed = (matches: readonly Match[], prefix: string, pattern: string): string => {
  if (matches.length === 0) return `no file matches ${pattern}`
  const lines = matches.slice(0, SHOWN_MAX).map(({ path }) => `${prefix}${path}`)
  return matches.length <= SHOWN_MAX
    ? lines.join("\n")
    : `${lines.join("\n")}\n(${SHOWN_MAX} of ${counted(matches.length, "file")}; narrow the pattern)`
}
