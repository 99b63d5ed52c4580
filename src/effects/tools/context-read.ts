import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Kept, type ReadSpan } from "../context/kept.ts"
import { pageOf, placeOf, placeWord, type Place, type Room } from "../context/kept-page.ts"
import { refuse, type Problem } from "../os/problem.ts"
import { answerFrom } from "./kept-answer.ts"
import { told, type Tool, type ToolContext, type ToolOutcome } from "./tool.ts"

const Input = Schema.Struct({
  ids: Schema.optionalKey(Schema.Array(Schema.String).annotate({ description: "keepers or messages" })),
  mode: Schema.optionalKey(Schema.Literals(["raw", "answer", "synthesize"])),
  question: Schema.optionalKey(Schema.String),
  from: Schema.optionalKey(Schema.String.annotate({ description: "raw: message to go on from" }))
})
type Input = typeof Input.Type

/** With room for what is said beside, and within what an event takes. */
const RAW: Room = { tokens: 9_800, bytes: 60_000 }
/** Keepers that are read together where none is named. */
const KEEPERS_MAX = 5

/** `context_read({ids: ["s1/0-12"]})  // => messages 0 to 11 of session s1 as they were said, as far as 10,000 tokens go` */
export const contextRead: Tool<Input> = {
  name: "context_read",
  summary: "read what left the window",
  description:
    "Read messages that left the window. raw (default): as they were said. answer: a cheap model reads the ids and answers your question. synthesize: the same from the five keepers that fit the question best, no ids needed.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits:
    "raw: 10,000 tokens, and where to go on; answer and synthesize: a session of their own, 30 s, else raw, and that is said; the model is the setting `weak_model`, else the session's; its usage counts",
  facts: ({ ids = [], mode = "raw", question = "", from }) => {
    if (mode !== "synthesize" && ids.length === 0) refuse("ids is empty; name keepers or messages, as context_search tells them")
    if (mode !== "raw" && question.trim() === "") refuse(`${mode} needs a question`)
    if (from !== undefined && placeOf(from) === null) refuse(`from ${JSON.stringify(from)} is no message; give a number, as 17`)
    return { changes: false }
  },
  run: Effect.fnUntraced(function*({ ids = [], mode = "raw", question = "", from }, context) {
    const place = from === undefined ? null : placeOf(from)
    if (mode === "raw") return raw(yield* readAll(ids, context), place)
    const found = ids.length > 0 ? ids : yield* fitting(question, context)
    if (found.length === 0) return told(`nothing that left the window fits the question; nothing was asked`)
    const reads = yield* readAll(found, context)
    const answered = yield* answerFrom(reads, question, yield* wantedIn(question, context))
    if (typeof answered !== "string") return answered
    const { parts, ...rest } = raw(reads, null)
    return { ...rest, parts: [{ type: "text", text: `[${answered}; here is what was said]\n\n` }, ...parts] }
  })
}

const readAll = (ids: readonly string[], { workspace }: ToolContext): Effect.Effect<readonly ReadSpan[], Problem> =>
  Effect.gen(function*() {
    const { read } = yield* Kept
    return yield* Effect.forEach(ids, (id) => read(workspace.roots[0] ?? "", id, workspace.session))
  })

/** The five keepers that hold most of what is asked, best first. */
const fitting = (question: string, context: ToolContext): Effect.Effect<readonly string[], Problem> =>
  Effect.map(hitsFor(question, context), (hits) => [...new Set(hits.map(({ span }) => span.name))].slice(0, KEEPERS_MAX))

const wantedIn = (question: string, context: ToolContext): Effect.Effect<ReadonlySet<string>, Problem> =>
  Effect.map(hitsFor(question, context), (hits) => new Set(hits.map(({ span, number }) => `${span.session}#${number}`)))

const HITS_MAX = 50

const hitsFor = (question: string, { workspace }: ToolContext) =>
  Effect.gen(function*() {
    const { search } = yield* Kept
    return (yield* search(workspace.roots[0] ?? "", question, HITS_MAX, workspace.session)).hits
  })

const raw = (reads: readonly ReadSpan[], from: Place | null): ToolOutcome => {
  const { text, more } = pageOf(reads, from, RAW)
  const notes = [...new Set(reads.flatMap((read) => read.notes))].map((note) => `\n\n[${note}]`).join("")
  if (more === null) return told(text + notes)
  const next = reads.findIndex(({ span, number }) => more.id === span.name || more.id === `${span.session}#${number}`)
  const ids = [more.id, ...reads.slice(next + 1).map(({ span, number }) => (number === null ? span.name : `${span.session}#${number}`))]
  return told(`${text}${notes}\n\n[more from message ${more.place.number}: context_read ${JSON.stringify({ ids, from: placeWord(more.place) })}]`)
}
