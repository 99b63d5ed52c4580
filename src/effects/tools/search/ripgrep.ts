import { access, constants } from "node:fs/promises"
import { basename, dirname } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { isIgnoredItself } from "../../os/ignored.ts"
import { problem, type Problem } from "../../os/problem.ts"
import { runProcess } from "../../os/process.ts"
import { globFilter } from "./glob-filter.ts"
import { collectHits, MATCHES_MAX, type Hit, type Hits, type Search } from "./hits.ts"

const TIMEOUT_MS = 60_000
/** Longer lines are cut by ripgrep already, so that a file of one line does not fill the memory. */
const COLUMNS_MAX = 2_000
const COMPLAINT_LENGTH_MAX = 500

/** Where ripgrep's program lies; `null` where this machine got none. */
export const ripgrepPath = async (): Promise<string | null> => {
  try {
    const { rgPath } = await import("@vscode/ripgrep")
    await access(rgPath, constants.X_OK)
    return rgPath
  } catch {
    // It is an optional part of the installation; the plain scan does without it.
    return null
  }
}

/**
 * Searches with ripgrep and stops it once there is enough.
 * Errors: fails with a `Problem` where the pattern is no regular expression, or ripgrep could not do its work.
 */
export const ripgrep = Effect.fnUntraced(function*(program: string, search: Search): Effect.fn.Return<Hits, Problem> {
  const { place, glob, marker } = search
  const fits = glob?.includes("/") === true ? yield* globFilter(glob) : () => true
  const directory = place.kind === "file" ? dirname(place.absolute) : place.absolute
  const aloof = yield* Effect.promise(() => isIgnoredItself(directory))
  const { add, hits } = collectHits()
  const enough = yield* Deferred.make<"enough">()
  const parse = linesOf(search, fits, place.kind === "file" ? dirname(place.shown) : place.shown)
  let complaint = ""
  const hear = (stream: "stdout" | "stderr", bytes: Buffer): void => {
    if (stream === "stderr") complaint = (complaint + bytes.toString("utf8")).slice(0, COMPLAINT_LENGTH_MAX)
    else if (!parse(bytes).every(add)) Deferred.doneUnsafe(enough, Effect.succeed("enough"))
  }
  const running = runProcess({
    file: program,
    arguments: [...(aloof ? ["--no-ignore-parent"] : []), ...argumentsOf(search)],
    cwd: directory,
    environment: process.env,
    marker,
    timeoutMs: TIMEOUT_MS,
    hear
  })
  const ended = yield* Effect.raceFirst(running, Deferred.await(enough))
  if (ended === "enough" || hits().lines.length > 0) return hits()
  if (ended.how === "timed-out")
    return yield* Effect.fail(problem(`search ${place.shown}: it took longer than ${TIMEOUT_MS} ms; narrow the path or the glob`))
  if (ended.how === "exited" && ended.code < 2) return hits()
  if (complaint.includes("regex parse error"))
    return yield* Effect.fail(problem(`search for ${search.pattern}: it is no regular expression\n${complaint.trim()}`))
  // Files that may not be read, or vanish, do not spoil a search.
  if (/Permission denied|No such file/.test(complaint)) return hits()
  return yield* Effect.fail(problem(`search ${place.shown}: ripgrep failed: ${complaint.trim()}`))
})

const argumentsOf = ({ pattern, place, glob, context = 0 }: Search): readonly string[] => [
  ...["--no-config", "--color=never", "--no-heading", "--with-filename", "--line-number", "--null", "--sort=path", "--crlf"],
  ...["--hidden", "--no-require-git", "--no-ignore-dot", "--no-ignore-global", "--glob=!.git", "--glob=!node_modules"],
  ...[`--max-columns=${COLUMNS_MAX}`, "--max-columns-preview", `--max-count=${MATCHES_MAX + 1}`, `--context=${context}`],
  ...globArguments(glob),
  ...[`--regexp=${pattern}`, "--", place.kind === "file" ? `./${basename(place.absolute)}` : "./"]
]

/** As a type of file a glob yields to .gitignore; as a glob it would override it. */
const globArguments = (glob: string | undefined): readonly string[] => {
  if (glob === undefined) return []
  if (glob.startsWith("!")) return [`--glob=${glob}`]
  return glob.includes("/") ? [] : [`--type-add=loom:${glob}`, "--type=loom"]
}

/** Reads ripgrep's output, `path NUL line:text` or `path NUL line-text`, as it comes in pieces. */
const linesOf = ({ hides }: Search, fits: (path: string) => boolean, directory: string): ((bytes: Buffer) => readonly Hit[]) => {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const end = all.lastIndexOf(10) + 1
    rest = all.subarray(end)
    return all.toString("utf8", 0, end).split("\n").flatMap((line) => hitOf(line, fits, directory) ?? []).filter(({ path }) => hides?.(path) !== true)
  }
}

const hitOf = (output: string, fits: (path: string) => boolean, directory: string): Hit | null => {
  const match = /^(?:\.\/)?([^\0]+)\0(\d+)([:-])(.*)$/s.exec(output)
  if (match === null || !fits(match[1] as string)) return null
  const path = directory === "." ? (match[1] as string) : `${directory}/${match[1]}`
  return { path, line: Number(match[2]), text: match[4] as string, matches: match[3] === ":" }
}
