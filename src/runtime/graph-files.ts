import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import { runGit } from "../effects/git/git.ts"
import { graphText, parseGraph } from "../effects/graph/graph-text.ts"
import { mergeGraphs } from "../effects/graph/merge-graph.ts"
import type { GraphContent, GraphNode } from "../effects/graph/node.ts"
import { attempt, problem, type Problem } from "../effects/os/problem.ts"
import { newSecrets } from "../effects/secrets/shapes.ts"

/** Reads a graph from a file. Errors: it is not there, or is no graph. */
export const readGraphFile = (file: string): Effect.Effect<GraphContent, Problem> => attempt(`read ${file}`, () => parseGraph(readFileSync(file, "utf8"), file))

/** Writes a graph into a file, whole or not at all. */
export const writeGraphFile = (file: string, content: GraphContent): Effect.Effect<number, Problem> =>
  attempt(`write ${file}`, () => {
    const text = graphText(content)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.part`, text)
    renameSync(`${file}.part`, file)
    return Buffer.byteLength(text)
  })

/** Writes a text into a file that is not there yet, or says otherwise. */
export const writeText = (file: string, text: string): Effect.Effect<boolean, Problem> =>
  attempt(`write ${file}`, () => {
    if (existsSync(file) && readFileSync(file, "utf8").includes(text)) return false
    writeFileSync(file, text, { flag: "a" })
    return true
  })

export const graphAsText = graphText

/**
 * What a team shares: what was said and what was dug up. What recorded itself stays at home: it is noise to others, and holds a person's own words to the agent.
 * Errors: what looks like a key is in it.
 */
export const sharedPart = ({ nodes, edges, aside, tombstones }: GraphContent): Effect.Effect<GraphContent, Problem> => {
  const kept = nodes.filter(({ origin }) => origin !== "auto")
  const ids = new Set(kept.map(({ id }) => id))
  const shared = { nodes: kept, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)), aside, tombstones }
  const guilty = kept.find((node) => newSecrets(wordsOf(node), "").length > 0)
  return guilty === undefined ? Effect.succeed(shared) : Effect.fail(problem(`share the graph: the ${guilty.kind} "${guilty.title}" (${guilty.id}) holds what looks like ${newSecrets(wordsOf(guilty), "")[0]?.kind}; change it with \`loom graph set\` first`))
}

const wordsOf = ({ title, description }: GraphNode): string => `${title}\n${description}`

/** Merges a graph file as git asks for it: what came of the two is written over ours. Errors: one of them is no graph; ours stays as it is. */
export const mergeGraphFiles = Effect.fnUntraced(function*(base: string, ours: string, theirs: string): Effect.fn.Return<void, Problem> {
  const [before, mine, other] = yield* Effect.all([readGraphFile(base), readGraphFile(ours), readGraphFile(theirs)])
  yield* attempt(`write ${ours}`, () => writeFileSync(ours, graphText(mergeGraphs(before, mine, other))))
})

/** How git merges the graph's file. */
export const MERGE_NAME = "loom-graph"
export const MERGE_COMMAND = "loom graph merge-driver %O %A %B"

/** Whether this machine's git knows how to merge the graph, and whether the repository leaves the file out; both unknown where there is no git. */
export const sharingFacts = Effect.fnUntraced(function*(root: string, file: string): Effect.fn.Return<{ readonly knowsMerge: boolean; readonly isIgnored: boolean }> {
  const asks = (words: readonly string[]) => Effect.match(runGit(words, { cwd: root, codes: [0, 1] }), { onSuccess: ({ code }) => code === 0, onFailure: () => null })
  const knows = yield* asks(["config", "--get", `merge.${MERGE_NAME}.driver`])
  const ignored = yield* asks(["check-ignore", "--quiet", file])
  return { knowsMerge: knows === true, isIgnored: ignored === true }
})
