import * as Effect from "effect/Effect"
import { LogError } from "../../../runtime/event-log/event-log.ts"
import { shortId, type Problem, type ProjectGraph } from "../../../runtime/graph.ts"
import { nodeLines } from "../../view/graph/node-lines.ts"
import { nodeSpans } from "../../view/graph/node-words.ts"
import { treeLines } from "../../view/graph/tree-lines.ts"
import { treeOf } from "../../view/graph/tree.ts"
import { walkable } from "../../view/graph/walk.ts"
import { fitted, span, whole, type Shown } from "../../view/shown.ts"
import { oneLine } from "../../view/visible.ts"
import { around, wholeOrNewest } from "../graph/gathered.ts"
import type { SlashContext } from "./slash-commands.ts"

/** What is remembered of this project's decisions: all of it as a tree; with words the node of that id, else those that have the words. */
export const sessionGraph = Effect.fnUntraced(function*(rest: string, { app, session }: SlashContext): Effect.fn.Return<readonly Shown[], LogError> {
  const graph = yield* app.graph(session.state().session.opened.roots[0] ?? "/")
  return yield* Effect.mapError(rest === "" ? wholeTree(graph) : asked(graph, rest), ({ message }) => new LogError({ reason: "failed", message }))
})

const wholeTree = Effect.fnUntraced(function*(graph: ProjectGraph): Effect.fn.Return<readonly Shown[], Problem> {
  const part = yield* wholeOrNewest(graph, false)
  if (part.nodes.length === 0)
    return [
      whole(span("dim", "nothing is remembered of this project yet; what happens in turns writes itself, and so does what the model logs"))
    ]
  return [
    ...treeLines(treeOf(walkable(part), { roots: null, auto: false })),
    whole(span("dim", "/graph ID shows a node, /graph WORDS finds some; `loom graph --help` lists what else there is"))
  ]
})

/** Also what is asked as on the command line, `search WORDS` and `show ID`, where nothing has all of these words. */
const asked = Effect.fnUntraced(function*(graph: ProjectGraph, rest: string): Effect.fn.Return<readonly Shown[], Problem> {
  const found = yield* foundBy(graph, rest)
  if (found !== null) return found
  const meant = /^(?:search|show)\s+(.+)$/.exec(rest)?.[1]
  const alike = meant === undefined ? null : yield* foundBy(graph, meant)
  return alike ?? [whole(span("dim", `nothing here has all of: ${oneLine(meant ?? rest)}`))]
})

const foundBy = Effect.fnUntraced(function*(graph: ProjectGraph, words: string): Effect.fn.Return<readonly Shown[] | null, Problem> {
  const node = yield* Effect.orElseSucceed(graph.named(words), () => null)
  if (node !== null) return nodeLines(walkable(yield* around(graph, node)), node)
  const found = yield* graph.search(words)
  return found.length === 0 ? null : found.map((each) => fitted(...nodeSpans(each, shortId)))
})
