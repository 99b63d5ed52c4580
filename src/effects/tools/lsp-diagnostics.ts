import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { SEVERITIES, type Diagnostic, type Severity } from "../lsp/diagnostic.ts"
import { LanguageServers } from "../lsp/language-servers.ts"
import { lineOf, shownPath } from "../lsp/said.ts"
import type { Located } from "../os/path.ts"
import { attempt, problem } from "../os/problem.ts"
import { namesNear } from "./near.ts"
import { pathFact, placeOf } from "./place.ts"
import { counted } from "./text.ts"
import { told, type Tool, type ToolOutcome } from "./tool.ts"

const SHOWN_MAX = 100

const Input = Schema.Struct({
  path: Schema.String,
  severity: Schema.optionalKey(Schema.Literals(SEVERITIES).annotate({ description: "the least told; else warning" }))
})
type Input = typeof Input.Type

/** `lsp_diagnostics({path: "src/a.ts"})  // => "src/a.ts: 1 error (tsc)\nsrc/a.ts:3:14 error …"` */
export const lspDiagnostics: Tool<Input> = {
  name: "lsp_diagnostics",
  summary: "what language servers say of a file",
  description: "What language servers say of a file now, or of the files below a folder that were opened. What your changes break is told unasked.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits:
    "100 diagnostics; of a trusted workspace only; 20 s for a server to begin, 10 s to answer; a file of at most 1 MB; starts no server for a folder",
  facts: ({ path }, workspace) => ({ changes: false, paths: [pathFact(workspace, path, "read")] }),
  run: Effect.fnUntraced(function*({ path, severity = "warning" }, context) {
    const servers = yield* LanguageServers
    const { roots } = context.workspace
    const place = yield* attempt(`lsp_diagnostics of ${path}`, () => placeOf(context, path, "read"))
    if (place.kind === "missing") return yield* Effect.fail(problem(`lsp_diagnostics of ${place.shown}: it does not exist${namesNear(place)}`))
    if (place.kind === "special") return yield* Effect.fail(problem(`lsp_diagnostics of ${place.shown}: it is no file`))
    if (place.kind === "directory") return folderTold(place, atLeast(servers.below(place.absolute), severity), roots)
    const { diagnostics, by, silent } = yield* servers.ask(place.absolute)
    if (by.length === 0) return told(`lsp_diagnostics of ${place.shown}: ${silent.join("; ")}; run the project's own checks with shell`, "error")
    const remarks = silent.map((why) => `[${why}]`)
    return told(
      [
        `${shownPath(place.absolute, roots)}: ${counts(atLeast(diagnostics, severity))} (${by.join(", ")})`,
        ...linesOf(atLeast(diagnostics, severity), roots),
        ...remarks
      ].join("\n")
    )
  })
}

const atLeast = (diagnostics: readonly Diagnostic[], severity: Severity): readonly Diagnostic[] =>
  diagnostics.filter((each) => SEVERITIES.indexOf(each.severity) <= SEVERITIES.indexOf(severity))

const folderTold = ({ absolute, shown }: Located, diagnostics: readonly Diagnostic[], roots: readonly string[]): ToolOutcome =>
  told(
    [
      `${shown === "." ? shown : shownPath(absolute, roots)}: ${counts(diagnostics)} in the files that were opened; ask for others by their names`,
      ...linesOf(diagnostics, roots)
    ].join("\n")
  )

const linesOf = (diagnostics: readonly Diagnostic[], roots: readonly string[]): readonly string[] => {
  const lines = diagnostics.slice(0, SHOWN_MAX).map((each) => lineOf(each, roots))
  return diagnostics.length > SHOWN_MAX ? [...lines, `(only the first ${SHOWN_MAX} of ${diagnostics.length}; errors come first)`] : lines
}

/** `3 errors, 1 warning` */
const counts = (diagnostics: readonly Diagnostic[]): string => {
  const said = SEVERITIES.flatMap((severity) => {
    const count = diagnostics.filter((each) => each.severity === severity).length
    return count === 0 ? [] : [severity === "information" ? `${count} information` : counted(count, severity)]
  })
  return said.length === 0 ? "nothing" : said.join(", ")
}
