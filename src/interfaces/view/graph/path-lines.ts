import { shortId, type GraphEdge, type GraphNode } from "../../../runtime/graph.ts"
import { fitted, span, type Shown } from "../shown.ts"
import { intoWords, nodeSpans, outWords, reasonWords } from "./node-words.ts"

/** A way through the graph, a node a line, and between them how each hangs on the one before. */
export const pathLines = (nodes: readonly GraphNode[], edges: readonly GraphEdge[]): readonly Shown[] =>
  nodes.flatMap((node, index) => {
    const edge = edges[index - 1]
    const way = edge === undefined ? [] : [fitted(span("dim", `  ${edge.to === node.id ? outWords(edge) : intoWords(edge)}${reasonWords(edge)}`))]
    return [...way, fitted(...nodeSpans(node, shortId))]
  })
