import { existsSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import * as Effect from "effect/Effect"
import {
  MERGE_COMMAND,
  MERGE_NAME,
  exportGraphFile,
  graphAsText,
  importGraphFile,
  mergeGraphFiles,
  sharingFacts,
  writeText
} from "../../../runtime/graph-files.ts"
import { SHARED } from "../../../runtime/shared-file.ts"
import { importedWords } from "../../../runtime/shared-graph.ts"
import { checkoutOf, type Imported } from "../../../runtime/graph.ts"
import { count, plural } from "../../view/money.ts"
import { oneLine } from "../../view/visible.ts"
import { EXIT } from "../exit-code.ts"
import { usageError, type Invocation, type Trouble } from "../invocation.ts"
import { orTrouble, remark, write, type Desk, type Ending } from "./desk.ts"

/** All of the graph, as the same bytes for the same graph. */
export const exportGraph = (desk: Desk): Ending => {
  const { invocation: { flags, cwd, output }, graph } = desk
  if (typeof flags.to !== "string") return Effect.flatMap(orTrouble(graph.bare), ({ content }) => write(desk, graphAsText(content)))
  return Effect.map(orTrouble(exportGraphFile(graph, resolve(cwd, flags.to), "all")), ({ file }) => {
    if (!output.quiet) output.err(`written to ${oneLine(file)}\n`)
    return EXIT.done
  })
}

/** Joins what a file knows; the same file twice changes nothing. */
export const importGraph = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { invocation, graph, words: [word] } = desk
    const { cwd } = invocation
    const file = word === undefined ? join(yield* checkoutOf(cwd), SHARED) : resolve(cwd, word)
    if (word === undefined && !existsSync(file))
      return yield* usageError(
        `import the graph that the team shares: there is no ${relative(cwd, file)} here; name a file, or begin one with \`loom graph share\``
      )
    const imported = yield* orTrouble(importGraphFile(graph, file))
    invocation.output.out(`${importedWords(imported) ?? "nothing in it is new"}\n`)
    yield* orTrouble(tellAside(desk, imported))
    return EXIT.done
  })

/** So many edges that cannot stand are told one by one. */
const ASIDE_MAX = 8

const tellAside = ({ invocation, graph }: Desk, { aside }: Imported) =>
  Effect.gen(function*() {
    for (const edge of aside.slice(0, ASIDE_MAX))
      remark(invocation, `the edge ${edge.from} ${edge.type} ${edge.to} is kept aside: ${yield* graph.whyAside(edge)}`)
    if (aside.length > ASIDE_MAX)
      remark(
        invocation,
        `${plural(aside.length - ASIDE_MAX, "more edge")} cannot stand and ${aside.length - ASIDE_MAX === 1 ? "is" : "are"} kept aside; \`loom graph export\` has them under "aside"`
      )
  })

/** Tells git how to merge it; in the folder of the file, so that nobody else's attributes are touched. */
const ATTRIBUTES = `graph.json merge=${MERGE_NAME}\n`

/** Joins with what the team's file knows, and writes it anew, so that both hold the same; and says what git still has to be told. */
export const shareGraph = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { invocation, graph } = desk
    const top = yield* checkoutOf(invocation.cwd)
    const file = join(top, SHARED)
    yield* joinOlder(desk, top)
    const imported = existsSync(file) ? yield* orTrouble(importGraphFile(graph, file)) : null
    const shared = yield* orTrouble(exportGraphFile(graph, file, "shared"))
    const named = (path: string): string => relative(invocation.cwd, join(top, path))
    yield* orTrouble(writeText(join(top, ".loom", ".gitattributes"), ATTRIBUTES))
    const news = imported === null ? null : importedWords(imported)
    const came = news === null ? "" : `; from it came: ${news}`
    invocation.output.out(
      `${plural(shared.nodes, "node")} and ${plural(shared.edges, "edge")} are in ${named(SHARED)}, ${count(shared.bytes)} bytes${came}; commit ${named(SHARED)} and ${named(join(".loom", ".gitattributes"))}\n`
    )
    yield* Effect.flatMap(sharingFacts(top, SHARED), (facts) => Effect.sync(() => adviseOn(invocation, facts)))
    return EXIT.done
  })

/** Before a repository was one project, each folder shared a file of its own: what that says is not lost. */
const joinOlder = ({ invocation, graph }: Desk, top: string): Effect.Effect<void, Trouble> =>
  Effect.gen(function*() {
    const older = join(invocation.cwd, SHARED)
    if (invocation.cwd === top || !existsSync(older)) return
    yield* orTrouble(importGraphFile(graph, older))
    remark(invocation, `what ${SHARED} of this folder says is part of the project's graph now; that file is written no more, and may be removed`)
  })

const adviseOn = (invocation: Invocation, { knowsMerge, isIgnored }: { readonly knowsMerge: boolean; readonly isIgnored: boolean }): void => {
  if (isIgnored) remark(invocation, `git ignores ${SHARED} here: add it with \`git add --force ${SHARED}\`, or take it out of .gitignore`)
  if (!knowsMerge)
    remark(
      invocation,
      `so that two branches never conflict in it, tell git once on each machine: git config --global merge.${MERGE_NAME}.driver '${MERGE_COMMAND}'`
    )
}

/** Called by git with the common ancestor, ours and theirs. What it cannot read it leaves as a conflict, ours untouched. */
export const mergeDriver = (invocation: Invocation, [base = "", ours = "", theirs = ""]: readonly string[]): Ending => {
  const [before, mine, other] = [base, ours, theirs].map((file) => resolve(invocation.cwd, file)) as [string, string, string]
  return Effect.match(mergeGraphFiles(before, mine, other), {
    onSuccess: () => EXIT.done,
    onFailure: ({ message }) => {
      invocation.output.err(`merge the decision graph: ${oneLine(message)}; it is left as a conflict\n`)
      return EXIT.failed
    }
  })
}
