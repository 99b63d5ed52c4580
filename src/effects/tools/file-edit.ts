import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readWhole, replaceWhole, versionBySize, withFile, type FileContent } from "../os/file.ts"
import type { Located } from "../os/path.ts"
import { attempt, problem, refuse } from "../os/problem.ts"
import { applyEdits, editsMade, toLf } from "./edit/edit.ts"
import { namesNear } from "./near.ts"
import { requireNoPlaceholder } from "./placeholders.ts"
import { pathFact, placeOf } from "./place.ts"
import { BOM, requireText } from "./text.ts"
import { told, type Tool, type ToolContext } from "./tool.ts"
import { unifiedDiff } from "../git/unified.ts"

const Input = Schema.Struct({
  path: Schema.String,
  edits: Schema.Array(
    Schema.Struct({
      old: Schema.String,
      new: Schema.String,
      all: Schema.optionalKey(Schema.Boolean.annotate({ description: "replace every occurrence" }))
    })
  ).check(Schema.isMinLength(1))
})
type Input = typeof Input.Type

/** A larger file is better changed by a command. Units: bytes. */
const BYTES_MAX = 64 * 1024 * 1024

/** `file_edit({path: "a.ts", edits: [{old: "const a = 1", new: "const a = 2"}]})  // => the diff` */
export const fileEdit: Tool<Input> = {
  name: "file_edit",
  summary: "replace exact text in a file",
  description:
    "Replace exact text in an existing file. old must occur exactly once (or set all); give it without line numbers. " +
    "Edits apply in order, all or none. Returns the diff.",
  input: Input,
  access: "writes",
  idempotent: false,
  limits:
    "exact matches, else the only place that differs in blanks, quotes or indentation, and that is said; UTF-8 text up to 64 MB; line endings, byte order mark, final newline and mode stay",
  facts: ({ path }, workspace) => ({ changes: true, paths: [pathFact(workspace, path, "write")] }),
  run: Effect.fnUntraced(function*({ path, edits }, context) {
    const place = yield* attempt(`edit ${path}`, () => placeOf(context, path, "write"))
    if (place.kind === "missing")
      return yield* Effect.fail(problem(`edit ${place.shown}: it does not exist${namesNear(place)}; make it with file_write`))
    const made = yield* attempt(`edit ${place.shown}`, () => edit(place, edits, context))
    const diff = yield* Effect.promise(() => unifiedDiff(place.shown, toLf(made.before), toLf(made.after)))
    return told(`${editsMade(place.shown, edits.length, made.remarks)}\n${diff}`)
  })
}

/** Reads, edits and writes in one go: nothing of this process comes in between. */
const edit = (
  place: Located,
  edits: Input["edits"],
  { workspace, readFiles }: ToolContext
): { readonly before: string; readonly after: string; readonly remarks: readonly string[] } => {
  const content = readWhole(place, BYTES_MAX)
  requireFresh(place, content, readFiles.versionSeen(workspace.session, place.absolute))
  const whole = requireText(place.shown, content.bytes)
  const bom = whole.startsWith(BOM) ? BOM : ""
  const before = whole.slice(bom.length)
  requireNoPlaceholder(`edit ${place.shown}`, edits.map((each) => `${each.old}\n${each.new}`).join("\n"), before)
  const { text: after, remarks } = applyEdits(place.shown, before, edits)
  const bytes = Buffer.from(bom + after, "utf8")
  replaceWhole(place, bytes, content)
  readFiles.remember(workspace.session, place.absolute, withFile(place, (_, stat) => versionBySize({ bytes, stat })), "as-before")
  return { before, after, remarks }
}

const requireFresh = (place: Located, content: FileContent, seen: string | null): void => {
  if (seen !== null && seen !== versionBySize(content)) refuse(`edit ${place.shown}: it changed since it was read; read it again`)
}
