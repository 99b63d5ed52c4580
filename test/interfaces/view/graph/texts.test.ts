import { expect, test } from "vitest"
import { dotOf } from "../../../../src/interfaces/view/graph/dot.ts"
import { narrativeOf } from "../../../../src/interfaces/view/graph/narrative.ts"
import { nodeLines } from "../../../../src/interfaces/view/graph/node-lines.ts"
import { treeLines } from "../../../../src/interfaces/view/graph/tree-lines.ts"
import { treeOf } from "../../../../src/interfaces/view/graph/tree.ts"
import { walkable } from "../../../../src/interfaces/view/graph/walk.ts"
import { writeUpOf } from "../../../../src/interfaces/view/graph/write-up.ts"
import type { Shown } from "../../../../src/interfaces/view/shown.ts"
import { edge, nodes, signIn } from "../../../support/graph.ts"

const graph = walkable(signIn)
const text = (lines: readonly Shown[]): string => lines.map((line) => (line.type === "line" ? line.spans.map((span) => span.text).join("") : line.text)).join("\n")
const tree = (auto: boolean, turnsMax?: number): string => text(treeLines(treeOf(graph, { roots: null, auto }), turnsMax))

test("the tree shows what was said below what led to it, and folds what recorded itself", () => {
  expect(tree(false)).toBe(
    `turn goal let people sign in  · 1 action, completed
└─ goal goal People sign in once  80%
   ├─ redis decision Sessions in Redis  40%, superseded
   │  └─ seen observation Redis loses sessions on every deploy
   │     └─ again revisit Reconsidering: Sessions in Redis
   │        └─ openid decision OpenID Connect  75%
   │           ├─ supersedes (state must outlive a deploy): redis decision Sessions in Redis  40%, superseded  ↑ above
   │           ├─ chosen (needs no secret): pkce option PKCE
   │           ├─ rejected (it is deprecated): plicit option Implicit flow
   │           └─ route action add the callback route
   │              └─ green outcome all tests pass
   └─ openid decision OpenID Connect  75%  ↑ above
bare goal say hello  · completed`
  )
})

test("with all of it, what recorded itself stands where it belongs", () => {
  expect(
    tree(true)
      .split("\n")
      .filter((line) => /batch|done|hello/.test(line))
  ).toEqual([
    "├─ batch action file_edit src/callback.ts",
    "└─ done outcome turn 1: completed",
    "bare goal say hello",
    "└─ hello outcome turn 2: completed"
  ])
})

test("what recorded itself is not folded where something that was said hangs on it", () => {
  const carried = walkable({
    nodes: nodes(
      { id: "turn", kind: "goal", title: "find out", origin: "auto" },
      { id: "helper", kind: "action", title: "sub-agent: look", origin: "auto" },
      { id: "found", kind: "observation", title: "it is slow" },
      { id: "other", kind: "action", title: "shell", origin: "auto" }
    ),
    edges: [edge("turn", "helper"), edge("helper", "found"), edge("turn", "other")]
  })
  expect(text(treeLines(treeOf(carried, { roots: null, auto: false })))).toBe(
    "turn goal find out  · 1 action\n└─ helper action sub-agent: look\n   └─ found observation it is slow"
  )
})

test("turns that recorded nothing but themselves are counted where they are many", () => {
  expect(tree(false, 0).split("\n").at(-1)).toBe("1 older turn recorded by Loom itself: --all shows them")
})

test("a ring that nothing leads into is shown from its oldest, once", () => {
  const ring = walkable({
    nodes: nodes({ id: "a", kind: "decision", title: "A" }, { id: "b", kind: "decision", title: "B" }),
    edges: [edge("a", "b", "supersedes"), edge("b", "a", "supersedes")]
  })
  expect(text(treeLines(treeOf(ring, { roots: null, auto: false })))).toBe(
    "a decision A\n└─ supersedes: b decision B\n   └─ supersedes: a decision A  ↑ above"
  )
})

test("a node is shown with its neighbours, and with the command that goes to its moment", () => {
  expect(text(nodeLines(graph, graph.nodesById.get("turn")!))).toBe(
    `goal let people sign in
  id             turn
  when           2026-01-02 09:00 UTC
  recorded       by Loom itself
  leads to       goal goal People sign in once  80%
  leads to       batch action file_edit src/callback.ts
  leads to       done outcome turn 1: completed
  the moment     loom replay 20260102-090000-abcd --at 2`
  )
})

test("a goal's story is told in the order in which it came about", () => {
  expect(narrativeOf(graph, graph.nodesById.get("goal")!, false)).toBe(`# People sign in once

## 2026-01-02

- 09:01 **goal**: People sign in once (80%)
  Asked for by support:
  three passwords are two too many.
- 09:02 **decision**: ~~Sessions in Redis~~ (40%, superseded)
  - superseded by OpenID Connect: state must outlive a deploy
- 09:03 **observation**: Redis loses sessions on every deploy
- 09:04 **revisit**: Reconsidering: Sessions in Redis
- 09:05 **decision**: OpenID Connect (75%)
  - supersedes Sessions in Redis: state must outlive a deploy
  - chosen PKCE: needs no secret
  - rejected Implicit flow: it is deprecated
- 09:06 **option**: PKCE
  - chosen by OpenID Connect: needs no secret
- 09:07 **option**: Implicit flow
  - rejected by OpenID Connect: it is deprecated
- 09:08 **action**: add the callback route
- 09:09 **outcome**: all tests pass
`)
})

test("a pull request's text says why, what was decided against what, what was done, what came of it and what was tried before", () => {
  expect(writeUpOf(graph, [graph.nodesById.get("goal")!], false)).toBe(`## Summary

- People sign in once (confidence 80%)
  Asked for by support:
  three passwords are two too many.
- Redis loses sessions on every deploy

## Decisions

- OpenID Connect (confidence 75%)
  - [x] PKCE — needs no secret
  - [ ] Implicit flow — rejected: it is deprecated

## What was done

- add the callback route — 0123456789
  \`src/callback.ts\`

## Results

- all tests pass

## Tried before

- ~~Sessions in Redis~~ — superseded by OpenID Connect: state must outlive a deploy
- Reconsidering: Sessions in Redis
`)
})

test("words of a graph become neither markup of a page, nor Graphviz, nor colours of a terminal", () => {
  const title = '<img src=x>\u001b[2J & "quoted" \\'
  const one = walkable({ nodes: nodes({ id: 'a"b', kind: "goal", title, description: "# heading\n- point\n<b>" }), edges: [] })
  const goal = one.nodes[0]!
  expect(narrativeOf(one, goal, false)).toBe(
    '# &lt;img src=x>\\x1b\\[2J &amp; "quoted" \\\\\n\n## 2026-01-02\n\n- 09:00 **goal**: &lt;img src=x>\\x1b\\[2J &amp; "quoted" \\\\\n  \\# heading\n  \\- point\n  &lt;b>\n'
  )
  expect(dotOf({ nodes: [goal], edges: [] }).split("\n")[3]).toBe(
    '  "a\\"b" [label="goal\\n<img src=x> [2J & \\"quoted\\" \\\\", style="rounded,filled", fillcolor="#dbeafe", color="#1d4ed8"]'
  )
  expect(text(treeLines(treeOf(one, { roots: null, auto: false })))).toBe('a"b goal <img src=x>\\x1b[2J & "quoted" \\')
})

test("emphasis, code, links, pictures, tables and lists in what a graph says are words; names with underscores and files stay readable", () => {
  const title = "*b* `c` _d_ ~~e~~ snake_case ![p](http://x) a | b \\[ \\d"
  const one = walkable({ nodes: nodes({ id: "a", kind: "action", title, description: "1. x\n    indented\n| - |\n* y", files: ["a_b [1] `&`.ts"] }), edges: [] })
  const lines = writeUpOf(one, [one.nodes[0]!], false).split("\n")
  expect(lines.filter((line) => !line.startsWith("#")).slice(0, 6)).toEqual([
    "",
    "- \\*b\\* \\`c\\` \\_d\\_ \\~\\~e\\~\\~ snake_case !\\[p\\](http://x) a \\| b \\\\\\[ \\d",
    "  1\\. x",
    "  indented",
    "  \\| - \\|",
    "  \\* y"
  ])
  expect(lines).toContain("  `a_b [1] '&'.ts`")
})
