import type { EdgeType, NodeKind } from "../../../runtime/graph.ts"

/** A light ground for dark letters, one a kind; they differ in brightness, too, for those who see colours otherwise. */
export const FILLS: Readonly<Record<NodeKind, string>> = {
  goal: "#dbeafe",
  decision: "#fef3c7",
  option: "#f3f4f6",
  action: "#dcfce7",
  outcome: "#ccfbf1",
  observation: "#ede9fe",
  revisit: "#fee2e2"
}

export const STROKES: Readonly<Record<NodeKind, string>> = {
  goal: "#1d4ed8",
  decision: "#b45309",
  option: "#6b7280",
  action: "#15803d",
  outcome: "#0f766e",
  observation: "#6d28d9",
  revisit: "#b91c1c"
}

export const EDGE_COLOURS: Readonly<Record<EdgeType, string>> = {
  leads_to: "#6b7280",
  chosen: "#15803d",
  rejected: "#b91c1c",
  requires: "#1d4ed8",
  blocks: "#b91c1c",
  enables: "#0f766e",
  supersedes: "#b45309"
}
