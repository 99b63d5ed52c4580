import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readWhole, replaceWhole, requireFile, versionBySize, versionOf, WHOLE_BYTES_MAX, withFile, type FileContent } from "../os/file.ts"
import type { Located } from "../os/path.ts"
import { attempt, refuse } from "../os/problem.ts"
import { requireNoPlaceholder } from "./placeholders.ts"
import { pathFact, placeOf } from "./place.ts"
import { counted } from "./text.ts"
import { told, type Tool, type ToolContext } from "./tool.ts"

const Input = Schema.Struct({ path: Schema.String, content: Schema.String })
type Input = typeof Input.Type

/** `file_write({path: "notes/a.md", content: "# A\n"})  // => "wrote notes/a.md: 1 line, 4 bytes, new"` */
export const fileWrite: Tool<Input> = {
  name: "file_write",
  summary: "write a whole file",
  description:
    "Write a whole file, making its directories. An existing file must have been read whole first and not have changed since; prefer file_edit for changes.",
  input: Input,
  access: "writes",
  idempotent: true,
  limits: "atomic; the mode stays; refuses to overwrite what changed since it was read, or was never read, or only in part",
  facts: ({ path }, workspace) => ({ changes: true, paths: [pathFact(workspace, path, "write")] }),
  run: Effect.fnUntraced(function*({ path, content }, context) {
    const place = yield* attempt(`write ${path}`, () => placeOf(context, path, "write"))
    return told(yield* attempt(`write ${place.shown}`, () => write(place, content, context)))
  })
}

const write = (place: Located, text: string, { workspace, readFiles }: ToolContext): string => {
  const before = place.kind === "missing" ? null : existing(place)
  if (before !== null)
    requireSeen(
      place,
      before,
      readFiles.versionSeen(workspace.session, place.absolute),
      readFiles.unseenFrom(workspace.session, place.absolute)
    )
  requireNoPlaceholder(`write ${place.shown}`, text, before?.bytes.toString("utf8"))
  const bytes = Buffer.from(text, "utf8")
  replaceWhole(place, bytes, before)
  readFiles.remember(workspace.session, place.absolute, versionOf({ bytes }), "whole")
  return `wrote ${place.shown}: ${counted(lineCount(text), "line")}, ${counted(bytes.length, "byte")}${before === null ? ", new" : ""}`
}

/** What stands there now; of what is too large to be compared by content, only its size and time. */
const existing = (place: Located): FileContent => {
  requireFile(place, place.kind)
  return place.size <= WHOLE_BYTES_MAX ? readWhole(place) : withFile(place, (_, stat) => ({ bytes: Buffer.alloc(0), stat }))
}

/** An empty file has nothing to lose. */
const requireSeen = (place: Located, before: FileContent, seen: string | null, unseenFrom: number | null): void => {
  if (before.stat.size === 0) return
  if (seen === null) refuse(`write ${place.shown}: it exists and was not read in this session; read it first, or use file_edit`)
  if (seen !== versionBySize(before)) refuse(`write ${place.shown}: it changed since it was read; read it again`)
  if (unseenFrom !== null)
    refuse(
      `write ${place.shown}: only a part of it was read, and the rest would be lost; read on from line ${unseenFrom}, or use file_edit`
    )
}

const lineCount = (text: string): number => text.split("\n").length - (text.endsWith("\n") || text === "" ? 1 : 0)
