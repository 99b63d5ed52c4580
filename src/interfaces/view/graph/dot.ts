import type { GraphEdge, GraphNode } from "../../../runtime/graph.ts"
import { FILLS, STROKES } from "./colours.ts"
import { outWords, remarks } from "./node-words.ts"
import type { Drawn } from "./walk.ts"

/** A graph in the language of Graphviz: `loom graph --format dot | dot -Tpng`. */
export const dotOf = ({ nodes, edges }: Drawn): string =>
  [
    "digraph decisions {",
    '  node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11]',
    '  edge [fontname="sans-serif", fontsize=9]',
    ...nodes.map((node) => `  ${quoted(node.id)} [${nodeAttributes(node)}]`),
    ...edges.map((edge) => `  ${quoted(edge.from)} -> ${quoted(edge.to)} [${edgeAttributes(edge)}]`),
    "}",
    ""
  ].join("\n")

const nodeAttributes = (node: GraphNode): string => {
  const label = [node.kind, ...linesOf(node.title), ...remarks(node)].map(escapedLine).join("\\n")
  const style = node.status === "superseded" ? "rounded,filled,dashed" : node.status === "abandoned" ? "rounded,filled,dotted" : "rounded,filled"
  return `label="${label}", style="${style}", fillcolor="${FILLS[node.kind]}", color="${STROKES[node.kind]}"`
}

const edgeAttributes = (edge: GraphEdge): string => {
  const label = edge.type === "leads_to" ? edge.reason : edge.reason === "" ? outWords(edge) : `${outWords(edge)}: ${edge.reason}`
  return `label="${linesOf(label).map(escapedLine).join("\\n")}"${edge.type === "supersedes" ? ", style=dashed" : ""}`
}

const LINE_LENGTH = 28

/** Broken between words, so that no box gets wider than a reader likes. */
const linesOf = (text: string): readonly string[] =>
  text.replaceAll(/\s+/g, " ").trim().split(" ").reduce<readonly string[]>((lines, word) => {
    const last = lines.at(-1)
    return last === undefined || last.length + 1 + word.length > LINE_LENGTH ? [...lines, word] : [...lines.slice(0, -1), `${last} ${word}`]
  }, [])

const quoted = (text: string): string => `"${escapedLine(text)}"`

/** In quotes only these two, and what no text should hold. */
const escapedLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f]/g, " ").replaceAll("\\", "\\\\").replaceAll('"', '\\"')
