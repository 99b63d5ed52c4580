import { edgeIdOf, makeChangeIds } from "../src/effects/graph/change-id.ts"
import { contentOf } from "../src/effects/graph/joined.ts"
import type { EdgeType, GraphContent, GraphEdge, GraphNode, NodeKind } from "../src/effects/graph/node.ts"

/** The graph of a project that was worked on for long: goals, each with its decisions, options, actions and outcomes, some given up, and links across. */

const DAY_MS = 86_400_000
const KINDS: readonly NodeKind[] = ["goal", "decision", "option", "option", "action", "action", "outcome", "action", "outcome", "observation"]
const WORDS = "cache parser session index window route token login graph store lock retry schema worker queue shell patch prompt budget keeper".split(" ")

/** A sequence that is the same every time. */
const chance = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * below)
  }
}

/** Shape: so many nodes, three times as many edges; `nowMs` is when the youngest came. */
export const longStory = (nodeCount: number, nowMs: number): GraphContent => {
  const pick = chance(7)
  const newId = makeChangeIds()
  const nodes: GraphNode[] = []
  const edgesById = new Map<string, GraphEdge>()
  const link = (from: GraphNode, to: GraphNode, type: EdgeType): void => {
    const id = edgeIdOf(from.id, to.id, type)
    if (from !== to) edgesById.set(id, { id, from: from.id, to: to.id, type, reason: "", createdAt: Math.max(from.createdAt, to.createdAt) })
  }
  const isOutcome = (at: number): boolean => KINDS[at % KINDS.length] === "outcome"
  const leading = (at: number): GraphNode => nodes[isOutcome(at) ? at - 1 : at]!
  for (let at = 0; at < nodeCount; at++) {
    const createdAt = nowMs - Math.floor(((nodeCount - at) / nodeCount) * 400 * DAY_MS)
    nodes.push(nodeOf(newId(createdAt), at, createdAt, pick))
  }
  for (let at = 1; at < nodeCount; at++) {
    const node = nodes[at]!
    const near = () => leading(Math.max(0, at - 1 - pick(12)))
    link(near(), node, node.kind === "option" ? (pick(3) === 0 ? "chosen" : "rejected") : "leads_to")
    link(near(), node, pick(4) === 0 ? "enables" : "leads_to")
    // Outcomes lead to nothing, so what comes later can require them.
    if (pick(2) === 0 && at > 10 && !isOutcome(at)) link(node, nodes[pick(Math.floor(at / 10)) * 10 + 6]!, "requires")
    else link(leading(pick(at)), node, pick(2) === 0 ? "blocks" : "leads_to")
  }
  while (edgesById.size < 3 * nodeCount) {
    const at = 1 + pick(nodeCount - 1)
    link(nodes[Math.max(0, at - 1 - pick(200))]!, nodes[at]!, "chosen")
  }
  return contentOf(nodes, [...edgesById.values()], [])
}

const nodeOf = (id: string, at: number, createdAt: number, pick: (below: number) => number): GraphNode => {
  const kind = KINDS[at % KINDS.length]!
  const words = Array.from({ length: 5 }, () => WORDS[pick(WORDS.length)]!)
  const isOld = pick(20) === 0
  // A goal is reached or given up in the end: a few hundred are open.
  const isOpen = kind !== "goal" || pick(50) === 0
  return {
    id,
    kind,
    title: `${words.slice(0, 4).join(" ")} number${at}`,
    description: `${words.join(" ")} because of ${WORDS[pick(WORDS.length)]!}`,
    status: isOld ? "superseded" : isOpen ? "active" : "abandoned",
    confidence: pick(3) === 0 ? null : pick(40) === 0 ? pick(50) : 50 + pick(51),
    origin: pick(2) === 0 ? "auto" : "said",
    uncertain: [],
    author: null,
    session: `s${Math.floor(at / 200)}`,
    event: at % 200,
    files: [],
    commit: null,
    branch: null,
    keeper: null,
    createdAt,
    changedAt: createdAt
  }
}
