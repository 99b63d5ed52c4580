import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { graphOfFolder } from "../graph/door.ts"
import { refuse } from "../os/problem.ts"
import { told, type Tool } from "./tool.ts"

const Input = Schema.Struct({
  query: Schema.optionalKey(Schema.String),
  list: Schema.optionalKey(Schema.Literals(["goals", "tried", "pulse"]))
})
export type QueryInput = typeof Input.Type

/** `decision_query({query: "redis"})  // => '1n0zgh decision "Sessions in Redis" (40%, superseded) 2026-01-02'` */
export const decisionQuery: Tool<QueryInput> = {
  name: "decision_query",
  summary: "ask why, and what was tried",
  description: "What was decided and tried here; ask before deciding anew. query: words or id.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits: "of this project only; 20 nodes; with nothing given the latest",
  facts: ({ query, list }) => {
    if (query !== undefined && list !== undefined) refuse("give a query or a list, not both")
    if (query !== undefined && query.trim() === "") refuse("the query is empty; give words or an id, or a list instead")
    return { changes: false }
  },
  run: Effect.fnUntraced(function*(input, { workspace: { roots } }) {
    const { readDecisions } = yield* Effect.promise(() => import("./decision-read.ts"))
    return told(yield* readDecisions(yield* graphOfFolder(roots[0] ?? "/"), input))
  })
}
