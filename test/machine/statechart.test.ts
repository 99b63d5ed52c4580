import { createActor } from "xstate"
import { expect, test } from "vitest"
import type { Action } from "../../src/machine/action.ts"
import type { Event } from "../../src/machine/event.ts"
import { canonicalRequest } from "../../src/machine/request.ts"
import { agentLogic, statechart } from "../../src/machine/statechart.ts"
import { initial, step } from "../../src/machine/step.ts"
import { opening } from "../properties/harness/opening.ts"

const conversation: readonly Event[] = [
  { type: "UserInput", at: 1, parts: [{ type: "text", text: "hello" }] },
  { type: "ContextGathered", at: 2, effect: 1, fragments: [] },
  { type: "LlmTextDelta", at: 3, effect: 2, text: "hi" },
  { type: "LlmTextDelta", at: 4, effect: 1, text: "late" },
  { type: "LlmCompleted", at: 5, effect: 2, stop: "end" }
]

test("an actor of the logic holds the very steps of the machine, and emits each action in order", () => {
  const actor = createActor(agentLogic, { input: opening() }).start()
  const emitted: Action[] = []
  actor.on("*", (action) => emitted.push(action as Action))
  let expected = initial(opening())
  const caused: Action[] = []
  for (const event of conversation) {
    actor.send(event)
    expected = step(expected.state, event) as typeof expected
    caused.push(...expected.actions)
    expect(actor.getSnapshot().context).toEqual(expected)
  }
  expect(emitted).toEqual(caused)
  expect(caused.map(({ type }) => type)).toEqual(["GatherContext", "RecordDecision", "SendLlmRequest", "RecordDecision", "WaitForInput"])
})

test("who hears an action sees the state it came with, and may answer at once", () => {
  const actor = createActor(agentLogic, { input: opening() }).start()
  const requests: string[] = []
  actor.on("GatherContext", ({ effect }) => actor.send({ type: "ContextGathered", at: 2, effect, fragments: [] }))
  actor.on("SendLlmRequest", ({ effect }) => {
    const { state } = actor.getSnapshot().context
    if (state.name === "CallingLlm") requests.push(JSON.stringify(canonicalRequest(state).messages))
    actor.send({ type: "LlmCompleted", at: 3, effect, stop: "end" })
  })
  actor.send(conversation[0] as Event)
  expect(requests).toEqual(['[{"role":"user","content":[{"type":"text","text":"hello"}]}]'])
  expect(actor.getSnapshot().context.state).toMatchObject({ name: "WaitingForInput", why: "completed" })
})

test("a persisted actor is plain JSON and goes on after SessionResumed", () => {
  const first = createActor(agentLogic, { input: opening() }).start()
  for (const event of conversation.slice(0, 3)) first.send(event)
  const persisted = JSON.parse(JSON.stringify(first.getPersistedSnapshot()))
  const second = createActor(agentLogic, { input: opening(), snapshot: persisted }).start()
  expect(second.getSnapshot().context.state).toEqual(first.getSnapshot().context.state)
  const emitted: Action[] = []
  second.on("*", (action) => emitted.push(action as Action))
  second.send({ type: "SessionResumed", at: 9 })
  expect(emitted).toEqual([{ type: "SendLlmRequest", effect: 3, model: "test:one", attempt: 1, step: 1, from: 0, to: 1 }])
})

test("the chart follows a session by the names of its states, and says what each waits for", () => {
  const actor = createActor(statechart).start()
  const visited = ["CallingLlm", "CallingLlm", "ProcessingResponse", "ExecutingTools", "PostToolsHook", "CallingLlm", "Error", "ShuttingDown"] as const
  const heard = ["UserInput", "ContextGathered", "LlmCompleted", "ToolCallsVetted", "ToolCompleted", "PostToolsHookCompleted", "LlmFailed", "ShutdownRequested"] as const
  heard.forEach((type, index) => {
    actor.send({ type, next: visited[index] as (typeof visited)[number] })
    expect(actor.getSnapshot().value).toBe(visited[index])
  })
  actor.send({ type: "UserInput" })
  expect(actor.getSnapshot().value).toBe("ShuttingDown")
  expect(statechart.states.Error?.description).toBe("waits for a retry timer, or for a person where no retry is left")
})
