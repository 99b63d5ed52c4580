import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import fc from "fast-check"
import { expect, test } from "vitest"
import { Graph, layerGraphSql } from "../../../src/effects/graph/graph.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"
import { settings } from "./random/contents.ts"

const inDatabase = <A>(use: Effect.Effect<A, unknown, SqlClient.SqlClient>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.provide(use, Layer.provideMerge(layerGraphSql, layerSqlite({ file: ":memory:" })))))

const pair = (count: number) => fc.tuple(fc.nat(count - 1), fc.nat(count - 1)).filter(([from, to]) => from !== to)

/** Some hundred links among some dozen nodes, with little room between the ranks or with much, and links taken away between. */
const tries = fc.integer({ min: 3, max: 40 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    gap: fc.constantFrom(1, 2, 65_536),
    tries: fc.array(fc.record({ pair: pair(count), isLink: fc.constantFrom(true, true, true, true, false) }), { maxLength: 120, size: "max" })
  })
)

test("an edge is refused exactly where it would close a cycle, wherever the ranks have moved (GRAPH-5)", { timeout: 600_000 }, () =>
  fc.assert(
    fc.asyncProperty(tries, ({ count, gap, tries: all }) =>
      inDatabase(
        Effect.gen(function*() {
          const graph = (yield* Graph).of("/ws")
          const sql = yield* SqlClient.SqlClient
          for (let at = 0; at < count; at++) yield* graph.add({ id: `n${at}`, kind: "action", title: `n${at}` })
          yield* sql`UPDATE graph_nodes SET rank = rank / 65536 * ${gap}`
          const targets = Array.from({ length: count }, () => new Set<number>())
          const leads = (from: number, to: number, seen = new Set<number>()): boolean =>
            from === to || (!seen.has(from) && (seen.add(from), [...targets[from]!].some((next) => leads(next, to, seen))))
          for (const {
            pair: [from, to],
            isLink
          } of all) {
            const edge = { from: `n${from}`, to: `n${to}`, type: "leads_to" } as const
            const answer = yield* Effect.match(isLink ? graph.link(edge) : graph.unlink(edge), {
              onSuccess: () => "done",
              onFailure: ({ message }) => (message.includes("cycle") ? "cycle" : "other")
            })
            const has = targets[from]!.has(to)
            expect(answer).toBe(isLink ? (has ? "other" : leads(to, from) ? "cycle" : "done") : has ? "done" : "other")
            if (answer === "done") targets[from]![isLink ? "add" : "delete"](to)
          }
          expect(yield* sql`SELECT 1 FROM graph_edges e JOIN graph_nodes s ON s.key = e.source JOIN graph_nodes t ON t.key = e.target WHERE s.rank >= t.rank`).toEqual([])
        })
      )),
    settings(30)
  ))

test("what is looked at for an edge is the smaller side, not the graph (GRAPH-5)", () =>
  inDatabase(
    Effect.gen(function*() {
      const graph = (yield* Graph).of("/ws")
      const sql = yield* SqlClient.SqlClient
      const ids = Array.from({ length: 300 }, (_, at) => `n${at}`)
      for (const id of ids) yield* graph.add({ id, kind: "action", title: id })
      for (let at = 1; at < ids.length; at++) yield* graph.link({ from: ids[at - 1]!, to: ids[at]!, type: "leads_to" })
      const ranks = () =>
        Effect.map(
          sql<{ readonly id: string; readonly rank: number }>`SELECT id, rank FROM graph_nodes`,
          (rows) => new Map(rows.map(({ id, rank }) => [id, rank]))
        )
      const before = yield* ranks()
      yield* graph.add({ id: "new", kind: "goal", title: "new" }, [{ to: "n0", type: "requires" }])
      const after = yield* ranks()
      expect(ids.filter((id) => before.get(id) !== after.get(id))).toEqual([])
      expect(after.get("new")! < after.get("n0")!).toBe(true)
    })
  ))
