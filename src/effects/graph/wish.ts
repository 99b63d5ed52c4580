import { refuse } from "../os/problem.ts"
import { edgeIdOf } from "./change-id.ts"
import {
  EDGE_TYPES,
  NODE_KINDS,
  NODE_STATUSES,
  ORIGINS,
  type EdgeType,
  type GraphEdge,
  type GraphNode,
  type NodeKind,
  type NodeStatus,
  type Origin
} from "./node.ts"

/** What somebody says of a node that is to be. What is left out is empty, `active`, `said`. */
export interface NodeWish extends NodeChange {
  readonly kind: NodeKind
  readonly title: string
  readonly origin?: Origin
  readonly session?: string | null
  readonly event?: number | null
  /** Given by who may have to say it twice: a node of this id that is there already is left as it is. */
  readonly id?: string
  /** When it was, where that is not now. Units: ms since the epoch. */
  readonly at?: number
}

/** What can change about a node. What is left out stays. */
export interface NodeChange {
  readonly title?: string
  readonly description?: string
  readonly status?: NodeStatus
  readonly confidence?: number | null
  readonly author?: string | null
  readonly files?: readonly string[]
  readonly commit?: string | null
  readonly branch?: string | null
  readonly keeper?: string | null
}

export interface LinkWish {
  readonly from: string
  readonly to: string
  readonly type: EdgeType
  readonly reason?: string
}

/** An edge that a new node is born with: from the other to it, or from it to the other. */
export type BirthLink =
  | { readonly from: string; readonly type: EdgeType; readonly reason?: string }
  | { readonly to: string; readonly type: EdgeType; readonly reason?: string }

export const TITLE_CHARACTERS_MAX = 300
export const TEXT_CHARACTERS_MAX = 100_000
const ID_CHARACTERS_MAX = 128
/** The end of the year 9999. Units: ms since the epoch. */
const TIME_MAX = Date.UTC(10_000, 0) - 1

/** The node that is wished for. Errors: throws a `Problem` where it cannot be one. */
export const nodeOf = (wish: NodeWish, id: string, nowMs: number): GraphNode => wholeNode(adding(wish), wish, id, wish.at ?? nowMs)

/** `add a goal`, `add an action`. */
export const adding = ({ kind }: Pick<NodeWish, "kind">): string => `add ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`

/** A node as another machine wrote it down. Errors: throws a `Problem` where it cannot be one. */
export const changedNodeOf = (what: string, wish: NodeWish & { readonly id: string; readonly at: number }, changedAtMs: number): GraphNode => ({
  ...wholeNode(what, wish, wish.id, wish.at),
  changedAt: timeOf(what, changedAtMs)
})

const wholeNode = (what: string, wish: NodeWish, id: string, atMs: number): GraphNode => {
  const createdAt = timeOf(what, atMs)
  const empty = {
    id: idOf(what, wish.id ?? id),
    kind: oneOf(what, "kind", NODE_KINDS, wish.kind),
    title: "",
    description: "",
    status: "active",
    confidence: null,
    origin: oneOf(what, "origin", ORIGINS, wish.origin ?? "said"),
    uncertain: [],
    author: null,
    session: nullable(wish.session),
    event: wish.event === null || wish.event === undefined ? null : eventOf(what, wish.event),
    files: [],
    commit: null,
    branch: null,
    keeper: null,
    createdAt,
    changedAt: createdAt
  } as const satisfies GraphNode
  return { ...empty, ...fieldsOf(what, { ...wish, title: wish.title ?? "" }) }
}

/** The node with this changed; the very same where nothing changes. Errors: throws a `Problem` where it cannot be. */
export const changed = (node: GraphNode, change: NodeChange, nowMs: number): GraphNode => {
  const next = { ...node, ...fieldsOf(`change ${node.kind} "${node.title}"`, change) }
  return sameWords(node, next) ? node : { ...next, changedAt: Math.max(nowMs, node.changedAt + 1) }
}

/** The edge that is wished for. Errors: throws a `Problem` where it cannot be one. */
export const edgeOf = ({ from, to, type, reason }: LinkWish, nowMs: number, what = `link ${from} to ${to}`): GraphEdge => {
  oneOf(what, "type", EDGE_TYPES, type)
  for (const end of [from, to]) idOf(what, end)
  if (from === to) refuse(`${what}: an edge joins two nodes, and this is one; name another`)
  return { id: edgeIdOf(from, to, type), from, to, type, reason: textOf(what, "reason", reason ?? ""), createdAt: nowMs }
}

const sameWords = (a: GraphNode, b: GraphNode): boolean => JSON.stringify({ ...a, changedAt: 0 }) === JSON.stringify({ ...b, changedAt: 0 })

const fieldsOf = (what: string, wish: NodeChange): Partial<GraphNode> => ({
  ...(wish.title === undefined ? {} : { title: titleOf(what, wish.title) }),
  ...(wish.description === undefined ? {} : { description: textOf(what, "description", wish.description) }),
  ...(wish.status === undefined ? {} : { status: oneOf(what, "status", NODE_STATUSES, wish.status) }),
  ...(wish.confidence === undefined ? {} : { confidence: confidenceOf(what, wish.confidence) }),
  ...(wish.author === undefined ? {} : { author: nullable(wish.author) }),
  ...(wish.files === undefined ? {} : { files: [...new Set(wish.files.map(clean))].sort() }),
  ...(wish.commit === undefined ? {} : { commit: nullable(wish.commit) }),
  ...(wish.branch === undefined ? {} : { branch: nullable(wish.branch) }),
  ...(wish.keeper === undefined ? {} : { keeper: nullable(wish.keeper) })
})

// ── field by field ───────────────────────────────────────────────────────────────────────────────────────────────

const titleOf = (what: string, title: string): string => {
  const line = clean(title).replaceAll(/\s+/g, " ").trim()
  if (line === "") refuse(`${what}: it has no title; say in a line what it is`)
  if (line.length > TITLE_CHARACTERS_MAX)
    refuse(`${what}: its title has ${line.length} characters, ${TITLE_CHARACTERS_MAX} at most; put the rest into the description`)
  return line
}

const textOf = (what: string, field: string, text: string): string =>
  text.length > TEXT_CHARACTERS_MAX ? refuse(`${what}: its ${field} has ${text.length} characters, ${TEXT_CHARACTERS_MAX} at most`) : clean(text)

const confidenceOf = (what: string, confidence: number | null): number | null =>
  confidence === null || (Number.isInteger(confidence) && confidence >= 0 && confidence <= 100)
    ? confidence
    : refuse(`${what}: its confidence is ${confidence}; give a whole number from 0 to 100`)

/** What no calendar has could never be told to anybody. */
export const timeOf = (what: string, ms: number): number =>
  Number.isSafeInteger(ms) && ms >= 0 && ms <= TIME_MAX ? ms : refuse(`${what}: its time is ${ms}; give whole milliseconds since 1970`)

const eventOf = (what: string, event: number): number =>
  Number.isSafeInteger(event) && event >= 0 ? event : refuse(`${what}: its event is ${event}; give the number of an event`)

/** Any id that is one word can come from another machine. */
export const idOf = (what: string, id: string): string =>
  /^[\w.:/-]+$/.test(id) && id.length <= ID_CHARACTERS_MAX
    ? id
    : refuse(`${what}: its id is ${JSON.stringify(id)}; an id has letters, digits and . : / _ -, ${ID_CHARACTERS_MAX} at most`)

const oneOf = <A extends string>(what: string, field: string, known: readonly A[], value: A): A =>
  known.includes(value) ? value : refuse(`${what}: its ${field} is ${JSON.stringify(value)}; there are ${known.join(", ")}`)

const nullable = (text: string | null | undefined): string | null => (text === null || text === undefined || text === "" ? null : clean(text))

/** What a database can hold and give back: no halves of characters, no NUL. */
const clean = (text: string): string => text.toWellFormed().replaceAll("\0", "")
