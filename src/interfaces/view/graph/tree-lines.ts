import { plural } from "../money.ts"
import { fitted, span, whole, type Shown, type Span } from "../shown.ts"
import { nodeSpans, outWords, reasonWords } from "./node-words.ts"
import { shortId } from "../../../runtime/graph.ts"
import type { TreeRow } from "./tree.ts"

/** So many turns that recorded nothing but themselves are shown; older ones are counted. */
const TURNS_MAX = 8

/** A tree as lines. Turns in which nobody said anything of a decision stand at the end, folded to a line each. */
export const treeLines = (rows: readonly TreeRow[], turnsMax: number = TURNS_MAX): readonly Shown[] => {
  const trees = treesIn(rows)
  const said = trees.filter((tree) => !isBareTurn(tree))
  const turns = trees.filter(isBareTurn)
  const hidden = Math.max(0, turns.length - turnsMax)
  return [
    ...said.flatMap((tree) => tree.map(rowLine)),
    ...turns.slice(hidden).flatMap((tree) => tree.map(rowLine)),
    ...(hidden === 0 ? [] : [whole(span("dim", `${plural(hidden, "older turn")} recorded by Loom itself: --all shows them`))])
  ]
}

const treesIn = (rows: readonly TreeRow[]): readonly (readonly TreeRow[])[] => {
  const trees: TreeRow[][] = []
  for (const row of rows) {
    if (row.edge === null) trees.push([row])
    else trees.at(-1)?.push(row)
  }
  return trees
}

const isBareTurn = (tree: readonly TreeRow[]): boolean => tree.length === 1 && tree[0]?.node.origin === "auto"

const rowLine = ({ node, edge, rails, last, again, folded }: TreeRow): Shown =>
  fitted(
    span("dim", edge === null ? "" : `${rails.map((more) => (more ? "│  " : "   ")).join("")}${last ? "└─ " : "├─ "}`),
    ...edgeSpans(edge),
    ...nodeSpans(node, shortId),
    span("dim", again ? "  ↑ above" : foldedWords(folded.map(({ kind, title }) => (kind === "outcome" ? title.replace(/^turn \d+:? /, "") : kind))))
  )

const edgeSpans = (edge: TreeRow["edge"]): readonly Span[] => {
  if (edge === null || (edge.type === "leads_to" && edge.reason === "")) return []
  const tone = edge.type === "rejected" || edge.type === "blocks" ? "bad" : edge.type === "chosen" ? "good" : "notice"
  const [words, reason] = edge.type === "leads_to" ? ["", reasonWords(edge).trimStart()] : [outWords(edge), reasonWords(edge)]
  return [span(tone, words), span("dim", `${reason}: `)]
}

/** `["action", "action", "completed"]` is `  · 2 actions, completed`; what happened several times is `2 × interrupted`. */
const foldedWords = (words: readonly string[]): string => {
  const counted = [...Map.groupBy(words, (word) => word)].map(([word, same]) => {
    if (word === "action" || word === "observation") return plural(same.length, word)
    return same.length === 1 ? word : `${same.length} × ${word}`
  })
  return counted.length === 0 ? "" : `  · ${counted.join(", ")}`
}
