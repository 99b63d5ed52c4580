import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Kept, type KeptHit } from "../context/kept.ts"
import { refuse } from "../os/problem.ts"
import { counted } from "./text.ts"
import { told, type Tool } from "./tool.ts"

const Input = Schema.Struct({
  query: Schema.String,
  limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 50 })))
})
type Input = typeof Input.Type

const HITS = 10

/** `context_search({query: "retry budget"})  // => the messages in which both words stand, each with its id, keeper and excerpt` */
export const contextSearch: Tool<Input> = {
  name: "context_search",
  summary: "find what left the window",
  description:
    "Full-text search over all that ever left the window, of this and other sessions of the project. Tells message ids and keepers for context_read.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits: "10 messages, at most 50; of this project only; words, never a syntax; nothing expires",
  facts: ({ query }) => {
    if (query.trim() === "") refuse("the query is empty; give words that stand in what you look for")
    return { changes: false }
  },
  run: Effect.fnUntraced(function*({ query, limit = HITS }, { workspace }) {
    const { search } = yield* Kept
    const { hits, notes } = yield* search(workspace.roots[0] ?? "", query, limit, workspace.session)
    const head =
      hits.length === 0
        ? `nothing that left the window holds ${JSON.stringify(query)}; try fewer or other words`
        : `${counted(hits.length, "message")}, best first:`
    return told([head, ...hits.map((hit) => hitText(hit, workspace.session)), ...notes.map((note) => `[${note}]`)].join("\n\n"))
  })
}

const hitText = ({ span, number, speaker, excerpt, imported }: KeptHit, session: string): string =>
  `${span.session}#${number} · ${speaker} · keeper ${span.name}${whence(span, session, imported)}${span.topic === "" ? "" : ` (${span.topic})`}\n${excerpt}`

const whence = ({ session, at }: KeptHit["span"], here: string, imported: boolean): string =>
  session === here ? "" : `, ${imported ? "imported, " : ""}${new Date(at).toISOString().slice(0, 10)}`
