import * as Effect from "effect/Effect"
import { proposedContent } from "../effects/graph/archaeology/content.ts"
import { historyOf } from "../effects/graph/archaeology/history.ts"
import { proposalOf } from "../effects/graph/archaeology/proposal.ts"
import type { GraphContent } from "../effects/graph/node.ts"
import { problem, type Problem } from "../effects/os/problem.ts"

export { BUCKETS, FINDINGS, type Bucket, type Finding } from "../effects/graph/store.ts"
export {
  EDGE_TYPES,
  NODE_KINDS,
  NODE_STATUSES,
  type EdgeType,
  type GraphContent,
  type GraphEdge,
  type GraphNode,
  type NodeKind,
  type NodeStatus
} from "../effects/graph/node.ts"
export { checkoutOf } from "../effects/git/project.ts"
export { placeNow } from "../effects/graph/place-now.ts"
export { shortId } from "../effects/graph/short-id.ts"
export type { Changed, Imported, ProjectGraph } from "../effects/graph/project-graph.ts"
export type { Pulse } from "../effects/graph/pulse.ts"
export type { BirthLink, NodeChange } from "../effects/graph/wish.ts"
export type { Problem } from "../effects/os/problem.ts"

/** The graph that the history of what is checked out suggests. Errors: no repository, no commit, or a date that git does not understand. */
export const digUp = (root: string, since: string | null): Effect.Effect<GraphContent, Problem> =>
  Effect.match(historyOf(root, since), {
    onSuccess: (commits) => Effect.succeed(proposedContent(proposalOf(commits))),
    onFailure: ({ message }) => Effect.fail(problem(message))
  }).pipe(Effect.flatten)
