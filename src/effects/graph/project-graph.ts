import type * as Effect from "effect/Effect"
import type { Problem } from "../os/problem.ts"
import type { GraphContent, GraphEdge, GraphNode } from "./node.ts"
import type { Path } from "./path.ts"
import type { Pulse } from "./pulse.ts"
import type { NodeFilter, Way, WrittenFile } from "./store.ts"
import type { WalkWish } from "./walk.ts"
import type { BirthLink, LinkWish, NodeChange, NodeWish } from "./wish.ts"

/**
 * What makes a project remember why. Each operation writes all it has to, or nothing.
 * Errors: every one fails with a `Problem` that says what stood in the way; what was there before is there still.
 */
export interface ProjectGraph {
  // ── writing ──
  /** A new node, with the edges it is born with. One of the wished id that is there already stays as it is. */
  readonly add: (wish: NodeWish, links?: readonly BirthLink[]) => Effect.Effect<Added, Problem>
  readonly update: (id: string, change: NodeChange) => Effect.Effect<Changed, Problem>
  /** Errors: refuses an edge from a node to itself, a second one of a type, and one that would close a cycle, naming the path. */
  readonly link: (wish: LinkWish) => Effect.Effect<GraphEdge, Problem>
  /** Takes an edge away, and says which; it stays away when a graph is imported that still has it. */
  readonly unlink: (edge: Omit<LinkWish, "reason">) => Effect.Effect<GraphEdge, Problem>
  /** Takes a node and its edges away, and says which; they stay away when a graph is imported that still has them. */
  readonly remove: (id: string) => Effect.Effect<Removed, Problem>
  /** The old node is `superseded`, and an edge from the new one says so. */
  readonly supersede: (wish: SupersedeWish) => Effect.Effect<Changed, Problem>
  /** What was seen makes one think again and decide otherwise: three nodes, their edges, and the old one superseded. */
  readonly pivot: (wish: PivotWish) => Effect.Effect<Pivot, Problem>
  /** Two nodes that are one: the first takes over the edges, the words and the files of the second, which goes. */
  readonly merge: (keptId: string, goneId: string) => Effect.Effect<Merged, Problem>
  /** Joins what another machine knows: the newer change holds. The same twice changes nothing. */
  readonly import: (content: GraphContent) => Effect.Effect<Imported, Problem>
  /** The same of a text, by the SHA-256 of it: where all of it is in the graph already, it is not even read. Errors: those of `read`, too. */
  readonly importText: (hash: string, read: () => GraphContent) => Effect.Effect<Imported, Problem>
  /** Remembers how a file looked when it was looked into. */
  readonly keepLooked: (file: string, mark: string) => Effect.Effect<void, Problem>
  /** Remembers what a file was given to hold. */
  readonly keepWritten: (written: WrittenFile) => Effect.Effect<void, Problem>

  // ── reading ──
  /** It is there then: for who writes it with other things at once, where tables must not come into being that may go again. */
  readonly opened: Effect.Effect<void, Problem>
  readonly get: (id: string) => Effect.Effect<GraphNode | null, Problem>
  /** Whether there was a node of this id that somebody removed. */
  readonly isRemoved: (id: string) => Effect.Effect<boolean, Problem>
  /** The node a person means by an id, or by four or more characters at its beginning or its end. */
  readonly named: (word: string) => Effect.Effect<GraphNode, Problem>
  /** The edges of a node, the oldest first: those that arrive, and those that leave. */
  readonly edges: (id: string) => Effect.Effect<{ readonly arriving: readonly GraphEdge[]; readonly leaving: readonly GraphEdge[] }, Problem>
  /** The edges that lead from one of these nodes to another, the oldest first. */
  readonly between: (ids: readonly string[]) => Effect.Effect<readonly GraphEdge[], Problem>
  /** The newest first. */
  readonly list: (filter: NodeFilter, countMax?: number) => Effect.Effect<readonly GraphNode[], Problem>
  /** Nodes that have every word, or a word that begins so, the best first; in double quotes these very words. Any text may be given. */
  readonly search: (text: string, filter?: NodeFilter, countMax?: number) => Effect.Effect<readonly GraphNode[], Problem>
  readonly activeGoals: (countMax?: number) => Effect.Effect<readonly GraphNode[], Problem>
  /** The latest decisions that hold. */
  readonly recentDecisions: (countMax?: number) => Effect.Effect<readonly GraphNode[], Problem>
  /** What was tried before: what is superseded or abandoned, and what was thought over; the newest first. */
  readonly priorAttempts: (countMax?: number) => Effect.Effect<readonly GraphNode[], Problem>
  /** What happened last, in a session or in all, the newest first. */
  readonly timeline: (session: string | null, countMax?: number) => Effect.Effect<readonly GraphNode[], Problem>
  /** In breadth, the nearest first; the beginning is not in it. */
  readonly walk: (id: string, way: Way, wish?: WalkWish) => Effect.Effect<Walked, Problem>
  /** The shortest way between two nodes; `null` where nothing joins them. */
  readonly path: (
    from: string,
    to: string
  ) => Effect.Effect<
    { readonly along: Path["along"]; readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] } | null,
    Problem
  >
  /** Why an edge that is kept aside cannot stand: the nodes by which one comes back, or the end that is gone. */
  readonly whyAside: (edge: GraphEdge) => Effect.Effect<string, Problem>
  /** The active goals that a node bears on, the nearest first. */
  readonly goalsAbove: (id: string) => Effect.Effect<readonly Discovery[], Problem>
  readonly pulse: Effect.Effect<Pulse, Problem>
  /** All there is, sorted by id. */
  readonly content: Effect.Effect<GraphContent, Problem>
  /** The same as files hold it, without what follows from the rest; and how often it was changed up to then. */
  readonly bare: Effect.Effect<{ readonly content: GraphContent; readonly changes: number }, Problem>
  /** Whether all of the text of this hash is in it, or what is newer. */
  readonly holdsText: (hash: string) => Effect.Effect<boolean, Problem>
  /** How a file looked when it was last looked into; `null`: it never was. */
  readonly looked: (file: string) => Effect.Effect<string | null, Problem>
  /** What a file was last given to hold; `null` where nothing was, or the graph has changed since. */
  readonly upToDate: (file: string, part: WrittenFile["part"]) => Effect.Effect<WrittenFile | null, Problem>
}

export interface Added {
  readonly node: GraphNode
  /** False where a node of the wished id was there. */
  readonly isNew: boolean
  readonly edges: readonly GraphEdge[]
  /** What its low confidence makes uncertain. */
  readonly marked: readonly Dependent[]
  /** Whose goals a new observation or outcome bears on. */
  readonly discovered: readonly Discovery[]
}

export interface Changed {
  readonly node: GraphNode
  /** What its low confidence makes uncertain from now on, the nearest hundred … */
  readonly marked: readonly Dependent[]
  /** … or no longer does. Others may still. */
  readonly cleared: readonly Dependent[]
}

/** A node that depends on another. */
export interface Dependent {
  readonly node: GraphNode
  /** Units: edges. */
  readonly depth: number
}

export interface Discovery {
  readonly goal: GraphNode
  /** Who wrote the goal; `null`: nobody said. */
  readonly owner: string | null
  /** Units: edges. */
  readonly depth: number
}

export interface Removed {
  readonly node: GraphNode
  readonly edges: readonly GraphEdge[]
}

export interface SupersedeWish {
  readonly old: string
  readonly by: string
  readonly reason?: string
}

export interface PivotWish extends Omit<NodeWish, "kind" | "title" | "description" | "id" | "status"> {
  readonly old: string
  /** What was seen. */
  readonly observation: string
  /** The new decision, and what is to be said of it. */
  readonly decision: string
  readonly description?: string
}

export interface Pivot {
  readonly old: GraphNode
  readonly observation: GraphNode
  readonly revisit: GraphNode
  readonly decision: GraphNode
  readonly edges: readonly GraphEdge[]
}

export interface Merged {
  readonly node: GraphNode
  /** Those that the kept node took over. */
  readonly edges: readonly GraphEdge[]
}

export interface Imported {
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly edgesAdded: number
  readonly edgesRemoved: number
  /** Edges that cannot stand, in all. */
  readonly aside: readonly GraphEdge[]
}

export interface Walked {
  readonly reached: readonly (Dependent & { readonly edge: GraphEdge })[]
  /** False where there was more than was asked for. */
  readonly isWhole: boolean
}
