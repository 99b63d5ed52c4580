import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Event, SessionOpened } from "../../../src/machine/event.ts"
import { decodeEvent } from "../../../src/machine/schema.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { headerOf } from "../../../src/runtime/event-log/header.ts"
import type { Row } from "../../../src/runtime/event-log/line.ts"
import { logText } from "../../../src/runtime/event-log/log-text.ts"
import { hearAll, thisMachine } from "../../../src/runtime/replay/heard.ts"
import { rebuild } from "../../../src/runtime/replay/rebuild.ts"
import { shrinkLog, type Shrunk } from "../../../src/runtime/replay/shrink.ts"
import { verifyFile } from "../../../src/runtime/replay/verify.ts"
import { machine as soundMachine } from "../../properties/harness/machine.ts"
import { effectMutants } from "../../properties/mutants/effects.ts"
import { machineWith, type Mutant } from "../../properties/mutants/mutant.ts"
import { retryMutants } from "../../properties/mutants/retry.ts"
import { toolMutants } from "../../properties/mutants/tools.ts"
import { opening } from "../../properties/harness/opening.ts"
import { conversation, recorded, type Recorded } from "../event-log/support/conversation.ts"
import { keepWhole, textOf } from "../event-log/support/journal.ts"
import { sessions, someSessions } from "../event-log/support/random-sessions.ts"
import { breaks, brokenLog, longLog } from "./support/broken-log.ts"

const rowsOf = (recorded: readonly Recorded[]): readonly Row[] => recorded.map(({ event, actions }, index) => ({ n: index + 1, event, actions }))

const textOfRows = (rows: readonly Row[]): string => logText(headerOf(rows[0]!.event as SessionOpened, "test"), rows)

const verdictOn = (rows: readonly Row[]) => {
  const file = join(mkdtempSync(join(tmpdir(), "loom-shrink-")), "log.jsonl")
  writeFileSync(file, textOfRows(rows))
  return verifyFile(file)
}

/** What is there of it, for a person to read. */
const typesIn = (shrunk: Shrunk | null): readonly string[] => (shrunk?.rows ?? []).map(({ event }) => event.type)

test("rows are written as the export of a session of them, byte for byte", async () => {
  for (const recorded of [conversation(3, 300), ...someSessions(20)]) {
    const exported = await Effect.runPromise(Effect.provide(Effect.andThen(keepWhole(recorded), textOf(recorded[0]!.state.session.id)), EventLog.layerMemory()))
    const header = JSON.parse(exported.slice(0, exported.indexOf("\n")))
    expect(logText(header, rowsOf(recorded))).toBe(exported)
  }
})

test("a log that is rebuilt with all its events is the log", () => {
  fc.assert(
    fc.property(sessions, (recorded) => {
      const rows = rowsOf(recorded)
      expect(rebuild(hearAll(thisMachine, rows), ({ event }) => event, thisMachine).map(({ row }) => row)).toEqual(rows)
    }),
    { numRuns: 150, seed: 3 }
  )
})

test("whatever events are left out, the rest is a log of valid events that verifies exact", () => {
  fc.assert(
    fc.property(sessions, fc.array(fc.nat(60), { maxLength: 20 }), (recorded, left) => {
      const rest = rebuild(hearAll(thisMachine, rowsOf(recorded)), ({ n, event }) => (n > 1 && left.includes(n) ? null : event), thisMachine).map(({ row }) => row)
      expect(rest.filter(({ event }) => Result.isFailure(decodeEvent(event)))).toEqual([])
      expect(verdictOn(rest)).toMatchObject({ verdict: "exact", events: rest.length })
    }),
    { numRuns: 150, seed: 4 }
  )
})

test("a timer fires no earlier than it was set, though what came before was left out", () => {
  const wait = (retryAfterMs: number): Event => ({
    type: "LlmFailed",
    at: 40,
    effect: 2,
    failure: "transient",
    message: "busy",
    retryAfterMs
  })
  const rows = rowsOf(
    recorded([
      opening(),
      { type: "UserInput", at: 10, parts: [{ type: "text", text: "go" }] },
      { type: "ContextGathered", at: 20, effect: 1, fragments: [] },
      wait(0),
      { type: "RetryTimeoutFired", at: 5_000, effect: 3 }
    ])
  )
  const rest = rebuild(hearAll(thisMachine, rows), ({ event }) => (event.type === "LlmFailed" ? wait(60_000) : event), thisMachine)
  expect(rest.map(({ row, step }) => [row.event.type, step?.outcome])).toEqual(rows.map(({ event }) => [event.type, "ok"]))
  expect(rest.at(-1)!.row.event.at).toBeGreaterThanOrEqual(60_040)
})

test("with a turn left out the others are what they were, under other numbers", () => {
  const rows = rowsOf(conversation(3, 4))
  const [second, third] = rows.filter(({ event }) => event.type === "UserInput").map(({ n }) => n).slice(1) as [number, number]
  const rest = rebuild(hearAll(thisMachine, rows), ({ n, event }) => (n >= second && n < third ? null : event), thisMachine)
  expect(rest.map(({ row, step }) => [row.event.type, step?.outcome, "effect" in row.event ? row.event.effect : null])).toEqual([
    ["SessionOpened", "ok", null],
    ...[0, 2].flatMap((before) => [
      ["UserInput", "ok", null],
      ["ContextGathered", "ok", before + 1],
      ["LlmStarted", "ok", before + 2],
      ...Array.from({ length: 4 }, () => ["LlmTextDelta", "ok", before + 2]),
      ["LlmCompleted", "ok", before + 2]
    ])
  ])
})

describe("a log of 500 events on which a faulty machine breaks a law shrinks below 30", () => {
  const mutants = [...effectMutants, ...toolMutants, ...retryMutants]
  const named = (does: string): Mutant => mutants.find((mutant) => mutant.does === does)!
  for (const [does, most] of [
    ["does not cancel the hook when interrupted", 10],
    ["takes an answer of another kind", 10],
    ["starts one call more than may run at once", 10],
    ["allows a call when one of its parts is allowed", 14],
    ["retries without bounds", 10],
    ["cancels running tools but not open questions", 10],
    ["uses a number again", 10]
  ] as const) {
    test(`a machine that ${does}`, async () => {
      const { law } = named(does)
      const machine = await machineWith(named(does))
      const rows = brokenLog(machine, law, 500)
      const shows = breaks(machine, law)
      const shrunk = (await shrinkLog(rows, shows, { machine }))!
      expect({ shows: shows(shrunk.rows), small: shrunk.rows.length <= most, smallest: shrunk.smallest }).toEqual({ shows: true, small: true, smallest: true })
      expect(shows(rows) && !breaks(soundMachine, law)(shrunk.rows)).toBe(true)
      expect((await shrinkLog(rows, shows, { machine }))!).toEqual(shrunk)
    })
  }
})

test("a call that failed far into a long session shrinks to the one turn that makes it, and its texts with it", async () => {
  const rows = longLog(soundMachine, 500, 9)
  const shows = (candidate: readonly Row[]): boolean =>
    candidate.some(
      ({ event, actions }) =>
        event.type === "ToolCompleted"
        && event.status === "error"
        && actions.some(({ type }) => type === "SendLlmRequest" || type === "RunPostToolsHook")
    )
  const shrunk = await shrinkLog(rows, shows)
  expect(typesIn(shrunk)).toEqual(["SessionOpened", "UserInput", "ContextGathered", "LlmToolCallDelta", "LlmCompleted", "ToolCallsVetted", "ToolCompleted"])
  expect(verdictOn(shrunk!.rows).verdict).toBe("exact")
  expect(textOfRows(shrunk!.rows).length).toBeLessThan(4_000)
})

test("pieces of an answer become one", async () => {
  const rows = rowsOf(conversation(2, 200))
  const shrunk = await shrinkLog(rows, (candidate) => candidate.map(({ event }) => (event.type === "LlmTextDelta" ? event.text : "")).join("").includes("word 7 word 8wörter 9"))
  expect(typesIn(shrunk)).toEqual(["SessionOpened", "UserInput", "ContextGathered", "LlmTextDelta"])
})

test("what does not show it is not shrunk, and one that is stopped gives the best so far", async () => {
  const rows = rowsOf(conversation(4, 50))
  expect(await shrinkLog(rows, () => false)).toBe(null)
  const shows = (candidate: readonly Row[]): boolean => candidate.some(({ event }) => event.type === "LlmCompleted")
  const stopped = (await shrinkLog(rows, shows, { checksMax: 4 }))!
  expect([stopped.checks, stopped.smallest, shows(stopped.rows), stopped.rows.length < rows.length]).toEqual([4, false, true, true])
  const smaller: number[] = []
  const whole = (await shrinkLog(rows, async (candidate) => shows(candidate), { onSmaller: (best) => void smaller.push(best.length) }))!
  expect(smaller.at(-1)).toBe(whole.rows.length)
  expect([whole.smallest, typesIn(whole)]).toEqual([true, ["SessionOpened", "UserInput", "ContextGathered", "LlmCompleted"]])
})
