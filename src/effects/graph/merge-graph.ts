import { joined, newerNode, nodeWords } from "./joined.ts"
import type { GraphContent, GraphEdge, GraphNode, Tombstone } from "./node.ts"

/**
 * What two contents that grew out of one come to, for a merge of their branches. It does not matter which of the two is ours, and neither loses a word:
 * a node that both changed has the fields that either changed; one that one removed and the other changed stays.
 * Where both said something else of one field, the later change holds.
 */
export const mergeGraphs = (base: GraphContent, ours: GraphContent, theirs: GraphContent): GraphContent => {
  const baseById = byIds(base.nodes)
  const theirsById = byIds(theirs.nodes)
  const blended = ours.nodes.flatMap((node) => {
    const [before, other] = [baseById.get(node.id), theirsById.get(node.id)]
    return before === undefined || other === undefined || nodeWords(node) === nodeWords(other) ? [] : [blend(before, node, other)]
  })
  const kept = [keptOnes(base, ours, theirs), keptOnes(base, theirs, ours)]
  const extra: GraphContent = {
    nodes: [...blended, ...kept.flatMap(({ nodes }) => nodes)],
    edges: kept.flatMap(({ edges }) => edges),
    aside: [],
    tombstones: []
  }
  return joined(joined(ours, theirs), extra)
}

const byIds = <A extends { readonly id: string }>(all: readonly A[]): ReadonlyMap<string, A> => new Map(all.map((each) => [each.id, each]))

// ── changed by both ──────────────────────────────────────────────────────────────────────────────────────────────

/** Newer than both, where it is neither, so that it holds wherever one of them is known. */
const blend = (base: GraphNode, ours: GraphNode, theirs: GraphNode): GraphNode => {
  const newer = newerNode(ours, theirs)
  const mixed = { ...newer, ...fieldsOf(base, ours, theirs, newer), changedAt: newer.changedAt }
  return nodeWords(mixed) === nodeWords(newer) ? newer : { ...mixed, changedAt: newer.changedAt + 1 }
}

const fieldsOf = (base: GraphNode, ours: GraphNode, theirs: GraphNode, newer: GraphNode): Partial<GraphNode> => {
  const field = <K extends keyof GraphNode>(name: K): Pick<GraphNode, K> => {
    const value = ours[name] === base[name] ? theirs[name] : theirs[name] === base[name] ? ours[name] : newer[name]
    return { [name]: value } as unknown as Pick<GraphNode, K>
  }
  return {
    ...field("kind"),
    ...field("title"),
    ...field("description"),
    ...field("status"),
    ...field("confidence"),
    ...field("origin"),
    ...field("author"),
    ...field("session"),
    ...field("event"),
    ...field("commit"),
    ...field("branch"),
    ...field("keeper"),
    ...field("createdAt"),
    files: filesOf(base.files, ours.files, theirs.files)
  }
}

/** What both still have, and what either added. */
const filesOf = (base: readonly string[], ours: readonly string[], theirs: readonly string[]): readonly string[] =>
  [...new Set([...ours, ...theirs])].filter((file) => !base.includes(file) || (ours.includes(file) && theirs.includes(file))).sort()

// ── removed by one, changed by the other ─────────────────────────────────────────────────────────────────────────

/** Nodes that `removing` removed although `changing` changed them since, and the edges that went with them; each newer than its removal. */
const keptOnes = (
  base: GraphContent,
  removing: GraphContent,
  changing: GraphContent
): { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] } => {
  const baseById = byIds(base.nodes)
  const removals = byIds(removing.tombstones.filter(({ of }) => of === "node"))
  const nodes = changing.nodes.filter(
    (node) => removals.has(node.id) && baseById.has(node.id) && nodeWords(baseById.get(node.id)!) !== nodeWords(node)
  )
  if (nodes.length === 0) return { nodes: [], edges: [] }
  const ids = new Set(nodes.map(({ id }) => id))
  const edgeRemovals = byIds(removing.tombstones.filter(({ of }) => of === "edge"))
  const wentWith = ({ id, from, to }: GraphEdge): boolean => {
    const at = edgeRemovals.get(id)?.removedAt
    return at !== undefined && [from, to].some((end) => ids.has(end) && removals.get(end)?.removedAt === at)
  }
  return {
    nodes: nodes.map((node) => ({ ...node, changedAt: Math.max(node.changedAt, after(removals.get(node.id)!)) })),
    edges: changing.edges.filter(wentWith).map((edge) => ({ ...edge, createdAt: Math.max(edge.createdAt, after(edgeRemovals.get(edge.id)!)) }))
  }
}

const after = ({ removedAt }: Tombstone): number => removedAt + 1
