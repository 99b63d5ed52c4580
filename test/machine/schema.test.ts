import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { isDeepStrictEqual } from "node:util"
import { expect, test } from "vitest"
import type { Action } from "../../src/machine/action.ts"
import { chart } from "../../src/machine/chart.ts"
import type { Event } from "../../src/machine/event.ts"
import { actionSchema, decodeAction, decodeEvent, decodeState, eventSchema, jsonSchemas, stateSchema } from "../../src/machine/schema.ts"
import type { State } from "../../src/machine/state.ts"
import { plans } from "../properties/harness/arbitrary.ts"
import { machine } from "../properties/harness/machine.ts"
import { play, settled } from "../properties/harness/play.ts"

// ── the types are the same, both ways ────────────────────────────────────────────────────────────────────────────

type Scalar = string | number | boolean | null | undefined

/** A type with its intersections and names spread out, so that two can be compared field by field, `readonly` and `?` too. */
type Spread<T> = unknown extends T ? T : T extends Scalar ? T : T extends { readonly root: unknown } ? Spread<Omit<T, "root">> : { [K in keyof T]: Spread<T[K]> }

type Same<A, B> = (<T>() => T extends Spread<A> ? 1 : 2) extends <T>() => T extends Spread<B> ? 1 : 2 ? true : false

/** Does not compile where a schema and its type differ. */
const same = <A, B>(_: Same<A, B>): void => undefined

test("each schema describes exactly the type of the same name, in memory and as JSON", () => {
  same<typeof eventSchema.Type, Event>(true)
  same<typeof eventSchema.Encoded, Event>(true)
  same<typeof actionSchema.Type, Action>(true)
  same<typeof actionSchema.Encoded, Action>(true)
  same<typeof stateSchema.Type, State>(true)
  same<typeof stateSchema.Encoded, State>(true)
  same<{ readonly a?: 1 }, { readonly a?: 1; readonly b?: 2 }>(false)
  same<{ a: 1 }, { readonly a: 1 }>(false)
  same<typeof eventSchema.Type, Exclude<Event, { type: "SessionResumed" }>>(false)
})

// ── what the machine makes is what the schemas know ──────────────────────────────────────────────────────────────

const SESSIONS = 120

/** Decodes by rebuilding, refuses whatever the schema does not know, and encodes again. */
const rebuilt = <T>(schema: Schema.Codec<T>) => {
  const decode = Schema.decodeUnknownSync(schema, { onExcessProperty: "error", errors: "all" })
  const encode = Schema.encodeSync(schema, { onExcessProperty: "error" })
  return (value: unknown): unknown => encode(decode(JSON.parse(JSON.stringify(value))))
}

test("everything that happens in random sessions is known field by field, and is the same JSON when it is written again", () => {
  const [event, action, state] = [rebuilt(eventSchema), rebuilt(actionSchema), rebuilt(stateSchema)]
  const types = new Set<string>()
  for (const plan of fc.sample(plans, { numRuns: SESSIONS, seed: 7 })) {
    for (const row of settled(machine, play(machine, plan, []), []).rows) {
      types.add(row.event.type)
      const written = [event(row.event), row.step.actions.map(action), state(row.step.state)]
      if (!isDeepStrictEqual(written, [row.event, row.step.actions, row.step.state])) expect(written).toEqual([row.event, row.step.actions, row.step.state])
    }
  }
  expect([...types].toSorted()).toEqual(Object.keys(chart).toSorted())
})

test("what was read is handed back as it came, with the fields a newer writer added", () => {
  const line = '{"newer":{"a":1},"at":5,"type":"UserInput","parts":[{"type":"text","text":"hi","newer":true}]}'
  const read = decodeEvent(JSON.parse(line))
  expect(JSON.stringify(Result.getOrThrow(read))).toBe(line)
})

const refusalOf = (read: Result.Result<unknown, { readonly message: string }>): string => (Result.isFailure(read) ? read.failure.message : "none")

test("what is no event, action or state is refused in a sentence that says where and what", () => {
  const refusals = [
    decodeEvent({ type: "UserInputX", at: 1 }),
    decodeEvent({ type: "UserInput", at: 1, parts: [{ type: "text", text: 3 }] }),
    decodeEvent({ type: "LlmStarted", at: 1, effect: "1", hash: "h" }),
    decodeEvent({ type: "InterruptRequested" }),
    decodeEvent("UserInput"),
    decodeAction({ type: "toString", effect: 1 }),
    decodeAction({ type: "Cancel", effect: 1.5 }),
    decodeState({ name: "Dreaming" }),
    decodeState(null)
  ]
  expect(refusals.map(refusalOf)).toEqual([
    "read an event: its type UserInputX is not known here; a newer Loom may have written it, update this one",
    'read an event: UserInput: Expected string at ["parts"][0]["text"]',
    'read an event: LlmStarted: Expected number at ["effect"]',
    'read an event: InterruptRequested: Missing key at ["at"]',
    "read an event: it is no JSON object with a type",
    "read an action: its type toString is not known here; a newer Loom may have written it, update this one",
    'read an action: Cancel: Expected an integer at ["effect"]',
    "read a state: its name Dreaming is not known here; a newer Loom may have written it, update this one",
    "read a state: it is no JSON object with a name"
  ])
})

test("the schemas are made for other languages, with every word in them", () => {
  const { event, action, state } = jsonSchemas()
  for (const [document, words] of [
    [event, Object.keys(chart)],
    [action, ["GatherContext", "Cancel", "RecordDecision"]],
    [state, ["WaitingForInput", "ShuttingDown", "offloading"]]
  ] as const) {
    expect(document.dialect).toBe("draft-2020-12")
    const text = JSON.stringify(document)
    for (const word of words) expect(text).toContain(`"${word}"`)
  }
})
