import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { keptFrom } from "../../machine/policy/kept.ts"
import { attempt, problem } from "../os/problem.ts"
import { confirmed } from "./search/confirmed.ts"
import { matchLines, type Hits } from "./search/hits.ts"
import { namesNear } from "./near.ts"
import { pathFact, placeOf } from "./place.ts"
import { plainScan } from "./search/plain-scan.ts"
import { ripgrep, ripgrepPath } from "./search/ripgrep.ts"
import { keptRemark, RulesHeld } from "./rules-held.ts"
import { told, type Tool } from "./tool.ts"

const CONTEXT_MAX = 10

const Input = Schema.Struct({
  pattern: Schema.String.check(Schema.isMinLength(1)).annotate({ description: "regular expression" }),
  path: Schema.optionalKey(Schema.String),
  glob: Schema.optionalKey(Schema.String.annotate({ description: "files to look in, as *.ts" })),
  context: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: CONTEXT_MAX })).annotate({ description: "lines around" }))
})
type Input = typeof Input.Type

/** `content_search({pattern: "const port", glob: "*.ts"})  // => "src/a.ts:12:const port = 80"` */
export const contentSearch: Tool<Input> = {
  name: "content_search",
  summary: "search file contents",
  description:
    "Search file contents by line with a regular expression. Gives path:line:text, 100 matches. " +
    "Skips binary files, .git, node_modules and what .gitignore names.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits: "100 matches; lines cut at 300 characters; .gitignore honoured; links not followed; ripgrep, or a plain scan where it is missing",
  facts: ({ path = "." }, workspace) => ({ changes: false, paths: [pathFact(workspace, path, "read")] }),
  run: Effect.fnUntraced(function*({ path = ".", ...wanted }, context) {
    const place = yield* attempt(`search ${path}`, () => placeOf(context, path, "read"))
    if (place.kind === "missing") return yield* Effect.fail(problem(`search ${place.shown}: it does not exist${namesNear(place)}`))
    if (place.kind === "special") return yield* Effect.fail(problem(`search ${place.shown}: it is no file and no directory`))
    const program = yield* Effect.promise(ripgrepPath)
    const kept = keptFrom("content_search", yield* RulesHeld)
    // A file that is named itself was decided on with the call.
    const leavesOut = place.kind === "directory" && kept.rules.length > 0
    const search = { ...wanted, place, marker: context.marker, ...(leavesOut ? { hides: kept.hides } : {}) }
    const hits = program === null ? yield* plainScan(search) : confirmed(place, yield* ripgrep(program, search))
    return told([shown(hits, wanted.pattern), ...(leavesOut ? [keptRemark(kept.rules)] : [])].join("\n"))
  })
}

const shown = (hits: Hits, pattern: string): string => {
  if (hits.lines.length === 0) return `no line matches ${pattern}`
  const text = matchLines(hits).join("\n")
  return hits.more ? `${text}\n(only the first ${hits.matchCount} matches; narrow the pattern, the path or the glob)` : text
}
