import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SessionOpened } from "../../../../src/machine/event.ts"
import { EventLog, type Journal, type JournalOptions } from "../../../../src/runtime/event-log/event-log.ts"
import type { Recorded } from "./conversation.ts"

/** Opens a session and appends all of it; nothing but its beginning need be durable yet. */
export const keep = Effect.fnUntraced(function*(rows: readonly Recorded[], options?: JournalOptions) {
  const log = yield* EventLog
  const journal = yield* log.create(rows[0]!.event as SessionOpened, options)
  append(journal, rows.slice(1))
  return journal
})

export const append = (journal: Journal, rows: readonly Recorded[]): readonly number[] =>
  rows.map(({ event, actions, state }) => journal.append(event, actions, state))

/** A session from its first to its last event, closed. */
export const keepWhole = (rows: readonly Recorded[]) => Effect.scoped(Effect.andThen(keep(rows), Effect.void))

export const textOf = (id: string) =>
  Effect.gen(function*() {
    const log = yield* EventLog
    return (yield* Stream.runCollect(log.text(id))).join("")
  })

export const rowsOf = (id: string) =>
  Effect.gen(function*() {
    const log = yield* EventLog
    return [...(yield* Stream.runCollect(log.read(id)))]
  })
