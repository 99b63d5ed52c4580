import type { GraphEdge, GraphNode } from "../../../runtime/graph.ts"
import { harmless } from "../visible.ts"
import { dayWords, intoWords, outWords, remarks } from "./node-words.ts"
import { edgesFrom, edgesInto, reachable, type Walkable } from "./walk.ts"

/** A goal's story as Markdown: all that it led to, in the order in which it came about; what recorded itself only where it is wanted. */
export const narrativeOf = (graph: Walkable, goal: GraphNode, auto: boolean): string => {
  const ids = reachable(graph, [goal.id])
  const told = graph.nodes.filter(({ id, origin }) => ids.has(id) && (auto || origin !== "auto" || id === goal.id))
  const days = Map.groupBy(told, ({ createdAt }) => dayWords(createdAt))
  return `${[`# ${inline(goal.title)}`, ...[...days].map(([day, nodes]) => [`## ${day}`, "", ...nodes.flatMap((node) => entry(graph, node))].join("\n"))].join("\n\n")}\n`
}

const entry = (graph: Walkable, node: GraphNode): readonly string[] => [
  `- ${new Date(node.createdAt).toISOString().slice(11, 16)} **${node.kind}**: ${struck(node)}${inBrackets(remarks(node))}`,
  ...described(node).map((line) => `  ${line}`),
  ...relations(graph, node).map((line) => `  - ${line}`)
]

/** What is said of it in its edges; that a goal led to it is why it is told at all. */
const relations = (graph: Walkable, node: GraphNode): readonly string[] => [
  ...edgesInto(graph, node.id).flatMap((edge) =>
    edge.type === "leads_to" ? [] : [`${intoWords(edge)} ${inline(titleOf(graph, edge.from))}${because(edge)}`]
  ),
  ...edgesFrom(graph, node.id).flatMap((edge) =>
    edge.type === "leads_to" ? [] : [`${outWords(edge)} ${inline(titleOf(graph, edge.to))}${because(edge)}`]
  )
]

const because = ({ reason }: GraphEdge): string => (reason === "" ? "" : `: ${inline(reason)}`)

export const titleOf = ({ nodesById }: Walkable, id: string): string => nodesById.get(id)?.title ?? ""

/** A title as Markdown; that of what holds no more is struck through. */
export const struck = ({ title, status }: GraphNode): string => (status === "active" ? inline(title) : `~~${inline(title)}~~`)

export const inBrackets = (words: readonly string[]): string => (words.length === 0 ? "" : ` (${words.join(", ")})`)

/** The lines of a description. */
export const described = ({ description }: GraphNode): readonly string[] =>
  description.trim() === "" ? [] : harmless(description.trim()).split("\n").map(escaped)

/** Words on one line of a page of Markdown. */
export const inline = (words: string): string => escaped(harmless(words).replaceAll(/\s+/g, " ").trim())

/** A name as Markdown's own code, in which nothing else is markup. */
export const code = (words: string): string => `\`${harmless(words).replaceAll(/\s+/g, " ").trim().replaceAll("`", "'")}\``

/** Nothing that a graph holds becomes markup of the page: no HTML, emphasis, link, picture or table, and no line a heading, an item or code. */
const escaped = (words: string): string =>
  words
    .trimStart()
    .replaceAll(/[`*[\]~|]|\\(?=[!-/:-@[-`{-~]|$)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/^[#>+=-]/, "\\$&")
    .replace(/^(\d{1,9})([.)])/, "$1\\$2")
