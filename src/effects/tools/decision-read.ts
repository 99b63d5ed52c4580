import * as Effect from "effect/Effect"
import type { GraphEdge, GraphNode } from "../graph/node.ts"
import type { ProjectGraph } from "../graph/project-graph.ts"
import { shortId } from "../graph/short-id.ts"
import { FINDINGS } from "../graph/store.ts"
import type { Problem } from "../os/problem.ts"
import type { QueryInput } from "./decision-query.ts"

const LISTED_MAX = 20
const DESCRIPTION_LENGTH_MAX = 4_000
const NEIGHBOURS_MAX = 50

/** What a model asks of a project's graph, as lines. */
export const readDecisions = (graph: ProjectGraph, { query, list }: QueryInput): Effect.Effect<string, Problem> => {
  if (query !== undefined) return asked(graph, query)
  switch (list ?? "recent") {
    case "goals":
      return Effect.map(graph.list({ kinds: ["goal"], statuses: ["active"], auto: false }, LISTED_MAX), (nodes) =>
        linesOf(nodes, "no goal is active")
      )
    case "recent":
      return Effect.map(graph.list({ auto: false }, LISTED_MAX), (nodes) => linesOf(nodes, "nothing was logged in this project yet"))
    case "tried":
      return Effect.map(graph.priorAttempts(LISTED_MAX), (nodes) => linesOf(nodes, "nothing was given up in this project yet"))
    case "pulse":
      return Effect.map(graph.pulse, ({ health, nodes, edges, found }) =>
        [
          `health ${health} of 100; ${nodes} nodes, ${edges} edges`,
          ...FINDINGS.flatMap((name) =>
            found[name].count === 0
              ? []
              : [`${name} (${found[name].count}):`, ...found[name].nodes.slice(0, LISTED_MAX).map((node) => `  ${line(node)}`)]
          )
        ].join("\n")
      )
  }
}

/** One word may be the id of a node, or the end of one. */
const asked = Effect.fnUntraced(function*(graph: ProjectGraph, query: string): Effect.fn.Return<string, Problem> {
  const node = /^[\w.:/-]{4,}$/.test(query.trim()) ? yield* Effect.orElseSucceed(graph.named(query.trim()), () => null) : null
  if (node !== null) return yield* nodePage(graph, node)
  return linesOf(yield* graph.search(query, {}, LISTED_MAX), `nothing in this project's graph is about ${query}`)
})

const linesOf = (nodes: readonly GraphNode[], none: string): string => (nodes.length === 0 ? none : nodes.map(line).join("\n"))

const line = ({ id, kind, title, confidence, status, uncertain, createdAt }: GraphNode): string => {
  const facts = [
    ...(confidence === null ? [] : [`${confidence}%`]),
    ...(status === "active" ? [] : [status]),
    ...(uncertain.length === 0 ? [] : ["uncertain"])
  ]
  return `${shortId(id)} ${kind} "${title}"${facts.length === 0 ? "" : ` (${facts.join(", ")})`} ${new Date(createdAt).toISOString().slice(0, 10)}`
}

const nodePage = Effect.fnUntraced(function*(graph: ProjectGraph, node: GraphNode): Effect.fn.Return<string, Problem> {
  const { arriving, leaving } = yield* graph.edges(node.id)
  const near = (edges: readonly GraphEdge[], other: (edge: GraphEdge) => string, words: (type: string, line: string) => string) =>
    Effect.forEach(edges.slice(0, NEIGHBOURS_MAX), (edge) =>
      Effect.map(graph.get(other(edge)), (found) =>
        found === null ? [] : [`${words(edge.type, line(found))}${edge.reason === "" ? "" : `: ${edge.reason}`}`]
      )
    )
  const lines = [
    ...(yield* near(arriving, ({ from }) => from, (type, found) => `${found} ${type} this`)).flat(),
    ...(yield* near(leaving, ({ to }) => to, (type, found) => `this ${type} ${found}`)).flat()
  ]
  return [
    line(node),
    ...(node.description === "" ? [] : [node.description.slice(0, DESCRIPTION_LENGTH_MAX).toWellFormed()]),
    ...factsOf(node),
    ...lines
  ].join("\n")
})

const factsOf = ({ files, commit, branch, session, event }: GraphNode): readonly string[] => [
  ...(files.length === 0 ? [] : [`files: ${files.join(", ")}`]),
  ...(commit === null ? [] : [`commit: ${commit}`]),
  ...(branch === null ? [] : [`branch: ${branch}`]),
  ...(session === null ? [] : [`said in session ${session}${event === null ? "" : `, event ${event}`}`])
]
