import type { EdgeType, GraphEdge, GraphNode } from "../../src/effects/graph/node.ts"

/** Nodes and edges as tests write them: `goal("g", "ship it")`, `edge("g", "d")`. Each is a minute younger than the one before. */

export const BEGAN_AT = Date.UTC(2026, 0, 2, 9)

const MINUTE_MS = 60_000

export type Sketch = Partial<GraphNode> & Pick<GraphNode, "id" | "kind" | "title">

/** A node of which nothing is told but what every node has. */
export const bareNode = (said: Pick<GraphNode, "id" | "kind" | "title" | "createdAt" | "changedAt"> & Partial<GraphNode>): GraphNode => ({
  description: "",
  status: "active",
  confidence: null,
  origin: "said",
  uncertain: [],
  author: null,
  session: null,
  event: null,
  files: [],
  commit: null,
  branch: null,
  keeper: null,
  ...said
})

export const node = (sketch: Sketch, minute = 0): GraphNode =>
  bareNode({ createdAt: BEGAN_AT + minute * MINUTE_MS, changedAt: BEGAN_AT + minute * MINUTE_MS, ...sketch })

export const edge = (from: string, to: string, type: EdgeType = "leads_to", reason = ""): GraphEdge => ({
  id: `${from}-${type}-${to}`,
  from,
  to,
  type,
  reason,
  createdAt: BEGAN_AT
})

export const nodes = (...sketches: readonly Sketch[]): readonly GraphNode[] => sketches.map(node)

/** A goal whose first decision was given up for a better one, and a turn that recorded itself. */
export const signIn = {
  nodes: nodes(
    { id: "turn", kind: "goal", title: "let people sign in", origin: "auto", session: "20260102-090000-abcd", event: 2 },
    { id: "goal", kind: "goal", title: "People sign in once", confidence: 80, description: "Asked for by support:\nthree passwords are two too many." },
    { id: "redis", kind: "decision", title: "Sessions in Redis", status: "superseded", confidence: 40 },
    { id: "seen", kind: "observation", title: "Redis loses sessions on every deploy" },
    { id: "again", kind: "revisit", title: "Reconsidering: Sessions in Redis" },
    { id: "openid", kind: "decision", title: "OpenID Connect", confidence: 75 },
    { id: "pkce", kind: "option", title: "PKCE" },
    { id: "implicit", kind: "option", title: "Implicit flow" },
    { id: "route", kind: "action", title: "add the callback route", files: ["src/callback.ts"], commit: "0123456789abcdef0123456789abcdef01234567" },
    { id: "green", kind: "outcome", title: "all tests pass" },
    { id: "batch", kind: "action", title: "file_edit src/callback.ts", origin: "auto" },
    { id: "done", kind: "outcome", title: "turn 1: completed", origin: "auto" },
    { id: "bare", kind: "goal", title: "say hello", origin: "auto" },
    { id: "hello", kind: "outcome", title: "turn 2: completed", origin: "auto" }
  ),
  edges: [
    edge("turn", "goal"),
    edge("goal", "redis"),
    edge("redis", "seen"),
    edge("seen", "again"),
    edge("again", "openid"),
    edge("goal", "openid"),
    edge("openid", "redis", "supersedes", "state must outlive a deploy"),
    edge("openid", "pkce", "chosen", "needs no secret"),
    edge("openid", "implicit", "rejected", "it is deprecated"),
    edge("openid", "route"),
    edge("route", "green"),
    edge("turn", "batch"),
    edge("turn", "done"),
    edge("bare", "hello")
  ]
} as const
