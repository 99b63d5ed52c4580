import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readWhole, removeWhole, replaceWhole, versionBySize, withFile, type FileContent } from "../../os/file.ts"
import { locate, type Located } from "../../os/path.ts"
import { attempt, refuse, type Problem } from "../../os/problem.ts"
import { pathFact, placeOf } from "../place.ts"
import { requireNoPlaceholder } from "../placeholders.ts"
import { BOM, counted, requireText } from "../text.ts"
import { told, type Tool, type ToolContext } from "../tool.ts"
import { unifiedDiff } from "../../git/unified.ts"
import { applyHunks } from "./apply-hunks.ts"
import { isBeginPatch, parseBeginPatch } from "./begin-patch.ts"
import { pathsOf, type FilePatch } from "./patch.ts"
import { parseUnifiedPatch } from "./unified-patch.ts"
import { pathsInUnifiedPatch } from "./unified-paths.ts"

const Input = Schema.Struct({ patch: Schema.String })
type Input = typeof Input.Type

/** `apply_patch({patch: "*** Begin Patch\n*** Delete File: old.ts\n*** End Patch"})  // => "deleted old.ts"` */
export const applyPatch: Tool<Input> = {
  name: "apply_patch",
  summary: "change several files by a patch",
  description:
    "Apply a patch to files: *** Begin Patch … *** End Patch with Add, Update, Delete File and Move to, or a unified diff. All of it or nothing.",
  input: Input,
  access: "writes",
  idempotent: false,
  limits: "all changes or none; each at the only place, or the one that its @@ names; files as with `file_edit`",
  facts: ({ patch }, workspace) => {
    requireNoPlaceholder("patch", patch)
    const paths = isBeginPatch(patch) ? pathsOf(parseBeginPatch(patch)) : pathsInUnifiedPatch(patch)
    return { changes: true, paths: paths.map((path) => pathFact(workspace, path, "write")) }
  },
  run: Effect.fnUntraced(function*({ patch }, context) {
    const patches = isBeginPatch(patch) ? yield* attempt("patch", () => parseBeginPatch(patch)) : yield* Effect.promise(() => unified(patch))
    if ("message" in patches) return told(patches.message, "error")
    const changes = yield* attempt("patch", () => changesOf(patches, context))
    yield* attempt("patch", () => carryOut(changes, context))
    const reports = yield* Effect.forEach(changes, (change) => Effect.promise(() => reportOf(change)))
    return told(reports.join("\n"))
  })
}

const unified = (patch: string): Promise<readonly FilePatch[] | Problem> => parseUnifiedPatch(patch).catch((problem: Problem) => problem)

// ── what is to be done, worked out before anything is ────────────────────────────────────────────────────────────

/** One file before and after; `null` where there is none. */
interface Change {
  readonly place: Located
  readonly before: FileContent | null
  readonly after: Buffer | null
  /** Where it went, if it moved: the other half is a change of its own. */
  readonly movedTo: string | null
  readonly remarks: readonly string[]
}

const changesOf = (patches: readonly FilePatch[], context: ToolContext): readonly Change[] => {
  const twice = patches.map(({ path }) => path).find((path, index, all) => all.indexOf(path) !== index)
  if (twice !== undefined) refuse(`patch ${twice}: it is named twice; put all its changes into one section`)
  return patches.flatMap((patch) => changeOf(patch, context))
}

const changeOf = (patch: FilePatch, context: ToolContext): readonly Change[] => {
  const place = placeOf(context, patch.path, "write")
  switch (patch.kind) {
    case "add":
      if (place.kind !== "missing") refuse(`patch ${place.shown}: it exists; update it instead of adding it`)
      return [{ place, before: null, after: Buffer.from(patch.content), movedTo: null, remarks: [] }]
    case "delete":
      return [{ place, before: existing(place, context), after: null, movedTo: null, remarks: [] }]
    case "update": {
      const before = existing(place, context)
      const { bytes, remarks } = updated(place.shown, before, patch.hunks)
      if (patch.to === patch.path) return [{ place, before, after: bytes, movedTo: null, remarks }]
      const target = placeOf(context, patch.to, "write")
      if (target.kind !== "missing") refuse(`patch ${place.shown}: it cannot be moved to ${target.shown}, which exists`)
      return [
        { place: target, before: null, after: bytes, movedTo: null, remarks },
        { place, before, after: null, movedTo: target.shown, remarks: [] }
      ]
    }
  }
}

const existing = (place: Located, { workspace, readFiles }: ToolContext): FileContent => {
  if (place.kind === "missing") refuse(`patch ${place.shown}: it does not exist`)
  const content = readWhole(place)
  const seen = readFiles.versionSeen(workspace.session, place.absolute)
  if (seen !== null && seen !== versionBySize(content)) refuse(`patch ${place.shown}: it changed since it was read; read it again`)
  return content
}

const updated = (
  shown: string,
  before: FileContent,
  hunks: Parameters<typeof applyHunks>[2]
): { readonly bytes: Buffer; readonly remarks: readonly string[] } => {
  const whole = requireText(shown, before.bytes)
  const bom = whole.startsWith(BOM) ? BOM : ""
  const { text, remarks } = applyHunks(shown, whole.slice(bom.length), hunks)
  return { bytes: Buffer.from(bom + text), remarks }
}

// ── doing it ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** One file after the other; where one fails, those before it are put back as they were. */
const carryOut = (changes: readonly Change[], context: ToolContext): void => {
  const done: Change[] = []
  try {
    for (const change of changes) {
      put(change, context)
      done.push(change)
    }
  } catch (thrown) {
    for (const change of done.toReversed()) putBack(change)
    throw thrown
  }
}

const put = ({ place, before, after }: Change, { workspace, readFiles }: ToolContext): void => {
  if (after === null) return before === null ? undefined : removeWhole(place, before)
  replaceWhole(place, after, before)
  const made = anew(place)
  readFiles.remember(
    workspace.session,
    place.absolute,
    withFile(made, (_, stat) => versionBySize({ bytes: after, stat })),
    before === null ? "whole" : "as-before"
  )
}

const putBack = ({ place, before, after }: Change): void => {
  const now = after === null ? null : readWhole(anew(place))
  if (before !== null) replaceWhole(place, before.bytes, now)
  else if (now !== null) removeWhole(place, now)
}

/** The same path as it is now. */
const anew = (place: Located): Located => locate([place.root ?? "/"], place.absolute)

// ── telling it ───────────────────────────────────────────────────────────────────────────────────────────────────

const reportOf = async ({ place, before, after, movedTo, remarks }: Change): Promise<string> => {
  if (movedTo !== null) return `moved ${place.shown} to ${movedTo}`
  if (after === null) return `deleted ${place.shown}`
  if (before === null) return `added ${place.shown}: ${counted(after.toString().split("\n").length - 1, "line")}`
  const said = remarks.length === 0 ? "" : ` (${remarks.join("; ")})`
  return `updated ${place.shown}${said}\n${await unifiedDiff(place.shown, before.bytes.toString(), after.toString())}`
}
