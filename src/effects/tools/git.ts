import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { PathFact } from "../../machine/event.ts"
import { keptFrom } from "../../machine/policy/kept.ts"
import { locate, locateInside } from "../os/path.ts"
import { attempt, refuse } from "../os/problem.ts"
import type { Workspace } from "../os/workspace.ts"
import { withoutOwnFilters } from "./git/filters.ts"
import { withoutKept } from "./git/kept.ts"
import { GIT_OPERATIONS, judgeGit } from "./git/options.ts"
import { runAndTell } from "./run-and-tell.ts"
import { keptRemark, RulesHeld } from "./rules-held.ts"
import { quietEnvironment } from "./shell.ts"
import { runOf } from "./shell/runs.ts"
import { touchedBy } from "./shell/touched.ts"
import { commandText } from "./shell/words.ts"
import type { Tool } from "./tool.ts"

const TIMEOUT_MS = 60_000

const Input = Schema.Struct({
  operation: Schema.Literals(GIT_OPERATIONS),
  args: Schema.optionalKey(Schema.Array(Schema.String).annotate({ description: 'as on the command line: ["-m", "fix: …"]' }))
})
type Input = typeof Input.Type

/** `git({operation: "log", args: ["--oneline", "-5"]})  // => "exit code 0\n1a2b3c4 fix: …"` */
export const git: Tool<Input> = {
  name: "git",
  summary: "use git",
  description: "Run git in the workspace: look at it, stage, commit (-m needed), list or make branches, stash. Nothing that discards work.",
  input: Input,
  access: "executes",
  enclosed: true,
  idempotent: false,
  limits: "60 s; never destructive; no option that runs another program or writes elsewhere; no pager, editor or prompt",
  facts: ({ operation, args = [] }, workspace) => {
    const paths = pathsIn(operation === "commit" || operation === "branch" ? [] : args, workspace)
    const verdict = judgeGit(operation, args)
    if (typeof verdict === "object") return refuse(`git ${operation}: ${verdict.refused}`)
    if (verdict === "reads") return { changes: false, paths }
    const text = commandText(["git", operation, ...args])
    const touched = operation === "branch" ? [] : touchedBy([runOf(["git", operation, ...args], workspace.roots.slice(0, 1))], workspace.roots)
    return { changes: true, commands: [{ text, reads: false }], ...(touched.length === 0 ? {} : { touched }) }
  },
  run: Effect.fnUntraced(function*({ operation, args = [] }, context) {
    const reads = judgeGit(operation, args) === "reads"
    const cwd = context.workspace.roots[0] ?? "/"
    const unfiltered = reads ? yield* withoutOwnFilters(cwd) : {}
    const kept = keptFrom("git", yield* RulesHeld)
    const { roots } = context.workspace
    const limited = yield* attempt("git", () => withoutKept(operation, args, kept, (word) => isPath(word, roots)))
    const outcome = yield* runAndTell(
      {
        file: "git",
        arguments: [...SETTINGS, ...(reads ? WITHOUT_HOOKS : []), operation, ...withoutPrograms(operation, limited)],
        cwd,
        environment: { ...environment(reads), ...unfiltered },
        timeoutMs: TIMEOUT_MS
      },
      context
    )
    return limited === args ? outcome : { ...outcome, parts: [...outcome.parts, { type: "text", text: keptRemark(kept.rules) }] }
  })
}

/** Whether git would take a word for a path: something is there, or it is written as only paths are. */
const isPath = (word: string, roots: readonly string[]): boolean =>
  !word.startsWith("-") && word !== "" && (/^:[(!^]/.test(word) || locate(roots, word).kind !== "missing")

/** No pager, no colours, names as they are; no program that watches files, no repository that merely lies about. */
const SETTINGS = [
  "--no-pager",
  ...["color.ui=false", "core.quotePath=false", "core.fsmonitor=false", "safe.bareRepository=explicit", "log.showSignature=false"].flatMap((setting) => ["-c", setting])
]

/** Some hooks run when git only renews its list of files. */
const WITHOUT_HOOKS = ["-c", "core.hooksPath=/dev/null"]

/** Settings may name programs that show differences; none of them runs here. */
const withoutPrograms = (operation: Input["operation"], args: readonly string[]): readonly string[] => {
  const safe = ["--no-ext-diff", "--no-textconv", AROUND_SUBMODULES]
  if (operation === "stash" && args[0] === "show" && args.length > 1) return ["show", ...safe, ...args.slice(1)]
  if (operation === "status") return [AROUND_SUBMODULES, ...args.filter(closed)]
  return operation === "diff" || operation === "log" || operation === "show" ? [...safe, ...args.filter(closed)] : args
}

/** A submodule has settings of its own, whose programs would run where git looks into it. */
const AROUND_SUBMODULES = "--ignore-submodules=dirty"
const closed = (word: string): boolean => !/^--ignore-submodules=(none|untracked)$/.test(word)

/** What would lead git to another repository, or to another program, is left out. */
const MISLEADING =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|EXTERNAL_DIFF|DIFF_OPTS|EXEC_PATH|TRACE.*)$/

const environment = (reads: boolean): Readonly<Record<string, string | undefined>> => ({
  ...Object.fromEntries(Object.entries(quietEnvironment()).filter(([name]) => !MISLEADING.test(name))),
  ...(reads ? { GIT_OPTIONAL_LOCKS: "0" } : {})
})

/**
 * The paths among the arguments: what exists under that name, what stands behind `--`, and the file of `revision:file`.
 * Errors: throws a `Problem` where one leads outside the workspace: git would read it there.
 */
const pathsIn = (args: readonly string[], { roots }: Workspace["Service"]): readonly PathFact[] => {
  const end = args.indexOf("--")
  return args.flatMap((word, index) => {
    if (word.startsWith("-") || word === "") return []
    // `HEAD:file`, and `:file` or `:0:file` of the index; `:(glob)`, `:!` and `:/` are ways to write many paths.
    const [, behindColon] = /^(?:[^:/][^:]*:|:(?:[0-3]:)?(?![(!^/]))(.+)$/s.exec(word) ?? []
    const path = behindColon ?? word
    const leads = behindColon !== undefined || (end >= 0 && index > end) || path.startsWith("/") || path.split("/").includes("..")
    if (!leads && locate(roots, path).kind === "missing") return []
    return [{ path: locateInside(roots, path).shown, access: "read" as const, inside: true }]
  })
}
