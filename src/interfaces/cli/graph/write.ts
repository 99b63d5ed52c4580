import * as Effect from "effect/Effect"
import {
  EDGE_TYPES,
  NODE_KINDS,
  NODE_STATUSES,
  placeNow,
  shortId,
  type Changed,
  type EdgeType,
  type GraphNode,
  type NodeChange,
  type NodeStatus
} from "../../../runtime/graph.ts"
import { nearest } from "../../../runtime/settings.ts"
import { nodeSpans } from "../../view/graph/node-words.ts"
import { fitted, span, type Shown } from "../../view/shown.ts"
import { oneLine } from "../../view/visible.ts"
import { usageError, type Invocation, type UsageError } from "../invocation.ts"
import { nodeNamed, orTrouble, tell, type Desk, type Ending } from "./desk.ts"

const lineOf = (before: string, node: GraphNode): Shown => fitted(span("dim", before === "" ? "" : `${before} `), ...nodeSpans(node, shortId))

/** A new node; below another where `--from` names one. */
export const add = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { invocation, graph, words: [word = "", ...title] } = desk
    const kind = NODE_KINDS.find((known) => known === word)
    if (kind === undefined)
      return yield* usageError(
        `add a ${word}: that is no kind of node; did you mean ${nearest(word, NODE_KINDS)}? there are ${NODE_KINDS.join(", ")}`
      )
    const confidence = yield* orUsage(confidenceIn(invocation.flags.confidence))
    const type = yield* orUsage(typeIn(invocation))
    const above = typeof invocation.flags.from === "string" ? yield* nodeNamed(desk, invocation.flags.from) : null
    const wish = {
      kind,
      title: title.join(" "),
      author: authorIn(invocation),
      ...placeNow(invocation.cwd, kind),
      ...(confidence === null ? {} : { confidence }),
      ...textIn(invocation)
    }
    const added = yield* orTrouble(graph.add(wish, above === null ? [] : [{ from: above.id, type, reason: reasonIn(invocation) }]))
    return tell(desk, added.node, () => [lineOf("", added.node), ...marksOf({ marked: added.marked, cleared: [] })])
  })

/** Fields of a node that a person may say anew. */
const FIELDS = ["title", "description", "confidence", "status", "author", "commit", "branch"] as const

export const set = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const [word = "", ...pairs] = desk.words
    const node = yield* nodeNamed(desk, word)
    const change = yield* orUsage(changeIn(pairs))
    return yield* told(desk, "", desk.graph.update(node.id, change))
  })

export const link = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const [from, to] = yield* Effect.forEach(desk.words, (word) => nodeNamed(desk, word))
    const type = yield* orUsage(typeIn(desk.invocation))
    yield* orTrouble(desk.graph.link({ from: (from as GraphNode).id, to: (to as GraphNode).id, type, reason: reasonIn(desk.invocation) }))
    return tell(desk, null, () => [lineOf("", from as GraphNode), lineOf(`${type} →`, to as GraphNode)])
  })

export const unlink = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const [from, to] = yield* Effect.forEach(desk.words, (word) => nodeNamed(desk, word))
    const type = yield* orUsage(typeIn(desk.invocation))
    yield* orTrouble(desk.graph.unlink({ from: (from as GraphNode).id, to: (to as GraphNode).id, type }))
    return tell(desk, null, () => [lineOf("no longer:", from as GraphNode), lineOf(`${type} →`, to as GraphNode)])
  })

export const pivot = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { invocation, graph, words: [word = "", observation = "", decision = ""] } = desk
    const old = yield* nodeNamed(desk, word)
    const confidence = yield* orUsage(confidenceIn(invocation.flags.confidence))
    const { branch } = placeNow(invocation.cwd, "decision")
    const done = yield* orTrouble(
      graph.pivot({
        old: old.id,
        observation,
        decision,
        author: authorIn(invocation),
        branch,
        ...(confidence === null ? {} : { confidence }),
        ...textIn(invocation)
      })
    )
    return tell(desk, done, () => [lineOf("", done.old), lineOf("seen:", done.observation), lineOf("now:", done.decision)])
  })

export const supersede = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const [old, by] = yield* Effect.forEach(desk.words, (word) => nodeNamed(desk, word))
    return yield* told(desk, "", desk.graph.supersede({ old: (old as GraphNode).id, by: (by as GraphNode).id, reason: reasonIn(desk.invocation) }))
  })

export const abandon = (desk: Desk): Ending =>
  Effect.flatMap(nodeNamed(desk, desk.words[0] as string), ({ id }) => told(desk, "", desk.graph.update(id, { status: "abandoned" })))

export const merge = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const [kept, gone] = yield* Effect.forEach(desk.words, (word) => nodeNamed(desk, word))
    const { node } = yield* orTrouble(desk.graph.merge((kept as GraphNode).id, (gone as GraphNode).id))
    return tell(desk, node, () => [lineOf("", node)])
  })

export const remove = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { id } = yield* nodeNamed(desk, desk.words[0] as string)
    const { node, edges } = yield* orTrouble(desk.graph.remove(id))
    return tell(desk, node, () => [lineOf(`removed, with ${edges.length} ${edges.length === 1 ? "edge" : "edges"}:`, node)])
  })

const told = (desk: Desk, before: string, done: ReturnType<Desk["graph"]["update"]>): Ending =>
  Effect.map(orTrouble(done), ({ node, ...marks }) => tell(desk, node, () => [lineOf(before, node), ...marksOf(marks)]))

/** What an uncertain node takes with it, and what may be relied on again. */
const marksOf = ({ marked, cleared }: Pick<Changed, "marked" | "cleared">): readonly Shown[] => [
  ...marked.map(({ node }) => lineOf("uncertain with it:", node)),
  ...cleared.map(({ node }) => lineOf("no longer uncertain:", node))
]

// ── what the command line says ───────────────────────────────────────────────────────────────────────────────────

const orUsage = <A>(value: A | UsageError): Effect.Effect<A, UsageError> => (isTrouble(value) ? Effect.fail(value) : Effect.succeed(value))

const isTrouble = (value: unknown): value is UsageError =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "UsageError"

const confidenceIn = (given: unknown): number | null | UsageError => {
  if (given === undefined) return null
  const confidence = Number(given)
  return given !== "" && Number.isInteger(confidence) && confidence >= 0 && confidence <= 100
    ? confidence
    : usageError(`confidence ${oneLine(String(given))}: give a whole number from 0 to 100`)
}

const typeIn = ({ flags }: Invocation): EdgeType | UsageError => {
  if (flags.type === undefined) return "leads_to"
  return (
    EDGE_TYPES.find((type) => type === flags.type)
    ?? usageError(`--type ${String(flags.type)}: that is no type of edge; there are ${EDGE_TYPES.join(", ")}`)
  )
}

const reasonIn = ({ flags }: Invocation): string => (typeof flags.reason === "string" ? flags.reason : "")

const textIn = ({ flags }: Invocation): { readonly description?: string } =>
  typeof flags.description === "string" ? { description: flags.description } : {}

/** Who sits here, as the system calls them. */
const authorIn = ({ environment }: Invocation): string | null => environment["USER"] ?? environment["LOGNAME"] ?? null

/** `confidence=40` and its like; `confidence=` takes it away. */
const changeIn = (pairs: readonly string[]): NodeChange | UsageError => {
  let change: NodeChange = {}
  for (const pair of pairs) {
    const at = pair.indexOf("=")
    const field = FIELDS.find((name) => name === pair.slice(0, Math.max(0, at)))
    if (field === undefined) return usageError(`set ${oneLine(pair)}: write FIELD=VALUE with one of ${FIELDS.join(", ")}`)
    const value = pair.slice(at + 1)
    if (field === "confidence") {
      const confidence = value === "" ? null : confidenceIn(value)
      if (isTrouble(confidence)) return confidence
      change = { ...change, confidence }
    } else if (field === "status") {
      const status: NodeStatus | undefined = NODE_STATUSES.find((known) => known === value)
      if (status === undefined) return usageError(`set status=${oneLine(value)}: there are ${NODE_STATUSES.join(", ")}`)
      change = { ...change, status }
    } else change = { ...change, [field]: value }
  }
  return change
}

