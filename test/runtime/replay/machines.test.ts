import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { sayAndRest, shutDown, words } from "../../../src/interfaces/cli/rest.ts"
import { MACHINE_VERSION } from "../../../src/machine/behaviour.ts"
import type { Event } from "../../../src/machine/event.ts"
import { headerOf } from "../../../src/runtime/event-log/header.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { logText } from "../../../src/runtime/event-log/log-text.ts"
import { NO_EDITS } from "../../../src/runtime/replay/edits.ts"
import { forkedEvents } from "../../../src/runtime/replay/forked-events.ts"
import { loadFile, loadSession } from "../../../src/runtime/replay/log-source.ts"
import type { Verdict } from "../../../src/runtime/replay/verdict.ts"
import { verifyFile, verifySession } from "../../../src/runtime/replay/verify.ts"
import { keepWhole, textOf } from "../event-log/support/journal.ts"
import { recorded, type Recorded } from "../event-log/support/conversation.ts"
import { opening } from "../../properties/harness/opening.ts"
import { newPlace, says, withApp } from "./support/worked-session.ts"

/** Logs of real sessions of the builds before each change of behaviour, in which that change would show. */
const OLDER = [
  ["0.1.0-machine-2-going-on", 2, "an offload in a turn that was gone on with keeps the task"],
  ["0.1.0-machine-3-command-rules", 3, "a rule about a shell command holds whichever tool runs it"],
  ["0.1.0-machine-4-price-advice", 4, "the advice about an unknown price is one that can be followed"],
  ["0.1.0-machine-5-broken-off", 5, "a turn that a shutdown broke off can be gone on with"],
  ["0.1.0-machine-6-denied-folders", 6, "a rule that denies or asks about a folder means all in it"]
] as const

const golden = (name: string): string => fileURLToPath(new URL(`../../replays/${name}.jsonl`, import.meta.url))

const fileOf = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), "loom-machines-")), "log.jsonl")
  writeFileSync(file, text)
  return file
}

const verdictOf = (text: string): Verdict => verifyFile(fileOf(text))

test.each(OLDER)("%s is compatible: all of it is as machine %i decided, and what is decided otherwise now is said; proves LOG-14", (name, machine, change) => {
  const { verdict, firstBad, message } = verifyFile(golden(name))
  expect([verdict, firstBad, message.includes(`as machine ${machine} decided; since then ${change}`)]).toEqual(["compatible", null, true])
})

test.each(OLDER)("%s is taken up by this machine, which says so, and is whole and compatible afterwards; proves LOG-15", async (name) => {
  const place = newPlace(Array.from({ length: 12 }, () => says("Gladly.")))
  await withApp(place, (app) =>
    Effect.gen(function*() {
      const { session: id, events } = yield* app.log.importFrom(golden(name), null)
      for (const _ of [1, 2]) {
        yield* Effect.scoped(
          Effect.gen(function*() {
            const session = yield* app.sessions.resume(id, { settings: app.settings, attended: false })
            yield* sayAndRest(session, words("and now?"))
            expect(session.state()).toMatchObject({ name: "WaitingForInput", why: "completed" })
            yield* shutDown(session)
          })
        )
      }
      const { rows } = yield* Effect.provideService(loadSession(id), EventLog, app.log)
      const resumed = rows.slice(events).flatMap(({ event }) => (event.type === "SessionResumed" ? [event.machine] : []))
      expect(resumed).toEqual([MACHINE_VERSION, undefined])
      expect(yield* Effect.provideService(verifySession(id), EventLog, app.log)).toMatchObject({ verdict: "compatible", events: rows.length })
    })
  )
})

test.each(OLDER)("a fork of %s names the machine that decided its beginning, and this one for what comes after; proves LOG-15", async (name, machine) => {
  const forked = await Effect.runPromise(Effect.flatMap(loadFile(golden(name)), (log) => forkedEvents(log, { n: null, into: null, edits: NO_EDITS, model: "scripted:other" }, 1)))
  const rows = forked.steps.map(({ event, actions }, index) => ({ n: index + 1, event, actions }))
  const opened = rows[0]!.event as Extract<Event, { type: "SessionOpened" }>
  expect(opened.machine).toBe(machine)
  expect(rows.at(-2)?.event).toMatchObject({ type: "SessionResumed", machine: MACHINE_VERSION })
  expect(verdictOf(logText(headerOf(opened, "test"), rows))).toMatchObject({ verdict: "compatible", events: rows.length })
})

// ── taken up by several builds ───────────────────────────────────────────────────────────────────────────────────

/** A session of several stretches, each under another machine: in each the advice about a price shows it, and at its beginning what it waits for. */
const stretches = (machines: readonly number[]): readonly Recorded[] => {
  const settings = { ...opening().settings, limits: { ...opening().settings.limits, costMax: 1 } }
  const facts = { windowTokens: 1e6, outputTokensMax: 4096, images: true, priced: false }
  const opened: Event = { ...opening(), session: "s", machine: machines[0]!, settings, modelsByName: { [settings.model]: facts } }
  return recorded([
    opened,
    ...machines.flatMap((machine, index): readonly Event[] => [
      ...(index === 0 ? [] : [{ type: "SessionResumed", at: opened.at, machine } as const]),
      { type: "UserInput", at: opened.at, parts: [{ type: "text", text: `stretch ${index}` }] },
      { type: "ShutdownRequested", at: opened.at },
      { type: "ShutdownCompleted", at: opened.at, effect: index + 1 }
    ])
  ])
}

/** As builds wrote it that did not tell machines apart. */
const untold = (rows: readonly Recorded[]): readonly Recorded[] =>
  rows.map(({ event, ...row }) => {
    if (event.type === "SessionOpened") return { ...row, event: { ...event, machine: 1 } }
    return event.type === "SessionResumed" ? { ...row, event: { type: event.type, at: event.at } } : { ...row, event }
  })

const logOf = (rows: readonly Recorded[]): Promise<string> => Effect.runPromise(Effect.provide(Effect.andThen(keepWhole(rows), textOf("s")), EventLog.layerMemory()))

const ALL = [4, 5, 6].flatMap((first) => [4, 5, 6].flatMap((second) => [4, 5, 6].map((third) => [first, second, third] as const)))

test.each(ALL)("a session that machines %i, %i and %i decided one after the other is found sound, whether or not it names them; proves LOG-15", async (...machines) => {
  // Machine 7 decides nothing of this otherwise than 6; a first stretch of machine 5 is as it would have it, too.
  const expected = machines.every((machine, index) => machine >= 6 || (machine === 5 && index === 0)) ? "exact" : "compatible"
  const rows = stretches(machines)
  expect([verdictOf(await logOf(rows)).verdict, verdictOf(await logOf(untold(rows))).verdict]).toEqual([expected, expected])
})

test("what no machine decided is diverged, at the first event that none explains", async () => {
  const rows = untold(stretches([5, 4, 6]))
  const wrong = rows.map((row, index) => (index === rows.length - 3 ? { ...row, actions: [] } : row))
  expect(verdictOf(await logOf(wrong))).toMatchObject({ verdict: "diverged", firstBad: { n: rows.length - 2 } })
})

test("a session that names its machine is not tried under others", async () => {
  const named = stretches([6, 6, 6])
  const older = stretches([4, 4, 4])
  const wrong = older.map((row, index) => (index === 0 ? named[0]! : row))
  expect(verdictOf(await logOf(wrong)).verdict).toBe("diverged")
})

test("where a newer machine took over, it is compared up to there and only viewable from there on; proves LOG-11", async () => {
  const rows = stretches([6, 6, 6]).map((row) => (row.event.type === "SessionResumed" && row.event.machine !== undefined ? { ...row, event: { ...row.event, machine: 999 } } : row))
  expect(verdictOf(await logOf(rows))).toMatchObject({ verdict: "viewable", events: 4, message: expect.stringContaining("machine 999 decided from event 5 on") })
})

test("a session that a newer machine decided is not gone on with; proves LOG-11", async () => {
  const text = await logOf(stretches([999]))
  await withApp(newPlace([]), (app) =>
    Effect.gen(function*() {
      const { session } = yield* app.log.importFrom(fileOf(text))
      expect((yield* Effect.flip(app.sessions.hold(session))).message).toBe(`open session s: machine 999 decided it; this one is ${MACHINE_VERSION}, update Loom`)
    })
  )
})
