import type { GraphNode } from "../../../runtime/graph.ts"
import { fitted, span, whole, wholeLines, type Shown } from "../shown.ts"
import { harmless, oneLine } from "../visible.ts"
import { intoWords, nodeSpans, outWords, reasonWords, remarks, timeWords } from "./node-words.ts"
import { shortId } from "../../../runtime/graph.ts"
import { edgesFrom, edgesInto, type Walkable } from "./walk.ts"

/** All that is known of one node, and how to look at the moment it comes from. */
export const nodeLines = (graph: Walkable, node: GraphNode): readonly Shown[] => [
  whole(span("person", node.kind), span("strong", ` ${oneLine(node.title)}`), span("dim", inWords(remarks(node)))),
  ...(node.description.trim() === "" ? [] : wholeLines("plain", harmless(node.description.trim()), "  ")),
  ...factsOf(node).map(([name, value]) => whole(span("dim", `  ${name.padEnd(NAME_COLUMNS)}`), span("plain", value))),
  ...node.uncertain.flatMap((id) => uncertainLine(graph, id)),
  ...edgesInto(graph, node.id).map((edge) => neighbour(graph, intoWords(edge), edge.from, reasonWords(edge))),
  ...edgesFrom(graph, node.id).map((edge) => neighbour(graph, outWords(edge), edge.to, reasonWords(edge))),
  ...momentOf(node)
]

const NAME_COLUMNS = 15

const factsOf = ({ id, author, origin, files, commit, branch, keeper, createdAt, changedAt }: GraphNode): readonly (readonly [string, string])[] => [
  ["id", oneLine(id)],
  ["when", `${timeWords(createdAt)}${changedAt === createdAt ? "" : `, changed ${timeWords(changedAt)}`} UTC`],
  ...(author === null ? [] : [["who", oneLine(author)] as const]),
  ...(origin === "said" ? [] : [["recorded", origin === "auto" ? "by Loom itself" : "from git history"] as const]),
  ...(branch === null ? [] : [["branch", oneLine(branch)] as const]),
  ...(commit === null ? [] : [["commit", `${oneLine(commit)}: git show ${oneLine(commit.slice(0, 12))}`] as const]),
  ...(files.length === 0 ? [] : [["files", files.map(oneLine).join(", ")] as const]),
  ...(keeper === null ? [] : [["keeper", oneLine(keeper)] as const])
]

/** The command that goes to where it comes from. */
const momentOf = ({ session, event }: GraphNode): readonly Shown[] => {
  if (session === null) return []
  const command = `loom replay ${oneLine(session)}${event === null ? "" : ` --at ${event}`}`
  return [whole(span("dim", `  ${"the moment".padEnd(NAME_COLUMNS)}`), span("plain", command))]
}

const uncertainLine = ({ nodesById }: Walkable, id: string): readonly Shown[] => {
  const source = nodesById.get(id)
  return source === undefined ? [] : [fitted(span("notice", "  stands on       "), ...nodeSpans(source, shortId))]
}

const neighbour = ({ nodesById }: Walkable, words: string, id: string, reason: string): Shown =>
  fitted(span("dim", `  ${words.padEnd(NAME_COLUMNS)}`), ...nodeSpans(nodesById.get(id) as GraphNode, shortId), span("dim", reason))

const inWords = (words: readonly string[]): string => (words.length === 0 ? "" : `  ${words.join(", ")}`)
