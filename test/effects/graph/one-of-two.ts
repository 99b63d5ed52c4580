import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Graph, layerGraphSql } from "../../../src/effects/graph/graph.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"

/* One of two processes that write to one graph: nodes of its own, and links among shared ones, each the other way round than the other process does. */

const [file = "", me = "", rounds = ""] = process.argv.slice(2)
const SHARED = 8

const linked = await Effect.runPromise(
  Effect.gen(function*() {
    const graph = (yield* Graph).of("/ws")
    for (let at = 0; at < SHARED; at++) yield* graph.add({ id: `s${at}`, kind: "action", title: `s${at}` })
    const done: string[] = []
    for (let round = 0; round < Number(rounds); round++) {
      yield* graph.add({ id: `${me}${round}`, kind: "outcome", title: `by ${me}` }, [{ from: `s${round % SHARED}`, type: "leads_to" }])
      const [low, high] = [round % SHARED, (round * 5 + Math.floor(round / SHARED)) % SHARED].sort()
      const [from, to] = me === "a" ? [low, high] : [high, low]
      const answer = yield* Effect.match(graph.link({ from: `s${from}`, to: `s${to}`, type: round % 2 === 0 ? "leads_to" : "requires" }), {
        onSuccess: ({ id }) => id,
        onFailure: ({ message }) => message
      })
      if (/^[0-9a-f]{32}$/.test(answer)) done.push(answer)
      else if (!/would close a cycle|is there already|an edge joins two nodes/.test(answer)) throw new Error(answer)
    }
    return done
  }).pipe(Effect.provide(Layer.provide(layerGraphSql, layerSqlite({ file }))), Effect.scoped)
)
process.stdout.write(JSON.stringify(linked))
