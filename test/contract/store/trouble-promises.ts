import * as Effect from "effect/Effect"
import { conversation } from "../../runtime/event-log/support/conversation.ts"
import { append, keep, keepWhole, rowsOf } from "../../runtime/event-log/support/journal.ts"
import type { Promised } from "../contract.ts"
import { fits, refusal, same } from "./check.ts"
import { asRead, open } from "./sessions.ts"
import { holds, type StoreTrial } from "./world.ts"

/** What a store promises where somebody else is there, or no space, or no such session. */
export const troublePromises: readonly Promised<StoreTrial>[] = [
  holds("while a session is held nobody else opens it, and the refusal names the holder (LOG-4)", async ({ process: run }) => {
    const refused = await run(Effect.andThen(keep(conversation(1, 1)), Effect.flip(open("s"))))
    same([refused.reason, refused.message], ["held", new RegExp(`held by process ${process.pid} on .*; end that process first`)])
    same((await run(open("s"))).tail.length, 6)
  }),
  holds("the session of a dead holder is taken over at once, and the dead can write no more (LOG-4)", async ({ process, holdersDie }) => {
    const rows = conversation(2, 1)
    const refused = await process(
      Effect.gen(function*() {
        const journal = yield* keep(rows.slice(0, 6))
        yield* journal.durable
        yield* holdersDie
        const { journal: next } = yield* open("s")
        append(journal, rows.slice(6, 8))
        const refused = yield* Effect.flip(journal.durable)
        append(next, rows.slice(6))
        yield* next.durable
        return refused
      })
    )
    same(refused.reason, "lost")
    same(await process(rowsOf("s")), asRead(rows))
  }, ["holdersDie"]),
  holds("without space nothing is acknowledged, nothing acknowledged is lost, and it goes on once there is some (LOG-10)", async ({ process, space }) => {
    const rows = conversation(40, 100)
    const [error, kept, later] = await process(
      Effect.gen(function*() {
        const journal = yield* keep(rows.slice(0, 100))
        yield* journal.durable
        yield* space(false)
        append(journal, rows.slice(100, 3000))
        const error = yield* Effect.flip(journal.durable)
        const kept = (yield* rowsOf("s")).length
        append(journal, rows.slice(3000))
        yield* space(true)
        yield* journal.durable
        return [error, kept, yield* rowsOf("s")] as const
      })
    )
    same([error.reason, error.message, kept], ["full", /free some space and go on/, 100])
    same(later, asRead(rows))
  }, ["space"]),
  holds("a session that is not there, or is there already, is said so", async ({ process }) => {
    fits(await refusal(process(open("nobody"))), { reason: "not-found", message: /open session nobody/ })
    fits(await refusal(process(rowsOf("nobody"))), { reason: "not-found" })
    await process(keepWhole(conversation(1, 1)))
    fits(await refusal(process(keepWhole(conversation(1, 1)))), { reason: "exists" })
  })
]
