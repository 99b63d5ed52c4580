import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { raised, type Arc } from "./rank.ts"
import type { Way } from "./store.ts"

/**
 * Keeps cycles out. Each node has a rank, lower than that of all it leads to, so an edge that goes up in rank closes no cycle and costs nothing.
 * For any other one looks from its end along the arrows and from its beginning against them, no further than the two ranks reach and never much more on one
 * side than on the other: whichever side ends first is moved past the other edge's end. What is looked at is that side, not the graph.
 */
export const makeSqlOrder = (sql: SqlClient.SqlClient) => {
  /** True where the edge may stand; ranks are then such that it does. */
  const admit = Effect.fnUntraced(function*(from: number, to: number): Effect.fn.Return<boolean, SqlError> {
    const rankByKey = yield* ranksOf([from, to])
    const [low, high] = [rankByKey.get(from)!, rankByKey.get(to)!]
    if (low < high) return true
    for (let countMax = FIRST_LOOK; ; countMax *= WIDER) {
      const down = yield* reach("down", to, low, countMax)
      if (down.includes(from)) return false
      if (down.length < countMax) return yield* move("down", down, new Map([[to, low + 1]]))
      const up = yield* reach("up", from, high, countMax)
      if (up.includes(to)) return false
      if (up.length < countMax) return yield* move("up", up, new Map([[from, 1 - high]]))
      const below = new Set(down)
      if (up.some((key) => below.has(key))) return false
    }
  })

  const ranksOf = (keys: readonly number[]) =>
    Effect.map(
      sql<{
        readonly key: number
        readonly rank: number
      }>`SELECT key, rank FROM graph_nodes WHERE key IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`,
      (rows) => new Map(rows.map(({ key, rank }) => [key, rank]))
    )

  /** Where one goes from a node and how far in rank, itself included; at most so many. */
  const reach = (way: Way, start: number, bound: number, countMax: number) => {
    const [near, far] = way === "down" ? [sql`e.source`, sql`e.target`] : [sql`e.target`, sql`e.source`]
    const inside = way === "down" ? sql`n.rank <= ${bound}` : sql`n.rank >= ${bound}`
    return Effect.map(
      sql<{ readonly key: number }>`WITH RECURSIVE reached (key) AS (
        SELECT ${start} UNION SELECT ${far} FROM reached r JOIN graph_edges e ON ${near} = r.key AND e.type IN ('leads_to', 'requires', 'blocks', 'enables') JOIN graph_nodes n ON n.key = ${far} AND ${inside}
      ) SELECT key FROM reached LIMIT ${countMax}`,
      (rows) => rows.map(({ key }) => key)
    )
  }

  /** Going up is going down with all ranks turned round. */
  const move = Effect.fnUntraced(function*(
    way: Way,
    first: readonly number[],
    demands: ReadonlyMap<number, number>
  ): Effect.fn.Return<true, SqlError> {
    const sign = way === "down" ? 1 : -1
    let keys = first
    let wanted = demands
    while (wanted.size > 0) {
      const region = new Map([...(yield* ranksOf(keys))].map(([key, rank]) => [key, sign * rank]))
      const next = raised(region, yield* arcsOf(way, keys), wanted)
      yield* setRanks([...next.rankByKey].map(([key, rank]) => [key, sign * rank]))
      wanted = next.wanted
      const bound = [...wanted.values()].reduce((most, rank) => Math.max(most, rank), Number.MIN_SAFE_INTEGER)
      const further = new Set<number>()
      for (const key of wanted.keys()) for (const reached of yield* reach(way, key, sign * bound, -1)) further.add(reached)
      keys = [...further]
    }
    return true
  })

  const arcsOf = (way: Way, keys: readonly number[]) => {
    const [near, far] = way === "down" ? [sql`e.source`, sql`e.target`] : [sql`e.target`, sql`e.source`]
    return sql<Arc>`SELECT ${near} AS near, ${far} AS far, ${way === "down" ? sql`n.rank` : sql`-n.rank`} AS farRank
      FROM json_each(${JSON.stringify(keys)}) k JOIN graph_edges e ON ${near} = k.value AND e.type IN ('leads_to', 'requires', 'blocks', 'enables') JOIN graph_nodes n ON n.key = ${far}`
  }

  const setRanks = (ranks: readonly (readonly [number, number])[]) =>
    sql`UPDATE graph_nodes SET rank = w.rank FROM (SELECT value ->> 0 AS key, value ->> 1 AS rank FROM json_each(${JSON.stringify(ranks)})) w WHERE graph_nodes.key = w.key`

  return { admit }
}

const FIRST_LOOK = 64
const WIDER = 8
