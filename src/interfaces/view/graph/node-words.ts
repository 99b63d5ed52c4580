import type { EdgeType, GraphEdge, GraphNode, NodeKind } from "../../../runtime/graph.ts"
import { span, type Span, type Tone } from "../shown.ts"
import { oneLine } from "../visible.ts"

/** How each kind of node is meant on a terminal. */
const TONES: Readonly<Record<NodeKind, Tone>> = {
  goal: "person",
  decision: "notice",
  option: "plain",
  action: "good",
  outcome: "good",
  observation: "plain",
  revisit: "bad"
}

/** `ab12cd decision Use PKCE 80%, superseded`: one node on a line. What recorded itself is dim. */
export const nodeSpans = (node: GraphNode, shortId: (id: string) => string): readonly Span[] => {
  const faint = node.origin === "auto" || node.status !== "active"
  return [
    span("dim", shortId(node.id)),
    span(faint ? "dim" : TONES[node.kind], ` ${node.kind}`),
    span(faint ? "dim" : node.kind === "goal" ? "strong" : "plain", ` ${oneLine(node.title)}`),
    span("dim", remarks(node).map((remark, index) => `${index === 0 ? "  " : ", "}${remark}`).join(""))
  ]
}

/** What is to be known of a node beside its title: `["80%", "superseded"]`. */
export const remarks = ({ confidence, status, uncertain, origin }: GraphNode): readonly string[] => [
  ...(confidence === null ? [] : [`${confidence}%`]),
  ...(status === "active" ? [] : [status]),
  ...(uncertain.length === 0 ? [] : ["stands on something uncertain"]),
  ...(origin === "archaeology" ? ["from git history"] : [])
]

const OUT: Readonly<Record<EdgeType, string>> = {
  leads_to: "leads to",
  chosen: "chosen",
  rejected: "rejected",
  requires: "requires",
  blocks: "blocks",
  enables: "enables",
  supersedes: "supersedes"
}

const INTO: Readonly<Record<EdgeType, string>> = {
  leads_to: "comes from",
  chosen: "chosen by",
  rejected: "rejected by",
  requires: "required by",
  blocks: "blocked by",
  enables: "enabled by",
  supersedes: "superseded by"
}

/** An edge as seen from where it begins, and from where it ends. */
export const outWords = ({ type }: Pick<GraphEdge, "type">): string => OUT[type]
export const intoWords = ({ type }: Pick<GraphEdge, "type">): string => INTO[type]

export const reasonWords = ({ reason }: GraphEdge): string => (reason === "" ? "" : ` (${oneLine(reason)})`)

/** The same day and minute everywhere, so that a text about a graph does not change with the reader. Units: ms in. */
export const timeWords = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16).replace("T", " ")
export const dayWords = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
