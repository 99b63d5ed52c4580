import fc from "fast-check"
import { expect, test } from "vitest"
import { graphText, parseGraph } from "../../../src/effects/graph/graph-text.ts"
import { emptyContent, joined, newerNode, nodeWords } from "../../../src/effects/graph/joined.ts"
import { mergeGraphs } from "../../../src/effects/graph/merge-graph.ts"
import { isOrdering, type GraphContent, type GraphEdge, type GraphNode } from "../../../src/effects/graph/node.ts"
import { makeRow } from "../../../src/effects/graph/row.ts"
import { standing } from "../../../src/effects/graph/standing.ts"
import { content, edge, fork, settings } from "./random/contents.ts"

const holds = <T>(words: string, arbitrary: fc.Arbitrary<T>, law: (value: T) => void) =>
  test(words, { timeout: 600_000 }, () => fc.assert(fc.property(arbitrary, (value) => void law(value)), settings(300)))

const known = ({ edges, aside }: GraphContent): readonly GraphEdge[] => [...edges, ...aside]
const ids = (all: readonly { readonly id: string }[]): readonly string[] => all.map(({ id }) => id)

// ── what stands ──────────────────────────────────────────────────────────────────────────────────────────────────

/** One after the other, in the plainest words. */
const oneByOne = (nodeIds: ReadonlySet<string>, edges: readonly GraphEdge[]): readonly string[] => {
  const kept: GraphEdge[] = []
  const leads = (from: string, to: string, passed: readonly string[] = []): boolean =>
    from === to || kept.some((each) => isOrdering(each.type) && each.from === from && !passed.includes(each.to) && leads(each.to, to, [...passed, from]))
  const order = (a: GraphEdge, b: GraphEdge) => a.createdAt - b.createdAt || (JSON.stringify([a.from, a.to, a.type]) < JSON.stringify([b.from, b.to, b.type]) ? -1 : 1)
  for (const each of edges.toSorted(order)) {
    if (nodeIds.has(each.from) && nodeIds.has(each.to) && !(isOrdering(each.type) && leads(each.to, each.from))) kept.push(each)
  }
  return ids(kept).toSorted()
}

const NODE_IDS = new Set(["a", "b", "c", "d"])
const edgeSets = fc.uniqueArray(edge, { selector: ({ id }) => id, maxLength: 24 })

holds("what stands is what stands when the edges come one after the other, the oldest first (GRAPH-20)", edgeSets, (edges) => {
  const { edges: stand, aside } = standing(NODE_IDS, edges)
  expect(ids(stand).toSorted()).toEqual(oneByOne(NODE_IDS, edges))
  expect([...stand, ...aside].sort(byText)).toEqual([...edges].sort(byText))
  expect(standing(NODE_IDS, edges.toReversed()).edges.toReversed()).toEqual(stand)
})

// ── many ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const orders = (from: number, to: number, createdAt: number): GraphEdge => ({ id: `${from}>${to}`, from: `n${from}`, to: `n${to}`, type: "leads_to", reason: "", createdAt })
const endsOf = (edges: readonly GraphEdge[]): ReadonlySet<string> => new Set(edges.flatMap(({ from, to }) => [from, to]))

/** A walk from the end of each edge, however far it goes. */
const closingPlainly = (edges: readonly GraphEdge[]): readonly string[] => {
  const targets = new Map<string, string[]>()
  return edges.toSorted((a, b) => a.createdAt - b.createdAt || (a.from < b.from ? -1 : a.from > b.from ? 1 : a.to < b.to ? -1 : 1)).flatMap(({ id, from, to }) => {
    const seen = new Set([to])
    for (const at of seen) for (const next of targets.get(at) ?? []) seen.add(next)
    if (seen.has(from)) return [id]
    targets.set(from, [...(targets.get(from) ?? []), to])
    return []
  })
}

const tangles = fc
  .uniqueArray(
    fc.record({ from: fc.nat(29), to: fc.nat(29), at: fc.nat(40) }).filter(({ from, to }) => from !== to),
    { selector: ({ from, to }) => `${from}>${to}`, minLength: 40, maxLength: 220 }
  )
  .map((all) => all.map(({ from, to, at }) => orders(from, to, at)))

holds("of a tangle stands what stands when each edge is walked from (GRAPH-20)", tangles, (edges) => {
  expect(ids(standing(endsOf(edges), edges).aside).toSorted()).toEqual([...closingPlainly(edges)].sort())
})

test("a set of 120,000 edges of which every second closes a cycle is settled in one pass (GRAPH-20)", () => {
  const count = 60_000
  const path = Array.from({ length: count }, (_, at) => orders(at, at + 1, at))
  const back = Array.from({ length: count }, (_, at) => orders(count - (at % 7), (at * 7919) % (count - 8), count + at))
  const all = [...back, ...path]
  const { edges, aside } = standing(endsOf(all), all)
  expect([ids(edges), aside.length]).toEqual([ids(path), count])
})

holds("however early the search is given up, what was let in has no cycle, and what goes forward was let in (GRAPH-20)", fc.tuple(tangles, fc.nat(60)), ([edges, workMax]) => {
  const first = Int32Array.from({ length: 30 }, (_, at) => at)
  const number = (id: string): number => Number(id.slice(1))
  const row = makeRow(first, edges.length, workMax)
  const refused = edges.filter(({ from, to }) => !row.admit(number(from), number(to)))
  const kept = edges.filter((each) => !refused.includes(each))
  expect(closingPlainly(kept)).toEqual([])
  if (workMax === 0) expect(refused).toEqual(edges.filter(({ from, to }) => number(from) > number(to)))
})

test("where there is no room left to move in, all are numbered anew, and nothing is let in that closes a cycle (GRAPH-20)", () => {
  const edges = [
    ...Array.from({ length: 60 }, (_, at) => orders(60, at, at)),
    ...Array.from({ length: 400 }, (_, at) => orders((at * 17) % 60, (at * 29 + 7) % 60, 60 + at)).filter(({ from, to }) => from !== to)
  ]
  const row = makeRow(
    Int32Array.from({ length: 61 }, (_, at) => at),
    edges.length,
    1e9
  )
  expect(edges.flatMap(({ id, from, to }) => (row.admit(Number(from.slice(1)), Number(to.slice(1))) ? [] : [id]))).toEqual(
    closingPlainly(edges)
  )
})

const byText = (a: GraphEdge, b: GraphEdge): number => (a.id < b.id ? -1 : 1)

// ── joining ──────────────────────────────────────────────────────────────────────────────────────────────────────

holds("it does not matter which of two is joined to which (GRAPH-19)", fc.tuple(content, content), ([a, b]) =>
  expect(joined(a, b)).toEqual(joined(b, a))
)
holds("it does not matter in what order three are joined (GRAPH-19)", fc.tuple(content, content, content), ([a, b, c]) =>
  expect(joined(joined(a, b), c)).toEqual(joined(a, joined(b, c)))
)
holds("what is joined twice is as what is joined once (GRAPH-19)", fc.tuple(content, content), ([a, b]) => {
  expect(joined(joined(a, b), b)).toEqual(joined(a, b))
  expect(joined(a, emptyContent)).toEqual(a)
})

// ── merging ──────────────────────────────────────────────────────────────────────────────────────────────────────

holds("a merge commutes (GRAPH-22)", fork, ({ base, ours, theirs }) => expect(graphText(mergeGraphs(base, ours, theirs))).toBe(graphText(mergeGraphs(base, theirs, ours))))
holds("a merge commutes whatever is merged (GRAPH-22)", fc.tuple(content, content, content), ([base, a, b]) => expect(mergeGraphs(base, a, b)).toEqual(mergeGraphs(base, b, a)))

holds("a merge with what did not change, or changed alike, is what changed (GRAPH-22)", fork, ({ base, ours }) => {
  expect(mergeGraphs(base, ours, base)).toEqual(ours)
  expect(mergeGraphs(base, ours, ours)).toEqual(ours)
})

holds("where either side is imported into a merge, or a merge into either, it is the merge (GRAPH-22)", fork, ({ base, ours, theirs }) => {
  const merged = mergeGraphs(base, ours, theirs)
  for (const side of [ours, theirs]) expect([joined(side, merged), joined(merged, side)]).toEqual([merged, merged])
})

holds("no node and no edge is lost: each is there, aside, or has its tombstone (GRAPH-22)", fork, ({ base, ours, theirs }) => {
  const merged = mergeGraphs(base, ours, theirs)
  const there = new Set(ids([...merged.nodes, ...known(merged), ...merged.tombstones]))
  expect(ids([ours, theirs].flatMap((side) => [...side.nodes, ...known(side)])).filter((id) => !there.has(id))).toEqual([])
})

holds("nothing goes that nobody removed, and nothing that the other side changed (GRAPH-22)", fork, ({ base, ours, theirs }) => {
  const merged = mergeGraphs(base, ours, theirs)
  for (const [side, other] of [[ours, theirs], [theirs, ours]] as const) {
    const removed = new Set(ids(other.tombstones))
    for (const node of side.nodes) {
      const before = base.nodes.find(({ id }) => id === node.id)
      const isKept = !removed.has(node.id) || (before !== undefined && nodeWords(before) !== nodeWords(node))
      if (isKept) expect(ids(merged.nodes)).toContain(node.id)
    }
    for (const each of known(side)) if (!removed.has(each.id)) expect(ids(known(merged))).toContain(each.id)
  }
})

holds("no word is lost: a field that one side changed is as that side has it (GRAPH-22)", fork, ({ base, ours, theirs }) => {
  const merged = new Map(mergeGraphs(base, ours, theirs).nodes.map((node) => [node.id, node]))
  for (const before of base.nodes) {
    const [a, b, after] = [ours, theirs].map(({ nodes }) => nodes.find(({ id }) => id === before.id)).concat(merged.get(before.id))
    if (a === undefined || b === undefined || after === undefined) continue
    for (const field of ["title", "description", "status", "confidence"] as const) {
      if (b[field] === before[field]) expect(after[field]).toBe(a[field])
      else if (a[field] === before[field] || a[field] === b[field]) expect(after[field]).toBe(b[field])
      else expect([a[field], b[field]]).toContain(after[field])
    }
    expect(after.files).toEqual(
      ["f1", "f2", "f3"].filter((file) =>
        before.files.includes(file) ? a.files.includes(file) && b.files.includes(file) : a.files.includes(file) || b.files.includes(file)
      )
    )
  }
})

holds("a node that comes back brings back the edges it went with, unless somebody took them away (GRAPH-22)", fork, ({ base, ours, theirs }) => {
  const merged = mergeGraphs(base, ours, theirs)
  for (const [side, other] of [[ours, theirs], [theirs, ours]] as const) {
    const tombstones = new Map(other.tombstones.map((each) => [each.id, each]))
    for (const node of side.nodes.filter(({ id }) => tombstones.has(id) && ids(merged.nodes).includes(id))) {
      const before = base.nodes.find(({ id }) => id === node.id)
      if (before === undefined || nodeWords(before) === nodeWords(node)) continue
      const with_ = side.edges.filter(({ id, from, to }) => [from, to].includes(node.id) && tombstones.get(id)?.removedAt === tombstones.get(node.id)?.removedAt)
      for (const each of with_) expect(ids(known(merged))).toContain(each.id)
    }
  }
})

holds(
  "the order of merges does not matter where no node is changed or removed by two (GRAPH-22)",
  fork,
  ({ base, ours, theirs, third }) => {
    const touched = [ours, theirs, third].map((side) =>
      base.nodes
        .filter((node) => !side.nodes.some((each) => each.id === node.id && nodeWords(each) === nodeWords(node)))
        .map(({ id }) => id)
    )
    fc.pre(new Set(touched.flat()).size === touched.flat().length)
    const left = mergeGraphs(base, mergeGraphs(base, ours, theirs), third)
    expect(left).toEqual(mergeGraphs(base, ours, mergeGraphs(base, theirs, third)))
  }
)

holds("whatever is merged, what stands has no cycle, no double and no loose end (GRAPH-22)", fork, ({ base, ours, theirs }) => {
  const { nodes, edges } = mergeGraphs(base, ours, theirs)
  expect(standing(new Set(ids(nodes)), edges).aside).toEqual([])
  expect(new Set(ids(edges)).size).toBe(edges.length)
})

// ── the text ─────────────────────────────────────────────────────────────────────────────────────────────────────

holds("a graph that was written is read as it was, byte by byte (GRAPH-23)", content, (all) => {
  expect(parseGraph(graphText(all), "graph.json")).toEqual(all)
  expect(graphText(parseGraph(graphText(all), "graph.json"))).toBe(graphText(all))
})

const NODE: GraphNode = {
  id: "a",
  kind: "goal",
  title: "ship it",
  description: "",
  status: "active",
  confidence: null,
  origin: "said",
  uncertain: ["x"],
  author: null,
  session: null,
  event: null,
  files: [],
  commit: null,
  branch: null,
  keeper: null,
  createdAt: 1,
  changedAt: 2
}

test("the text has sorted keys, a line each, and nothing that follows from the rest (GRAPH-23)", () => {
  expect(graphText({ ...emptyContent, nodes: [NODE], tombstones: [{ id: "b", of: "node", removedAt: 3 }] })).toBe(`{
"aside": [],
"edges": [],
"nodes": [
{"author":null,"branch":null,"changedAt":2,"commit":null,"confidence":null,"createdAt":1,"description":"","event":null,"files":[],"id":"a","keeper":null,"kind":"goal","origin":"said","session":null,"status":"active","title":"ship it"}
],
"tombstones": [
{"id":"b","of":"node","removedAt":3}
],
"version": 1
}
`)
})

test("of two that were changed at one moment all machines choose the same, whatever they differ in (GRAPH-19)", () => {
  const others: Partial<GraphNode> = {
    kind: "action",
    title: "b",
    description: "d",
    status: "abandoned",
    confidence: 1,
    origin: "auto",
    author: "a",
    session: "s",
    event: 1,
    files: ["f"],
    commit: "c",
    branch: "b",
    keeper: "k",
    createdAt: 2
  }
  for (const [field, value] of Object.entries(others)) {
    const other = { ...NODE, [field]: value }
    expect(newerNode(NODE, other)).toBe(newerNode(other, NODE))
  }
})

const refused: readonly (readonly [text: string, why: string])[] = [
  ["{", "read graph.json: it is no JSON ("],
  ['<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n', "read graph.json: it holds the marks of an unfinished merge; mend it, or take it as it was in git"],
  ["[]", "read graph.json: an object belongs there"],
  ["{}", "read graph.json: it says no version; is it a decision graph?"],
  ['{"version":2}', "read graph.json: it is of version 2, this Loom knows up to 1; update Loom"],
  ['{"version":1,"nodes":{}}', "read graph.json: nodes is no list"],
  ['{"version":1,"nodes":[null]}', "read graph.json, nodes[0]: an object belongs there"],
  ['{"version":1,"nodes":[{"id":"a"}]}', "read graph.json, nodes[0]: it has no kind"],
  ['{"version":1,"nodes":[{"id":"a","kind":"idea","title":"t","createdAt":1,"changedAt":1}]}', 'read graph.json, nodes[0]: its kind is "idea"; there are goal,'],
  ['{"version":1,"nodes":[{"id":"a","kind":"goal","title":7,"createdAt":1,"changedAt":1}]}', "read graph.json, nodes[0]: title is 7; a string belongs there"],
  ['{"version":1,"edges":[{"from":"a","to":"a","type":"chosen","createdAt":1}]}', "read graph.json, edges[0]: an edge joins two nodes, and this is one"],
  ['{"version":1,"tombstones":[{"id":"a","of":"goal","removedAt":1}]}', 'read graph.json, tombstones[0]: of is "goal"; there are node, edge'],
  ['{"version":1,"tombstones":[{"id":"a","of":"node","removedAt":1.5}]}', "read graph.json, tombstones[0]: its time is 1.5; give whole milliseconds since 1970"],
  ['{"version":1,"nodes":[{"id":"a","kind":"goal","title":"t","createdAt":1795209026392000,"changedAt":1}]}', "read graph.json, nodes[0]: its time is 1795209026392000; give whole milliseconds since 1970"]
]

test.each(refused)("what is no graph is refused whole, and why is said: %s (GRAPH-23)", (text, why) => {
  expect(() => parseGraph(text, "graph.json")).toThrow(why)
})

test("what somebody wrote by hand needs only what matters; nothing at all is an empty graph (GRAPH-23)", () => {
  expect(parseGraph("\n", "graph.json")).toEqual(emptyContent)
  const text =
    '\ufeff{"version":1,"nodes":[{"id":"a","kind":"goal","title":" ship\\nit","createdAt":1,"changedAt":2}],"edges":[{"id":"any","from":"a","to":"b","type":"leads_to","createdAt":1}]}'
  const { nodes, aside } = parseGraph(text, "graph.json")
  expect(nodes).toEqual([{ ...NODE, uncertain: [] }])
  expect(aside.map(({ from, to }) => [from, to])).toEqual([["a", "b"]])
})
