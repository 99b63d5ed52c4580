import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import { firstDifference } from "../../../src/effects/llm/difference.ts"
import { Llm } from "../../../src/effects/llm/llm.ts"
import type { Piece } from "../../../src/effects/llm/piece.ts"
import { recordedCalls } from "../../../src/effects/llm/recorded.ts"
import { hashRequest } from "../../../src/effects/llm/request-hash.ts"
import type { Event } from "../../../src/machine/event.ts"
import { canonicalRequest, type CanonicalRequest } from "../../../src/machine/request.ts"
import type { State } from "../../../src/machine/state.ts"
import { initial, step } from "../../../src/machine/step.ts"
import { OPENED } from "./session.ts"

/** A log that is written while it is told: the requests that the machine built, and the events. */
const record = (tell: (say: (event: object) => void, state: () => State) => void): { readonly events: readonly Event[]; readonly requests: readonly CanonicalRequest[] } => {
  const events: Event[] = [OPENED]
  const requests: CanonicalRequest[] = []
  let state: State = initial(OPENED).state as State
  const say = (event: object): void => {
    const stamped = { at: events.length, ...event } as Event
    events.push(stamped)
    const taken = step(state, stamped)
    state = taken.state
    for (const action of taken.actions) if (action.type === "SendLlmRequest" && state.name === "CallingLlm") requests.push(canonicalRequest(state))
  }
  tell(say, () => state)
  return { events, requests }
}
const effectOf = (state: State): number => (state.name === "CallingLlm" ? state.call.effect : Number.NaN)

/** Two turns; the first answer fails once, the last one is broken off. */
const LOG = record((say, state) => {
  const model = (event: object): void => say({ ...event, effect: effectOf(state()) })
  const start = (): void => {
    const now = state()
    if (now.name === "CallingLlm") model({ type: "LlmStarted", hash: hashRequest(canonicalRequest(now)) })
  }
  say({ type: "UserInput", parts: [{ type: "text", text: "hi" }] })
  model({ type: "ContextGathered", fragments: [] })
  start()
  model({ type: "LlmTextDelta", text: "h" })
  model({ type: "LlmFailed", failure: "transient", message: "cut" })
  const failed = state()
  say({ type: "RetryTimeoutFired", effect: failed.name === "Error" ? (failed.retry?.effect ?? 0) : 0 })
  start()
  model({ type: "LlmTextDelta", text: "hello" })
  model({ type: "LlmCompleted", stop: "end" })
  say({ type: "UserInput", parts: [{ type: "text", text: "and now?" }] })
  model({ type: "ContextGathered", fragments: [] })
  start()
  model({ type: "LlmTextDelta", text: "now I" })
  say({ type: "InterruptRequested" })
})

const answers = async (events: readonly Event[], ...requests: readonly CanonicalRequest[]): Promise<readonly (readonly Piece[])[]> => {
  const ask = Llm.use((llm) =>
    Effect.forEach(requests, (request) => {
      const pieces: Piece[] = []
      return Effect.as(Effect.timeoutOption(llm.ask(request, (piece) => pieces.push(piece)), 50), pieces)
    })
  )
  return Effect.runPromise(Effect.provide(ask, Llm.layerRecorded(events)))
}

describe("the recorded model", () => {
  test("gives to each request what was answered then: failures, answers, and what came of a call that was broken off", async () => {
    expect(LOG.requests.length).toBe(3)
    expect(await answers(LOG.events, ...LOG.requests)).toEqual([
      [
        { type: "LlmTextDelta", text: "h" },
        { type: "LlmFailed", failure: "transient", message: "cut" }
      ],
      [
        { type: "LlmTextDelta", text: "hello" },
        { type: "LlmCompleted", stop: "end" }
      ],
      [{ type: "LlmTextDelta", text: "now I" }]
    ])
  })

  test("leaves out a call that died with its process, where the same was asked again", async () => {
    const crashed = record((say, state) => {
      const start = (): void => {
        const now = state()
        if (now.name === "CallingLlm") say({ type: "LlmStarted", effect: now.call.effect, hash: hashRequest(canonicalRequest(now)) })
      }
      say({ type: "UserInput", parts: [{ type: "text", text: "hi" }] })
      say({ type: "ContextGathered", effect: effectOf(state()), fragments: [] })
      start()
      say({ type: "LlmTextDelta", effect: effectOf(state()), text: "lost" })
      say({ type: "SessionResumed" })
      start()
      say({ type: "LlmTextDelta", effect: effectOf(state()), text: "kept" })
      say({ type: "LlmCompleted", effect: effectOf(state()), stop: "end" })
    })
    expect(recordedCalls(crashed.events).length).toBe(2)
    expect(await answers(crashed.events, crashed.requests[1]!)).toEqual([
      [
        { type: "LlmTextDelta", text: "kept" },
        { type: "LlmCompleted", stop: "end" }
      ]
    ])
  })

  test("refuses a request that differs, and names the first difference", async () => {
    const first = LOG.requests[0]!
    const other: CanonicalRequest = { ...first, messages: [{ role: "user", content: [{ type: "text", text: "ho" }] }] }
    expect(await answers(LOG.events, other)).toEqual([
      [
        {
          type: "LlmFailed",
          failure: "permanent",
          message: 'answer request 1 from the recording: it differs from the recorded one: at messages.0.content.0.text: recorded "hi", now "ho" (from letter 2 on)'
        }
      ]
    ])
  })

  test("refuses a request beyond the end of the log", async () => {
    const answered = await answers(LOG.events.slice(0, 3), LOG.requests[0]!)
    expect(answered).toMatchObject([[{ failure: "permanent", message: "answer request 1 from the recording: it holds only 0 model calls" }]])
  })

  test("says so where this build would have sent something else than was recorded", async () => {
    const events = LOG.events.map((event): Event => (event.type === "LlmStarted" ? { ...event, hash: "0".repeat(64) } : event))
    expect(await answers(events, LOG.requests[0]!)).toMatchObject([[{ message: expect.stringContaining("this build cannot rebuild the recorded request") as string }]])
  })
})

test.each([
  [{ a: [1, 2] }, { a: [1, 3] }, "at a.1: recorded 2, now 3"],
  [{ a: 1 }, { a: 1, b: null }, "at b: recorded nothing, now null"],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, "at the root: the keys stand in another order"],
  [[], {}, "at the root: recorded [], now {}"],
  [{ a: { b: ["x"] } }, { a: { b: ["x"] } }, null]
])("the first difference of %j and %j", (recorded, now, difference) => {
  expect(firstDifference(recorded, now)).toBe(difference)
})
