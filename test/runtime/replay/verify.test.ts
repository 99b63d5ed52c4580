import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect, test } from "vitest"
import { hashRequest } from "../../../src/effects/llm/request-hash.ts"
import { canonicalRequest } from "../../../src/machine/request.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { replayFile } from "../../../src/runtime/replay/replay-file.ts"
import { makeRequestHashes } from "../../../src/runtime/replay/request-hash.ts"
import { explainDivergence, type Divergence } from "../../../src/runtime/replay/verdict.ts"
import { verifyFile, verifySession } from "../../../src/runtime/replay/verify.ts"
import { conversation, type Recorded } from "../event-log/support/conversation.ts"
import { keepWhole, textOf } from "../event-log/support/journal.ts"
import { sessions, someSessions } from "../event-log/support/random-sessions.ts"

const logOf = (rows: readonly Recorded[]): Promise<string> =>
  Effect.runPromise(Effect.provide(Effect.andThen(keepWhole(rows), textOf("s")), EventLog.layerMemory()))

const fileOf = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), "loom-verify-")), "log.jsonl")
  writeFileSync(file, text)
  return file
}

/** The log of a session that another machine decided: one row of it is other than this machine would have it. */
const decidedOtherwise = (rows: readonly Recorded[], index: number, change: (row: Recorded) => Partial<Recorded>) =>
  logOf(rows.map((row, at) => (at === index ? { ...row, ...change(row) } : row)))

const rows = conversation(3, 150)

test("a log that this build decides the same is exact, and the verdict says how much was compared; proves LOG-12", async () => {
  expect(verifyFile(fileOf(await logOf(rows)))).toEqual({
    verdict: "exact",
    session: "s",
    events: 463,
    actions: 16,
    requests: 3,
    seals: 3,
    firstBad: null,
    message: "exact: 463 events, 16 actions, 3 requests and 3 states compared"
  })
})

test("every random session is exact, from a file and from the log, and replays to the state it had; proves LOG-12", async () => {
  for (const recorded of someSessions(60)) {
    const file = fileOf(await logOf(recorded))
    const verdict = verifyFile(file)
    expect([verdict.verdict, verdict.message, verdict.events]).toEqual(["exact", verdict.message, recorded.length])
    expect(verdict.actions).toBe(recorded.flatMap(({ actions }) => actions).length)
    expect(replayFile(file).state).toEqual(recorded[recorded.length - 1]!.state)
    const stored = Effect.provide(Effect.andThen(keepWhole(recorded), verifySession("s")), EventLog.layerMemory())
    expect(await Effect.runPromise(stored)).toEqual(verdict)
  }
})

test("an action that is other than this build would decide is named with both; proves LOG-12", async () => {
  const index = rows.findIndex(({ event }) => event.type === "UserInput")
  const verdict = verifyFile(fileOf(await decidedOtherwise(rows, index, ({ actions }) => ({ actions: actions.slice(0, 1) }))))
  expect(verdict).toMatchObject({
    verdict: "diverged",
    events: 2,
    firstBad: {
      at: "event",
      n: 2,
      what: "actions",
      expected: '[{"type":"GatherContext","effect":1,"turn":1}]',
      actual: '[{"type":"GatherContext","effect":1,"turn":1},{"type":"RecordDecision","kind":"goal","title":"question 1"}]'
    },
    message: "diverged at event 2 (the person says: question 1): it causes other actions here"
  })
  const divergence = verdict.firstBad as Divergence
  expect([divergence.before, divergence.event]).toEqual([JSON.parse(JSON.stringify(rows[0]!.state)), rows[1]!.event])
  expect(explainDivergence(divergence)).toEqual([
    "state before: waiting for input: opened",
    "recorded: gather the context of turn 1 (1)",
    "here: gather the context of turn 1 (1); remember the goal: question 1",
    "- [1]: nothing",
    '+ [1]: {"type":"RecordDecision","kind":"goal","title":"question 1"}'
  ])
})

test("an action too many, where this build would do nothing, is named too", async () => {
  const verdict = verifyFile(fileOf(await decidedOtherwise(rows, 10, () => ({ actions: [{ type: "DisplayMessage", text: "hm" }] }))))
  expect(verdict.firstBad).toMatchObject({ n: 11, what: "actions", actual: "[]" })
})

test("a request that is other than the one that left is named; proves LOG-12", async () => {
  const index = rows.findIndex(({ event }) => event.type === "LlmStarted")
  const hash = "0".repeat(64)
  const verdict = verifyFile(fileOf(await decidedOtherwise(rows, index, ({ event }) => ({ event: { ...event, hash } as Recorded["event"] }))))
  const event = rows[index]!.event
  expect(verdict.firstBad).toMatchObject({ at: "event", n: index + 1, what: "request", expected: hash, actual: event.type === "LlmStarted" ? event.hash : "" })
})

test("a state that is other than the sealed one is named at its seal; proves LOG-6, LOG-12", async () => {
  const end = rows.findIndex(({ event }) => event.type === "LlmCompleted")
  const changed = await decidedOtherwise(rows, end, ({ state }) => ({ state: { ...state, session: { ...state.session, tokensPerKilobyte: 1 } } }))
  expect(verifyFile(fileOf(changed)).firstBad).toMatchObject({ n: end + 1, what: "state" })
})

test("a log with another's first event, or none, is told by a sentence", async () => {
  const text = await logOf(conversation(1, 2))
  const verdict = verifyFile(fileOf(text.slice(0, text.indexOf('{"n":2,'))))
  expect([verdict.verdict, verdict.events]).toEqual(["cut", 1])
  const header = text.slice(0, text.indexOf("\n")).replace('"seed":1', '"seed":2')
  const other = verifyFile(fileOf(`${header}\n${text.slice(text.indexOf('{"n":1,'), text.indexOf('{"n":2,'))}`))
  expect(other.firstBad).toMatchObject({ n: 1, what: "header" })
})

test("damage comes before everything else: nothing is replayed that was not written; proves LOG-7", async () => {
  const text = await logOf(rows)
  const verdict = verifyFile(fileOf(text.replace("question 2", "question 7")))
  expect([verdict.verdict, verdict.events, verdict.message]).toEqual(["damaged", 155, "damaged at events 156 to 309: the bytes are not those that were sealed"])
  expect(verifyFile(fileOf(text.slice(0, -20))).verdict).toBe("cut")
  expect(verifyFile(fileOf(text.replace('{"loom":1,', '{"loom":2,'))).verdict).toBe("newer")
})

test("a log of a newer machine is not judged by an older one; proves LOG-11", async () => {
  const newer = conversation(1, 2).map((row, index) => (index === 0 ? { ...row, event: { ...row.event, machine: 999 } as Recorded["event"] } : row))
  const text = await logOf(newer)
  expect(verifyFile(fileOf(text))).toMatchObject({ verdict: "viewable", session: "s", events: 0, message: expect.stringContaining("machine 999 decided all of it") })
  expect(verifyFile(fileOf(text.slice(0, -20)))).toMatchObject({ verdict: "viewable", message: expect.stringContaining("; cut: ") })
  expect(verifyFile(fileOf(text.replace("question 1", "question 7")))).toMatchObject({ verdict: "damaged" })
})

test("a request hashed piece by piece has the hash of the whole, through every turn, model, offload and setting", () => {
  fc.assert(
    fc.property(sessions, (recorded) => {
      const hashes = makeRequestHashes()
      for (const { state, actions } of recorded) {
        if (state.name !== "CallingLlm" || !actions.some(({ type }) => type === "SendLlmRequest")) continue
        const whole = hashRequest(canonicalRequest(state))
        expect(hashes.quick(state)).toBe(whole)
        expect([hashes.agrees(state, whole), hashes.agrees(state, "another")]).toEqual([true, false])
      }
    }),
    { numRuns: 200 }
  )
})
