import { hash } from "node:crypto"
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import { runGit } from "../effects/git/git.ts"
import { graphText, parseGraph, readGraph } from "../effects/graph/graph-text.ts"
import { mergeGraphs } from "../effects/graph/merge-graph.ts"
import type { GraphContent, GraphEdge, GraphNode } from "../effects/graph/node.ts"
import type { Imported, ProjectGraph } from "../effects/graph/project-graph.ts"
import type { WrittenFile } from "../effects/graph/store.ts"
import { makeDirectory } from "../effects/os/make-directory.ts"
import { attempt, problem, type Problem } from "../effects/os/problem.ts"
import { attemptWriting, isReplaceable } from "../effects/os/unwritten.ts"
import { newSecrets } from "../effects/secrets/shapes.ts"

/** Reads a graph from a file. Errors: it is not there, or is no graph. */
export const readGraphFile = (file: string): Effect.Effect<GraphContent, Problem> =>
  attempt(`read ${file}`, () => parseGraph(readFileSync(file, "utf8"), file))

/** Joins what a file knows. Of one that the graph holds already no more is done than to read its bytes. Errors: as `readGraphFile`. */
export const importGraphFile = (graph: ProjectGraph, file: string): Effect.Effect<Imported, Problem> =>
  Effect.flatMap(
    attempt(`read ${file}`, () => readFileSync(file)),
    (bytes) => graph.importText(hashOf(bytes), () => readGraph(bytes.toString("utf8"), file))
  )

/** Writes the graph into a file, all of it or what a team shares, whole or not at all. Where the file holds it as it is, nothing is read or written but the file. */
export const exportGraphFile = Effect.fnUntraced(function*(
  graph: ProjectGraph,
  file: string,
  part: WrittenFile["part"]
): Effect.fn.Return<WrittenFile, Problem> {
  const known = yield* graph.upToDate(file, part)
  if (known !== null && hashOfFile(file, known.bytes) === known.hash) return known
  const { content, changes } = yield* graph.bare
  const told = part === "all" ? content : yield* sharedPart(content)
  const bytes = Buffer.from(graphText(told))
  yield* attemptWriting(`write ${file}`, file, () => {
    if (!isReplaceable(file)) return writeFileSync(file, bytes)
    makeDirectory(dirname(file))
    const draft = `${file}.${process.pid}.part`
    writeFileSync(draft, bytes)
    renameSync(draft, file)
  })
  const written: WrittenFile = { file, part, changes, hash: hashOf(bytes), bytes: bytes.length, nodes: told.nodes.length, edges: told.edges.length }
  yield* graph.keepWritten(written)
  return written
})

const hashOf = (bytes: Uint8Array): string => hash("sha256", bytes, "hex")

/** `null` where it is not of that size, or cannot be read: then it is no file that was written. */
const hashOfFile = (file: string, bytes: number): string | null => {
  try {
    return statSync(file).size === bytes ? hashOf(readFileSync(file)) : null
  } catch {
    return null
  }
}

/** Writes a text into a file that is not there yet, or says otherwise. */
export const writeText = (file: string, text: string): Effect.Effect<boolean, Problem> =>
  attemptWriting(`write ${file}`, file, () => {
    if (existsSync(file) && readFileSync(file, "utf8").includes(text)) return false
    writeFileSync(file, text, { flag: "a" })
    return true
  })

export const graphAsText = graphText

/**
 * What a team shares: what was said and what was dug up. What recorded itself stays at home: it is noise to others, and holds a person's own words to the agent.
 * Errors: what looks like a key is in it.
 */
const sharedPart = ({ nodes, edges, aside, tombstones }: GraphContent): Effect.Effect<GraphContent, Problem> => {
  const kept = nodes.filter(({ origin }) => origin !== "auto")
  const ids = new Set(kept.map(({ id }) => id))
  const shared = { nodes: kept, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)), aside, tombstones }
  const guilty = [...kept.map(nodeWords), ...[...shared.edges, ...aside].map(edgeWords)].find(
    ({ words }) => newSecrets(words, "").length > 0
  )
  return guilty === undefined
    ? Effect.succeed(shared)
    : Effect.fail(problem(`share the graph: ${guilty.name} holds what looks like ${newSecrets(guilty.words, "")[0]?.kind}; ${guilty.mend}`))
}

/** What of a graph's part is words that somebody wrote, and how it is named without them. */
interface Worded {
  readonly words: string
  readonly name: string
  readonly mend: string
}

const nodeWords = ({ id, kind, title, description, author, branch }: GraphNode): Worded => ({
  words: [title, description, author, branch].join("\n"),
  name: `the ${kind} ${id}${newSecrets(title, "").length === 0 ? ` ${JSON.stringify(title)}` : ""}`,
  mend: "change it with `loom graph set` first"
})

const edgeWords = ({ from, to, type, reason }: GraphEdge): Worded => ({
  words: reason,
  name: `the reason of the edge ${from} ${type} ${to}`,
  mend: `take it away with \`loom graph unlink --type ${type}\` and link them again`
})

/** Merges a graph file as git asks for it: what came of the two is written over ours. Errors: one of them is no graph; ours stays as it is. */
export const mergeGraphFiles = Effect.fnUntraced(function*(base: string, ours: string, theirs: string): Effect.fn.Return<void, Problem> {
  const [before, mine, other] = yield* Effect.all([readGraphFile(base), readGraphFile(ours), readGraphFile(theirs)])
  yield* attemptWriting(`write ${ours}`, ours, () => writeFileSync(ours, graphText(mergeGraphs(before, mine, other))))
})

/** How git merges the graph's file. */
export const MERGE_NAME = "loom-graph"
export const MERGE_COMMAND = "loom graph merge-driver %O %A %B"

/** Whether this machine's git knows how to merge the graph, and whether the repository leaves the file out; both unknown where there is no git. */
export const sharingFacts = Effect.fnUntraced(function*(
  root: string,
  file: string
): Effect.fn.Return<{ readonly knowsMerge: boolean; readonly isIgnored: boolean }> {
  const asks = (words: readonly string[]) =>
    Effect.match(runGit(words, { cwd: root, codes: [0, 1] }), { onSuccess: ({ code }) => code === 0, onFailure: () => null })
  const knows = yield* asks(["config", "--get", `merge.${MERGE_NAME}.driver`])
  const ignored = yield* asks(["check-ignore", "--quiet", file])
  return { knowsMerge: knows === true, isIgnored: ignored === true }
})
