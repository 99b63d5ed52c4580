import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Blobs } from "../../../src/effects/os/blobs.ts"
import { checkChain } from "../../../src/runtime/event-log/chain.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { verifySession } from "../../../src/runtime/replay/verify.ts"
import { conversation } from "../../runtime/event-log/support/conversation.ts"
import { append, keep, keepWhole, rowsOf, textOf } from "../../runtime/event-log/support/journal.ts"
import type { Promised } from "../contract.ts"
import { fits, refusal, same } from "./check.ts"
import { asRead, naming, open, someSessions } from "./sessions.ts"
import { holds, type StoreTrial } from "./world.ts"

/** What a store promises of logs that come and go. */
export const travelPromises: readonly Promised<StoreTrial>[] = [
  holds("an export is whole, replays exactly, and comes out of another log byte by byte the same (LOG-5)", async ({ process }, makeWorld) => {
    for (const rows of [conversation(3, 300), ...((await someSessions(12)) ?? [])]) {
      const [world, other] = [makeWorld(), makeWorld()]
      const file = join(mkdtempSync(join(tmpdir(), "loom-log-")), "a log.jsonl")
      const exported = await world.process(Effect.andThen(keepWhole(rows), EventLog.use((log) => log.exportTo("s", file))))
      fits(checkChain(file), { verdict: "whole", events: rows.length })
      fits(await world.process(verifySession("s")), { verdict: "exact", events: rows.length })
      fits(await other.process(EventLog.use((log) => log.importFrom(file))), { session: "s", events: rows.length })
      same(await other.process(textOf("s")), readFileSync(file, "utf8"))
      same(exported.bytes, readFileSync(file).length)
      same(await other.process(rowsOf("s")), asRead(rows))
    }
    await process(Effect.void)
  }),
  holds("who listens hears exactly what an export writes, also when the session is taken up again (LOG-5)", async ({ process }) => {
    const rows = conversation(3, 200)
    const heard: string[] = []
    const again: string[] = []
    await process(Effect.scoped(keep(rows.slice(0, 300), { onLine: (line) => heard.push(line) })))
    same(`${heard.join("\n")}\n`, await process(textOf("s")))
    await process(Effect.scoped(EventLog.use((log) => Effect.map(log.open("s", { onLine: (line) => again.push(line) }), ({ journal }) => void append(journal, rows.slice(300))))))
    same(`${again.join("\n")}\n`, await process(textOf("s")))
  }),
  holds("taking in a log twice is no mistake, another one of its name is (LOG-8)", async ({ process }, makeWorld) => {
    const [file, other] = [1, 2].map(() => join(mkdtempSync(join(tmpdir(), "loom-log-")), "log.jsonl")) as [string, string]
    await makeWorld().process(Effect.andThen(keepWhole(conversation(2, 5)), EventLog.use((log) => log.exportTo("s", other))))
    await process(Effect.andThen(keepWhole(conversation(1, 5)), EventLog.use((log) => log.exportTo("s", file))))
    const take = (from: string) => process(EventLog.use((log) => log.importFrom(from)))
    same(await take(file), { session: "s", events: 10, message: "it is here already" })
    fits(await refusal(take(other)), { reason: "exists" })
    same(await process(rowsOf("s")), asRead(conversation(1, 5)))
  }),
  holds("the blobs that a session names go with it, and no others (LOG-5)", async ({ process }, makeWorld) => {
    const other = makeWorld()
    const file = join(mkdtempSync(join(tmpdir(), "loom-log-")), "log.jsonl")
    const [image, output] = await process(
      Effect.gen(function*() {
        const { put } = yield* Blobs
        const [image, output] = [yield* put(Buffer.from([0, 255, 10, 9, 34])), yield* put(Buffer.from("all that a tool said"))]
        yield* put(Buffer.from("of another session"))
        yield* keepWhole(naming(image, output))
        yield* EventLog.use((log) => log.exportTo("s", file))
        return [image, output]
      })
    )
    const lines = readFileSync(file, "utf8").split("\n").filter((line) => line.startsWith('{"blob"'))
    same(lines, [`{"blob":"${image}","bytes":"AP8KCSI="}`, `{"blob":"${output}","bytes":"${Buffer.from("all that a tool said").toString("base64")}"}`])
    const text = await other.process(
      Effect.gen(function*() {
        yield* EventLog.use((log) => log.importFrom(file))
        same(Buffer.from((yield* (yield* Blobs).get(image!))!), Buffer.from([0, 255, 10, 9, 34]))
        return yield* textOf("s")
      })
    )
    same(text, readFileSync(file, "utf8"))
    fits(await other.process(verifySession("s")), { verdict: "exact" })
  }),
  holds("a damaged log is not taken in, not even in part; one that was cut comes in as far as it goes (LOG-8)", async ({ process }, makeWorld) => {
    const rows = conversation(3, 200)
    const text = await makeWorld().process(Effect.andThen(keepWhole(rows), textOf("s")))
    const file = join(mkdtempSync(join(tmpdir(), "loom-log-")), "log.jsonl")
    writeFileSync(file, text.replace(" word 150", " ward 150"))
    fits(await refusal(process(EventLog.use((log) => log.importFrom(file)))), { reason: "damaged", message: /events 1 to 205/ })
    same(await process(EventLog.use(({ list }) => list)), [])
    writeFileSync(file, text.slice(0, text.indexOf('{"n":500,') + 40))
    const imported = await process(EventLog.use((log) => log.importFrom(file)))
    fits(imported, { events: 499, message: /^cut: its last line was not written to the end; 40 bytes/ })
    await process(Effect.scoped(Effect.map(open("s"), ({ journal }) => void append(journal, rows.slice(499)))))
    same(await process(textOf("s")), text)
  }),
  holds("a log whose seals agree, but with an event that is none, is not taken in, not even in part (LOG-8)", async ({ process }, makeWorld) => {
    const rows = conversation(2, 5)
    const odd = rows.map((row, index) => (index === 15 ? { ...row, event: { ...row.event, text: 7 } as never } : row))
    const file = join(mkdtempSync(join(tmpdir(), "loom-log-")), "log.jsonl")
    await makeWorld().process(Effect.andThen(keepWhole(odd), EventLog.use((log) => log.exportTo("s", file))))
    fits(await refusal(process(EventLog.use((log) => log.importFrom(file)))), { reason: "damaged", message: /damaged at line 18/ })
    same(await process(EventLog.use(({ list }) => list)), [])
  })
]
