import * as Effect from "effect/Effect"
import { replay } from "../../../src/machine/replay.ts"
import { verifySession } from "../../../src/runtime/replay/verify.ts"
import { conversation } from "../../runtime/event-log/support/conversation.ts"
import { append, keep, keepWhole, textOf } from "../../runtime/event-log/support/journal.ts"
import type { Promised } from "../contract.ts"
import { same } from "./check.ts"
import { asRead, BUILD, open, renamed } from "./sessions.ts"
import { holds, type StoreTrial } from "./world.ts"

/** What a store promises of the shortcuts it takes. */
export const snapshotPromises: readonly Promised<StoreTrial>[] = [
  holds("a long session is opened by its newest snapshot and the events after it (LOG-9)", async ({ process }) => {
    const rows = conversation(12, 250)
    await process(keepWhole(rows.slice(0, 2900)), BUILD)
    await process(Effect.scoped(Effect.map(open("s"), ({ journal }) => void append(journal, rows.slice(2900)))), BUILD)
    const { snapshot, tail } = await process(open("s"), BUILD)
    same(snapshot?.n, 2900)
    same([...tail], asRead(rows).slice(2900))
    same(replay(tail.map(({ event }) => event), snapshot!.state), rows[rows.length - 1]!.state)
  }),
  holds("a very long session has a snapshot even where nobody could close it (LOG-9)", async ({ process, holdersDie }) => {
    const rows = conversation(12, 2000)
    await process(Effect.gen(function*() {
      const journal = yield* keep(rows)
      yield* journal.durable
      yield* holdersDie
    }), BUILD)
    const { snapshot, tail } = await process(open("s"), BUILD)
    same([snapshot?.n, tail.length], [rows.length - tail.length, rows.length - snapshot!.n])
    same(snapshot!.n > 19_999, true)
    same(replay(tail.map(({ event }) => event), snapshot!.state), rows[rows.length - 1]!.state)
  }, ["holdersDie"]),
  holds("a snapshot that is damaged, or of another build, is as if it were not there (LOG-9)", async ({ process, damageSnapshots }) => {
    const rows = conversation(12, 250)
    await process(keepWhole(rows), BUILD)
    const other = await process(open("s"), "another build")
    await Effect.runPromise(damageSnapshots)
    const damaged = await process(open("s"), BUILD)
    for (const { snapshot, tail } of [other, damaged]) same([snapshot, tail.length], [null, rows.length])
  }, ["damageSnapshots"]),
  holds("goes on after a snapshot with the same seals as if it had never stopped (LOG-6)", async ({ process }) => {
    const rows = conversation(14, 200)
    const whole = await process(Effect.andThen(keepWhole(rows), textOf("s")), BUILD)
    const { id, rows: parts } = renamed(rows, "t")
    await process(keepWhole(parts.slice(0, 2222)), BUILD)
    await process(Effect.scoped(Effect.map(open(id), ({ journal }) => void append(journal, parts.slice(2222, 2500)))), BUILD)
    await process(Effect.scoped(Effect.map(open(id), ({ journal }) => void append(journal, parts.slice(2500)))), BUILD)
    const verdict = await process(verifySession(id), BUILD)
    same([verdict.verdict, verdict.seals], ["exact", whole.match(/"state":"[0-9a-f]{64}"/g)!.length])
  })
]
