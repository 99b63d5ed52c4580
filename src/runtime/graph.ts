export type { EdgeType, GraphContent, GraphEdge, GraphNode, NodeKind, NodeStatus } from "../effects/graph/node.ts"
export { shortId } from "../effects/graph/short-id.ts"
