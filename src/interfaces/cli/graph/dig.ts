import * as Effect from "effect/Effect"
import { digUp } from "../../../runtime/graph.ts"
import { plural } from "../../view/money.ts"
import { treeLines } from "../../view/graph/tree-lines.ts"
import { treeOf } from "../../view/graph/tree.ts"
import { walkable } from "../../view/graph/walk.ts"
import { orTrouble, remark, tellGraph, type Desk, type Ending } from "./desk.ts"

/** Shows the graph that git history suggests; with `--apply` it is taken in, marked as what it is. */
export const dig = (desk: Desk): Ending =>
  Effect.gen(function*() {
    const { invocation, graph } = desk
    const { flags, cwd } = invocation
    const found = yield* orTrouble(digUp(cwd, typeof flags.since === "string" ? flags.since : null))
    if (flags.apply !== true) {
      remark(
        invocation,
        found.nodes.length === 0
          ? "no commit is that young; give an older --since"
          : `${plural(found.nodes.length, "node")} of git history; nothing is written: --apply takes them in`
      )
      return yield* tellGraph(desk, found, () => treeLines(treeOf(walkable(found), { roots: null, auto: false })))
    }
    const { added, changed, edgesAdded } = yield* orTrouble(graph.import(found))
    invocation.output.out(
      `${plural(added, "node")} and ${plural(edgesAdded, "edge")} added from git history${changed === 0 ? "" : `, ${changed} changed`}; \`loom graph\` shows them\n`
    )
    return 0
  })
