import type { Dirent } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { lookAt } from "../os/handle.ts"
import { ignoredBelow } from "../os/ignored.ts"
import type { Located } from "../os/path.ts"
import { attempt, problem, problemOf } from "../os/problem.ts"
import { below, walk, type Found } from "../os/walk.ts"
import { namesNear } from "./near.ts"
import { pathFact, placeOf } from "./place.ts"
import { told, type Tool } from "./tool.ts"

const ENTRIES_MAX = 500
const DEPTH_MAX = 10

const Input = Schema.Struct({
  path: Schema.String,
  depth: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: DEPTH_MAX })))
})
type Input = typeof Input.Type

/** `directory_list({path: "."})  // => "src/\nREADME.md  120"` */
export const directoryList: Tool<Input> = {
  name: "directory_list",
  summary: "list a directory",
  description:
    `List a directory: name, size in bytes; / marks directories. depth 1 unless given; ${ENTRIES_MAX} entries. ` +
    "Ignored directories are named, not entered.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits: "500 entries; depth up to 10",
  facts: ({ path }, workspace) => ({ changes: false, paths: [pathFact(workspace, path, "read")] }),
  run: Effect.fnUntraced(function*({ path, depth = 1 }, context) {
    const place = yield* attempt(`list ${path}`, () => placeOf(context, path, "read"))
    if (place.kind === "missing") return yield* Effect.fail(problem(`list ${place.shown}: it does not exist${namesNear(place)}`))
    if (place.kind !== "directory") return yield* Effect.fail(problem(`list ${place.shown}: it is no directory; read it with file_read`))
    const lines = yield* Effect.tryPromise({ try: () => list(place, depth), catch: (thrown) => problemOf(`list ${place.shown}`, thrown) })
    return told(lines.join("\n"))
  })
}

const list = async (place: Located, depthMax: number): Promise<readonly string[]> => {
  const lines: string[] = []
  for await (const found of walk(place.absolute, { closed: await ignoredBelow(place.absolute), depthMax })) {
    if (lines.length === ENTRIES_MAX) return [...lines, `(only the first ${ENTRIES_MAX} entries; list a directory below, or less deep)`]
    lines.push(line(place, found))
  }
  return lines.length === 0 ? ["(the directory is empty)"] : lines
}

const line = (place: Located, { path, entry }: Found): string => {
  const absolute = below(place.absolute, path)
  if (entry.isDirectory()) return `${path}/`
  if (entry.isSymbolicLink()) return `${path} -> ${seenAt(absolute)?.target ?? "?"}`
  if (entry.isFile()) return `${path}  ${seenAt(absolute)?.stat.size ?? "?"}`
  return `${path}  (${kindOfSpecial(entry)})`
}

const seenAt = (absolute: string): ReturnType<typeof lookAt> | null => {
  try {
    return lookAt(absolute)
  } catch {
    // It vanished between being listed and being looked at.
    return null
  }
}

const kindOfSpecial = (entry: Dirent): string =>
  entry.isFIFO() ? "pipe" : entry.isSocket() ? "socket" : entry.isCharacterDevice() || entry.isBlockDevice() ? "device" : "special"
