import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Action } from "./action.ts"
import type { Event } from "./event.ts"
import { actionSchema } from "./schema/action.ts"
import { eventSchema } from "./schema/event.ts"
import { stateSchema } from "./schema/state.ts"
import type { State } from "./state.ts"

/*
 * The machine's words at the borders: what comes from a file, a socket or another language is checked here before
 * `step` hears it. The one door to Effect in this room, and `step` never passes it.
 */

export { actionSchema, eventSchema, stateSchema }

/** Something that should have been an event, an action or a state, and is not. */
export class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", { message: Schema.String }) {}

type Read<T> = (input: unknown) => Result.Result<T, Unreadable>
type WordSchema<T> = Schema.Codec<T> & { readonly members: readonly { readonly fields: object }[] }

/** The schemas transform nothing, so what was checked is handed back itself, with its key order and what was added to it. */
const reader = <T>(noun: string, tag: "type" | "name", schema: WordSchema<T>): Read<T> => {
  const check = Schema.decodeUnknownResult(schema)
  const words = wordsOf(schema, tag)
  return (input) => {
    const word = typeof input === "object" && input !== null ? (input as Readonly<Record<string, unknown>>)[tag] : undefined
    if (typeof word !== "string") return unreadable(`read ${noun}: it is no JSON object with a ${tag}`)
    if (!words.has(word)) return unreadable(`read ${noun}: its ${tag} ${word} is not known here; a newer Loom may have written it, update this one`)
    const checked = check(input)
    return Result.isSuccess(checked) ? Result.succeed(input as T) : unreadable(`read ${noun}: ${word}: ${oneLine(checked.failure.message)}`)
  }
}

const wordsOf = (schema: WordSchema<unknown>, tag: "type" | "name"): ReadonlySet<string> =>
  new Set(schema.members.map(({ fields }) => (fields as Readonly<Record<string, { readonly literal: string }>>)[tag]?.literal ?? ""))

const unreadable = (message: string): Result.Result<never, Unreadable> => Result.fail(new Unreadable({ message }))

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ")

/**
 * Checks one event, as a line of a log holds it.
 * Errors: what stands in the way, and where. A type that is not known is refused, for the state after it could only be guessed;
 * fields that a newer writer added stay as they came, so that what was read can be written again byte by byte.
 */
export const decodeEvent: Read<Event> = reader("an event", "type", eventSchema)

/** Checks an action, as `decodeEvent` an event. */
export const decodeAction: Read<Action> = reader("an action", "type", actionSchema)

/** Checks a snapshot, as `decodeEvent` an event. */
export const decodeState: Read<State> = reader("a state", "name", stateSchema)

/** The same words as JSON Schema, draft 2020-12, for other languages. */
export const jsonSchemas = () => ({
  event: Schema.toJsonSchemaDocument(eventSchema),
  action: Schema.toJsonSchemaDocument(actionSchema),
  state: Schema.toJsonSchemaDocument(stateSchema)
})
