import * as Effect from "effect/Effect"
import { shortId, type GraphNode, type Problem } from "../../../runtime/graph.ts"
import { narrativeOf } from "../../view/graph/narrative.ts"
import { nodeLines } from "../../view/graph/node-lines.ts"
import { nodeSpans } from "../../view/graph/node-words.ts"
import { pathLines } from "../../view/graph/path-lines.ts"
import { pulseLines } from "../../view/graph/pulse-lines.ts"
import { treeLines } from "../../view/graph/tree-lines.ts"
import { treeOf } from "../../view/graph/tree.ts"
import { partOf, walkable } from "../../view/graph/walk.ts"
import { writeUpOf } from "../../view/graph/write-up.ts"
import { fitted, type Shown } from "../../view/shown.ts"
import { usageError } from "../invocation.ts"
import { nodeNamed, orTrouble, remark, tell, tellGraph, write, type Desk, type Ending } from "./desk.ts"
import { around, below, belowEach, wholeOrNewest } from "./gathered.ts"

/** What led to what. */
export const tree = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { invocation, graph, words: [word] } = desk
    const auto = invocation.flags.all === true
    const root = word === undefined ? null : yield* nodeNamed(desk, word)
    const part = yield* orTrouble(root === null ? wholeOrNewest(graph, desk.format === "svg") : below(graph, root))
    if (part.nodes.length === 0) remark(invocation, NOTHING_YET)
    if (!part.isWhole)
      remark(
        invocation,
        root === null
          ? "the graph is large: this is the newest of it; `loom graph tree ID` shows what a node led to, `loom graph search WORDS` finds nodes"
          : "it led to more: these are the nearest nodes"
      )
    // A picture has no fold: what recorded itself is in it only where it is asked for.
    const said = new Set(part.nodes.flatMap(({ id, origin }) => (auto || origin !== "auto" || id === root?.id ? [id] : [])))
    const drawn = desk.format === "json" ? part : partOf(part, said)
    return yield* tellGraph(desk, drawn, () =>
      treeLines(treeOf(walkable(part), { roots: root === null ? null : [root.id], auto }), auto ? Number.MAX_SAFE_INTEGER : undefined)
    )
  })

const NOTHING_YET =
  'nothing is in the graph of this project yet: sessions write into it, `loom graph add goal "…"` does, and `loom graph archaeology` proposes one from git history'

export const show = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const node = yield* nodeNamed(desk, desk.words[0] as string)
    const drawn = yield* orTrouble(around(desk.graph, node))
    return yield* tellGraph(desk, drawn, () => nodeLines(walkable(drawn), node))
  })

const FOUND_MAX = 50

export const search = (desk: Desk): Ending => {
  const words = desk.words.join(" ")
  return listed(desk, desk.graph.search(words, {}, FOUND_MAX), `nothing in the graph of this project has all of: ${words}`)
}

export const goals = (desk: Desk): Ending =>
  listed(
    desk,
    desk.graph.list({ kinds: ["goal"], statuses: ["active"], ...saidOnly(desk) }, FOUND_MAX),
    "no goal is active here; --all counts those of turns"
  )

export const recent = (desk: Desk): Ending =>
  listed(
    desk,
    desk.graph.list(saidOnly(desk), FOUND_MAX),
    "nothing was said in the graph of this project yet; --all shows what recorded itself"
  )

const saidOnly = ({ invocation }: Desk): { readonly auto?: false } => (invocation.flags.all === true ? {} : { auto: false })

const listed = (desk: Desk, found: Effect.Effect<readonly GraphNode[], Problem>, none: string): Ending =>
  Effect.map(orTrouble(found), (nodes) => {
    if (nodes.length === 0) remark(desk.invocation, none)
    return tell(desk, nodes, () => nodes.map(nodeLine))
  })

const nodeLine = (node: GraphNode): Shown => fitted(...nodeSpans(node, shortId))

export const pulse = (desk: Desk): Ending => Effect.map(orTrouble(desk.graph.pulse), (taken) => tell(desk, taken, () => pulseLines(taken)))

export const path = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const [from, to] = yield* Effect.forEach(desk.words, (word) => nodeNamed(desk, word))
    const found = yield* orTrouble(desk.graph.path((from as GraphNode).id, (to as GraphNode).id))
    if (found === null) {
      remark(desk.invocation, `nothing joins "${from?.title}" and "${to?.title}"`)
      return desk.format === "json" ? tell(desk, null, () => []) : tell({ ...desk, format: "text" }, null, () => [])
    }
    return yield* tellGraph(desk, found, () => pathLines(found.nodes, found.edges))
  })

export const narrative = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const node = yield* nodeNamed(desk, desk.words[0] as string)
    const part = yield* orTrouble(below(desk.graph, node))
    return yield* write(desk, narrativeOf(walkable(part), node, desk.invocation.flags.all === true))
  })

/** Of the goals that are named, else of all that are active and somebody said. */
export const writeUp = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { graph, words, invocation } = desk
    const named =
      words.length === 0
        ? yield* orTrouble(graph.list({ kinds: ["goal"], statuses: ["active"], auto: false }, FOUND_MAX))
        : yield* Effect.forEach(words, (word) => nodeNamed(desk, word))
    if (named.length === 0) return yield* usageError("write up: no goal is active here; name a node, `loom graph tree` shows them")
    const parts = yield* orTrouble(belowEach(graph, named))
    if (parts.length < named.length)
      remark(
        invocation,
        `of ${named.length} goals these are the newest ${parts.length}: they led to very much; name others, \`loom graph goals\` lists them`
      )
    const nodes = new Map(parts.flatMap((part) => part.nodes.map((node) => [node.id, node])))
    const edges = new Map(parts.flatMap((part) => part.edges.map((edge) => [edge.id, edge])))
    return yield* write(
      desk,
      writeUpOf(
        walkable({ nodes: [...nodes.values()], edges: [...edges.values()] }),
        topsOf(named.slice(0, parts.length), parts),
        invocation.flags.all === true
      )
    )
  })

/** A goal that stands below another is told there. */
const topsOf = (named: readonly GraphNode[], parts: readonly { readonly nodes: readonly GraphNode[] }[]): readonly GraphNode[] => {
  const tops = named.filter((node, index) => !parts.some((part, other) => other !== index && part.nodes.some(({ id }) => id === node.id)))
  return tops.length === 0 ? named : tops
}
