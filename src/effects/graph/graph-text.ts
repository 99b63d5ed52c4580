import { refuse } from "../os/problem.ts"
import { emptyContent, joined } from "./joined.ts"
import type { GraphContent, GraphEdge, GraphNode, Tombstone } from "./node.ts"
import { changedNodeOf, edgeOf, timeOf, idOf, type LinkWish, type NodeWish } from "./wish.ts"

/** The form that `graphText` writes; one that is newer is not read. */
export const GRAPH_VERSION = 1

/**
 * A graph as the text that a team shares: a line for each node, edge and tombstone, sorted by their ids, keys sorted by code unit.
 * The same graph gives the same bytes. What follows from the rest, as uncertainty does, is not in it.
 */
export const graphText = ({ nodes, edges, aside, tombstones }: GraphContent): string =>
  [
    "{",
    `"aside": ${linesOf(aside, edgeLine)},`,
    `"edges": ${linesOf(edges, edgeLine)},`,
    `"nodes": ${linesOf(nodes, nodeLine)},`,
    `"tombstones": ${linesOf(tombstones, tombstoneLine)},`,
    `"version": ${GRAPH_VERSION}`,
    "}",
    ""
  ].join("\n")

const linesOf = <A>(all: readonly A[], lineOf: (each: A) => string): string => (all.length === 0 ? "[]" : `[\n${all.map(lineOf).join(",\n")}\n]`)

/** The keys in order, by hand: there may be hundreds of thousands. */
const nodeLine = ({
  author,
  branch,
  changedAt,
  commit,
  confidence,
  createdAt,
  description,
  event,
  files,
  id,
  keeper,
  kind,
  origin,
  session,
  status,
  title
}: GraphNode): string =>
  JSON.stringify({
    author,
    branch,
    changedAt,
    commit,
    confidence,
    createdAt,
    description,
    event,
    files,
    id,
    keeper,
    kind,
    origin,
    session,
    status,
    title
  })

const edgeLine = ({ createdAt, from, id, reason, to, type }: GraphEdge): string => JSON.stringify({ createdAt, from, id, reason, to, type })

const tombstoneLine = ({ id, of, removedAt }: Tombstone): string => JSON.stringify({ id, of, removedAt })

/**
 * Reads what `graphText` wrote, or somebody by hand; an empty text is an empty graph. What stands and what goes aside is worked out anew.
 * Errors: throws a `Problem` that names `file` and the place, where it is no such text: nothing of it is taken then.
 */
export const parseGraph = (text: string, file: string): GraphContent => joined(emptyContent, readGraph(text, file))

/** The same as it is written, for who joins it anyway: what is there twice is there twice, and which edges stand is not worked out. */
export const readGraph = (text: string, file: string): GraphContent => {
  if (/^\s*$/.test(text)) return emptyContent
  const fields = fieldsOf(parsed(text, file), file)
  const version = fields["version"]
  if (version !== GRAPH_VERSION) {
    return refuse(
      `read ${file}: ${typeof version === "number" ? `it is of version ${version}, this Loom knows up to ${GRAPH_VERSION}; update Loom` : "it says no version; is it a decision graph?"}`
    )
  }
  const each = <A,>(name: string, read: (fields: Fields, place: string) => A): readonly A[] =>
    listOf(fields, name, file).map((item, at) => {
      const place = `${file}, ${name}[${at}]`
      return read(fieldsOf(item, place), place)
    })
  return {
    nodes: each("nodes", nodeFrom),
    edges: each("edges", edgeFrom),
    aside: each("aside", edgeFrom),
    tombstones: each("tombstones", tombstoneFrom)
  }
}

type Fields = Readonly<Record<string, unknown>>

const parsed = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text)
  } catch (cause) {
    const marks = /^(<{7}|={7}|>{7})/m.test(text) ? "it holds the marks of an unfinished merge" : `it is no JSON (${(cause as Error).message})`
    return refuse(`read ${file}: ${marks}; mend it, or take it as it was in git`)
  }
}

const fieldsOf = (value: unknown, place: string): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : refuse(`read ${place}: an object belongs there`)

const listOf = (fields: Fields, name: string, file: string): readonly unknown[] => {
  const list = fields[name] ?? []
  return Array.isArray(list) ? list : refuse(`read ${file}: ${name} is no list`)
}

const nodeFrom = (fields: Fields, place: string): GraphNode => {
  const wish = {
    id: textOf(fields, "id", place),
    kind: textOf(fields, "kind", place),
    title: textOf(fields, "title", place),
    description: optional(fields, "description", "string", place) ?? "",
    status: optional(fields, "status", "string", place) ?? "active",
    confidence: optional(fields, "confidence", "number", place),
    origin: optional(fields, "origin", "string", place) ?? "said",
    author: optional(fields, "author", "string", place),
    session: optional(fields, "session", "string", place),
    event: optional(fields, "event", "number", place),
    files: filesOf(fields, place),
    commit: optional(fields, "commit", "string", place),
    branch: optional(fields, "branch", "string", place),
    keeper: optional(fields, "keeper", "string", place),
    at: numberOf(fields, "createdAt", place)
  }
  return changedNodeOf(`read ${place}`, wish as NodeWish & { readonly id: string; readonly at: number }, numberOf(fields, "changedAt", place))
}

/** The id follows from the ends and the type, whatever is written. */
const edgeFrom = (fields: Fields, place: string): GraphEdge =>
  edgeOf(
    {
      from: textOf(fields, "from", place),
      to: textOf(fields, "to", place),
      type: textOf(fields, "type", place),
      reason: optional(fields, "reason", "string", place) ?? ""
    } as LinkWish,
    timeOf(`read ${place}`, numberOf(fields, "createdAt", place)),
    `read ${place}`
  )

const tombstoneFrom = (fields: Fields, place: string): Tombstone => {
  const of = textOf(fields, "of", place)
  if (of !== "node" && of !== "edge") return refuse(`read ${place}: of is ${JSON.stringify(of)}; there are node, edge`)
  return { id: idOf(`read ${place}`, textOf(fields, "id", place)), of, removedAt: timeOf(`read ${place}`, numberOf(fields, "removedAt", place)) }
}

// ── field by field ───────────────────────────────────────────────────────────────────────────────────────────────

interface Kinds {
  readonly string: string
  readonly number: number
}

const optional = <K extends keyof Kinds>(fields: Fields, name: string, kind: K, place: string): Kinds[K] | null => {
  const value = fields[name] ?? null
  return value === null || typeof value === kind
    ? (value as Kinds[K] | null)
    : refuse(`read ${place}: ${name} is ${JSON.stringify(value)}; a ${kind} belongs there`)
}

const textOf = (fields: Fields, name: string, place: string): string =>
  optional(fields, name, "string", place) ?? refuse(`read ${place}: it has no ${name}`)

const numberOf = (fields: Fields, name: string, place: string): number =>
  optional(fields, name, "number", place) ?? refuse(`read ${place}: it has no ${name}`)

const filesOf = (fields: Fields, place: string): readonly string[] => {
  const files = fields["files"] ?? []
  return Array.isArray(files) && files.every((file) => typeof file === "string") ? files : refuse(`read ${place}: files is no list of texts`)
}
