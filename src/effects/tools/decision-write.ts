import * as Effect from "effect/Effect"
import type { GraphNode } from "../graph/node.ts"
import { placeNow } from "../graph/place-now.ts"
import type { Changed, ProjectGraph } from "../graph/project-graph.ts"
import { shortId } from "../graph/short-id.ts"
import { TITLE_CHARACTERS_MAX, type BirthLink, type NodeWish } from "../graph/wish.ts"
import type { Problem } from "../os/problem.ts"
import type { LogInput } from "./decision-log.ts"

/** Who writes, and where what is written hangs. */
export interface Writer {
  readonly graph: ProjectGraph
  readonly root: string
  readonly session: string
  readonly event: number | null
  /** What the person asked for in this turn; `null` where that is not in the graph. */
  readonly goal: string | null
}

/** Writes what a model wants remembered, and says in a line what is there now. */
export const writeDecision = Effect.fnUntraced(function*(writer: Writer, input: LogInput): Effect.fn.Return<string, Problem> {
  const known = yield* saidBefore(writer, input)
  if (known !== null) return yield* sayAgain(writer, known, input)
  if (input.replaces !== undefined) return yield* giveUp(writer, input, input.replaces)
  const links = yield* linksOf(writer, input)
  const { node, edges, marked, discovered } = yield* writer.graph.add({ ...wishOf(writer, input), kind: input.kind, title: input.title }, links)
  const above = yield* Effect.forEach(edges.filter(({ to }) => to === node.id), ({ from }) => writer.graph.get(from))
  const below = above.flatMap((other) => (other === null ? [] : [` below ${named(other)}`]))
  return [
    `logged ${named(node)}${below.join(" and")}`,
    ...marksOf({ marked, cleared: [] }),
    ...discovered.flatMap(({ goal, owner }) =>
      owner === null || owner === AGENT ? [] : [`${owner} should hear of it: it bears on ${named(goal)}`]
    )
  ].join("\n")
})

const AGENT = "agent"

const wishOf = ({ root, session, event }: Writer, { kind, description, confidence }: LogInput): Omit<NodeWish, "kind" | "title"> => ({
  ...placeNow(root, kind),
  session,
  event,
  author: AGENT,
  ...(description === undefined ? {} : { description }),
  ...(confidence === undefined ? {} : { confidence })
})

/**
 * The same thing said twice is one thing: a call may be repeated, by a model or by a restart. A goal and a way are so in the whole project, what was done or
 * seen in one session.
 */
const saidBefore = ({ graph, session }: Writer, { kind, title }: LogInput): Effect.Effect<GraphNode | null, Problem> =>
  Effect.map(
    graph.list({ ...(LASTING.has(kind) ? {} : { session }), kinds: [kind], statuses: ["active"], auto: false }, SAID_MAX),
    (nodes) => nodes.find((node) => sameTitle(node.title, title)) ?? null
  )

const SAID_MAX = 200
const LASTING: ReadonlySet<string> = new Set(["goal", "decision", "option"])

const sameTitle = (one: string, other: string): boolean => one.toLowerCase() === other.replaceAll(/\s+/g, " ").trim().toLowerCase()

const sayAgain = Effect.fnUntraced(function*(writer: Writer, known: GraphNode, input: LogInput): Effect.fn.Return<string, Problem> {
  const { description, confidence, from, to } = input
  const { node, ...marks } = yield* writer.graph.update(known.id, {
    ...(description === undefined ? {} : { description }),
    ...(confidence === undefined ? {} : { confidence })
  })
  const { arriving, leaving } = yield* writer.graph.edges(node.id)
  const wished = from === undefined && to === undefined ? [] : yield* linksOf(writer, input)
  const missing = wished.filter(
    (link) =>
      !("from" in link
        ? arriving.some(({ from, type }) => from === link.from && type === link.type)
        : leaving.some(({ to, type }) => to === link.to && type === link.type))
  )
  yield* Effect.forEach(missing, (link) => writer.graph.link({ from: node.id, to: node.id, ...link }), { discard: true })
  return [`${named(node)} was logged already; it is now as you say`, ...marksOf(marks)].join("\n")
})

const giveUp = Effect.fnUntraced(function*(writer: Writer, input: LogInput, replaces: string): Effect.fn.Return<string, Problem> {
  const old = yield* writer.graph.named(replaces)
  const { title, reason: learned = "" } = input
  const observation = learned.length > TITLE_CHARACTERS_MAX ? `${learned.slice(0, TITLE_CHARACTERS_MAX - 1).toWellFormed()}…` : learned
  const { decision } = yield* writer.graph.pivot({ ...wishOf(writer, input), old: old.id, observation, decision: title })
  const links = input.from === undefined && input.to === undefined ? [] : yield* linksOf(writer, input)
  yield* Effect.forEach(links, (link) => writer.graph.link({ from: decision.id, to: decision.id, ...link }), { discard: true })
  return `logged ${named(decision)} in place of ${named(old)}, which is superseded`
})

/** The links that were given; what hangs on nothing hangs below the goal that was last said in this session, else below what the person asked for. */
const linksOf = Effect.fnUntraced(function*(
  { graph, session, goal }: Writer,
  { kind, from, to, type = "leads_to", reason = "" }: LogInput
): Effect.fn.Return<readonly BirthLink[], Problem> {
  const onward: readonly BirthLink[] = to === undefined ? [] : [{ to: (yield* graph.named(to)).id, type, reason }]
  if (from !== undefined) return [{ from: (yield* graph.named(from)).id, type, reason }, ...onward]
  const [said] = kind === "goal" ? [] : yield* graph.list({ session, kinds: ["goal"], statuses: ["active"], auto: false }, 1)
  const above = said?.id ?? goal
  return above === null ? onward : [{ from: above, type: "leads_to" }, ...onward]
})

const named = ({ kind, id, title }: GraphNode): string => `${kind} ${shortId(id)} "${title}"`

const marksOf = ({ marked, cleared }: Pick<Changed, "marked" | "cleared">): readonly string[] => [
  ...(marked.length === 0 ? [] : [`uncertain with it: ${marked.map(({ node }) => named(node)).join(", ")}`]),
  ...(cleared.length === 0 ? [] : [`no longer uncertain: ${cleared.map(({ node }) => named(node)).join(", ")}`])
]
