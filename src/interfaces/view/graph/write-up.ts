import type { GraphEdge, GraphNode } from "../../../runtime/graph.ts"
import { code, described, inBrackets, inline, struck } from "./narrative.ts"
import { edgesFrom, edgesInto, reachable, type Walkable } from "./walk.ts"

/** The text of a pull request as Markdown: why, what was decided and against what, what was done, what came of it, what was tried before. */
export const writeUpOf = (graph: Walkable, goals: readonly GraphNode[], auto: boolean): string => {
  const ids = reachable(graph, goals.map(({ id }) => id))
  const nodes = graph.nodes.filter(({ id, origin }) => ids.has(id) && (auto || origin !== "auto"))
  const now = (kind: GraphNode["kind"]) => nodes.filter((node) => node.kind === kind && node.status === "active")
  const sections = [
    section(
      "Summary",
      [...goals, ...nodes.filter(({ kind, status, id }) => kind === "goal" && status === "active" && !goals.some((goal) => goal.id === id))]
        .flatMap((node) => point(node))
        .concat(now("observation").flatMap((node) => point(node)))
    ),
    section(
      "Decisions",
      now("decision").flatMap((node) => decisionLines(graph, node))
    ),
    section(
      "What was done",
      now("action").flatMap((node) => [...point(node), ...filesOf(node)])
    ),
    section(
      "Results",
      now("outcome").flatMap((node) => point(node))
    ),
    section("Tried before", triedBefore(graph, nodes))
  ]
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`
}

const section = (title: string, lines: readonly string[]): string => (lines.length === 0 ? "" : [`## ${title}`, "", ...lines].join("\n"))

const point = (node: GraphNode): readonly string[] => [
  `- ${struck(node)}${inBrackets(node.confidence === null ? [] : [`confidence ${node.confidence}%`])}${node.commit === null ? "" : ` — ${node.commit.slice(0, 10)}`}`,
  ...described(node).map((line) => `  ${line}`)
]

const filesOf = ({ files }: GraphNode): readonly string[] => (files.length === 0 ? [] : [`  ${files.map(code).join(", ")}`])

/** A decision, and under it the options it had: those taken ticked. */
const decisionLines = (graph: Walkable, node: GraphNode): readonly string[] => [...point(node), ...optionsOf(graph, node).map((line) => `  ${line}`)]

const optionsOf = (graph: Walkable, node: GraphNode): readonly string[] => {
  const ways = edgesFrom(graph, node.id).flatMap((edge) => wayOf(graph, edge, edge.to))
  // An option may also lead to the decision that chose it.
  const into = edgesInto(graph, node.id).flatMap((edge) => wayOf(graph, edge, edge.from))
  return [...ways, ...into]
}

const wayOf = (graph: Walkable, { type, reason }: GraphEdge, id: string): readonly string[] => {
  const option = graph.nodesById.get(id)
  if (option === undefined || (option.kind !== "option" && type !== "rejected")) return []
  return [
    `- [${type === "chosen" ? "x" : " "}] ${struck(option)}${type === "rejected" ? ` — rejected${reason === "" ? "" : `: ${inline(reason)}`}` : reason === "" ? "" : ` — ${inline(reason)}`}`
  ]
}

/** What holds no more and what took its place, and why the course was changed. */
const triedBefore = (graph: Walkable, nodes: readonly GraphNode[]): readonly string[] =>
  nodes.flatMap((node) => {
    if (node.kind === "revisit" && node.status === "active") return point(node)
    if (node.status === "active") return []
    const successor = edgesInto(graph, node.id).find(({ type }) => type === "supersedes")
    const instead = successor === undefined ? null : (graph.nodesById.get(successor.from) ?? null)
    const why = successor === undefined || successor.reason === "" ? "" : `: ${inline(successor.reason)}`
    return [
      `- ${struck(node)} — ${node.status}${instead === null ? "" : ` by ${inline(instead.title)}`}${why}`,
      ...described(node).map((line) => `  ${line}`)
    ]
  })
