import { BUCKETS, FINDINGS, NODE_KINDS, NODE_STATUSES, shortId, type Bucket, type Finding, type Pulse } from "../../../runtime/graph.ts"
import { count, plural } from "../money.ts"
import { fitted, span, whole, type Shown, type Tone } from "../shown.ts"
import { nodeSpans } from "./node-words.ts"

const TITLES: Readonly<Record<Finding, string>> = {
  "goal-without-options": "goals without options",
  "decision-without-actions": "decisions that nothing was done about",
  "action-without-outcomes": "actions without an outcome",
  orphan: "loose nodes",
  stale: "not touched for a week",
  "low-confidence": "unsure"
}

const BUCKET_WORDS: Readonly<Record<Bucket, string>> = {
  high: "sure (80% and more)",
  medium: "rather sure (50% and more)",
  low: "unsure",
  none: "nobody said"
}

/** How a graph is doing: what there is, then what is amiss, each with its nodes. */
export const pulseLines = ({ health, nodes, edges, byKind, byStatus, byConfidence, found }: Pulse): readonly Shown[] => [
  whole(
    span("strong", "health "),
    span(toneOf(health), `${health}`),
    span("dim", ` of 100 · ${plural(nodes, "node")}, ${plural(edges, "edge")}`)
  ),
  ...counted(
    "kinds",
    NODE_KINDS.map((kind) => [kind, byKind[kind]])
  ),
  ...counted(
    "status",
    NODE_STATUSES.map((status) => [status, byStatus[status]])
  ),
  ...counted(
    "confidence",
    BUCKETS.map((bucket) => [BUCKET_WORDS[bucket], byConfidence[bucket]])
  ),
  ...FINDINGS.flatMap((name) =>
    found[name].count === 0
      ? []
      : [
          whole(span("notice", `${TITLES[name]}`), span("dim", ` (${count(found[name].count)})`)),
          ...found[name].nodes.map((node) => fitted(span("plain", "  "), ...nodeSpans(node, shortId))),
          ...(found[name].count > found[name].nodes.length
            ? [whole(span("dim", `  … and ${count(found[name].count - found[name].nodes.length)} more`))]
            : [])
        ]
  )
]

const counted = (title: string, counts: readonly (readonly [string, number])[]): readonly Shown[] => {
  const told = counts.flatMap(([name, quantity]) => (quantity === 0 ? [] : [`${count(quantity)} ${name}`]))
  return told.length === 0 ? [] : [whole(span("dim", `${title.padEnd(12)}${told.join(", ")}`))]
}

const toneOf = (health: number): Tone => (health >= 80 ? "good" : health >= 50 ? "notice" : "bad")
