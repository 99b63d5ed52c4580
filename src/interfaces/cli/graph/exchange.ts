import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { MERGE_COMMAND, MERGE_NAME, graphAsText, mergeGraphFiles, readGraphFile, sharedPart, sharingFacts, writeGraphFile, writeText } from "../../../runtime/graph-files.ts"
import type { GraphContent, Imported } from "../../../runtime/graph.ts"
import { count, plural } from "../../view/money.ts"
import { oneLine } from "../../view/visible.ts"
import { EXIT } from "../exit-code.ts"
import { usageError, type Invocation } from "../invocation.ts"
import { orTrouble, remark, write, type Desk, type Ending } from "./desk.ts"

/** All of the graph, as the same bytes for the same graph. */
export const exportGraph = (desk: Desk): Ending => Effect.flatMap(orTrouble(desk.graph.content), (content) => write(desk, graphAsText(content)))

/** Joins what a file knows; the same file twice changes nothing. */
export const importGraph = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { invocation, graph, words: [word] } = desk
    const file = resolve(invocation.cwd, word ?? SHARED)
    if (word === undefined && !existsSync(file)) return yield* usageError(`import the graph that the team shares: there is no ${SHARED} here; name a file, or begin one with \`loom graph share\``)
    const imported = yield* orTrouble(Effect.flatMap(readGraphFile(file), graph.import))
    invocation.output.out(`${importedWords(imported)}\n`)
    for (const edge of imported.aside) remark(invocation, `the edge ${edge.from} ${edge.type} ${edge.to} is kept aside: an end of it is gone, or it would close a cycle`)
    return EXIT.done
  })

const importedWords = ({ added, changed, removed, edgesAdded, edgesRemoved }: Imported): string => {
  const told = [
    ...(added === 0 ? [] : [`${plural(added, "node")} added`]),
    ...(changed === 0 ? [] : [`${plural(changed, "node")} changed`]),
    ...(removed === 0 ? [] : [`${plural(removed, "node")} removed`]),
    ...(edgesAdded === 0 ? [] : [`${plural(edgesAdded, "edge")} added`]),
    ...(edgesRemoved === 0 ? [] : [`${plural(edgesRemoved, "edge")} removed`])
  ]
  return told.length === 0 ? "nothing in it is new" : told.join(", ")
}

/** The file that a team commits. */
const SHARED = join(".loom", "graph.json")
/** Tells git how to merge it; in the folder of the file, so that nobody else's attributes are touched. */
const ATTRIBUTES = `graph.json merge=${MERGE_NAME}\n`

/** Joins with what the team's file knows, and writes it anew, so that both hold the same; and says what git still has to be told. */
export const shareGraph = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { invocation, graph } = desk
    const file = join(invocation.cwd, SHARED)
    const theirs: GraphContent | null = existsSync(file) ? yield* orTrouble(readGraphFile(file)) : null
    const imported = theirs === null ? null : yield* orTrouble(graph.import(theirs))
    const shared = yield* orTrouble(Effect.flatMap(graph.content, sharedPart))
    const bytes = yield* orTrouble(writeGraphFile(file, shared))
    yield* orTrouble(writeText(join(invocation.cwd, ".loom", ".gitattributes"), ATTRIBUTES))
    const came = imported === null || importedWords(imported) === importedWords(NOTHING) ? "" : `; from it came: ${importedWords(imported)}`
    invocation.output.out(`${plural(shared.nodes.length, "node")} and ${plural(shared.edges.length, "edge")} are in ${SHARED}, ${count(bytes)} bytes${came}; commit .loom/graph.json and .loom/.gitattributes\n`)
    yield* Effect.flatMap(sharingFacts(invocation.cwd, SHARED), (facts) => Effect.sync(() => adviseOn(invocation, facts)))
    return EXIT.done
  })

const NOTHING: Imported = { added: 0, changed: 0, removed: 0, edgesAdded: 0, edgesRemoved: 0, aside: [] }

const adviseOn = (invocation: Invocation, { knowsMerge, isIgnored }: { readonly knowsMerge: boolean; readonly isIgnored: boolean }): void => {
  if (isIgnored) remark(invocation, `git ignores ${SHARED} here: add it with \`git add --force ${SHARED}\`, or take it out of .gitignore`)
  if (!knowsMerge) remark(invocation, `so that two branches never conflict in it, tell git once on each machine: git config --global merge.${MERGE_NAME}.driver '${MERGE_COMMAND}'`)
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
