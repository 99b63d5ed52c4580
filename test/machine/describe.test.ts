import fc from "fast-check"
import { expect, test } from "vitest"
import { describeAction, describeEvent, describeState } from "../../src/machine/describe.ts"
import { plans } from "../properties/harness/arbitrary.ts"
import { machine } from "../properties/harness/machine.ts"
import { play } from "../properties/harness/play.ts"
import { asked, called, last, type Said } from "./talk.ts"

const story = (events: readonly Said[]): readonly string[] => events.map((event) => describeEvent({ ...event, at: 0 } as never))

test("a session reads as a story", () => {
  expect(
    story([
      { type: "UserInput", parts: [{ type: "text", text: "fix\n the   test" }, { type: "image", mediaType: "image/png", blob: "b", bytes: 1 }] },
      { type: "ContextGathered", effect: 1, fragments: [{ source: "map", text: "…" }] },
      { type: "LlmStarted", effect: 2, hash: "0123456789abcdef" },
      { type: "LlmTextDelta", effect: 2, text: "w".repeat(100) },
      { type: "LlmToolCallDelta", effect: 2, index: 0, name: "shell", arguments: "{}" },
      { type: "LlmCompleted", effect: 2, stop: "tool-calls", usage: { inputTokens: 5, outputTokens: 2, cacheReadTokens: 1, cacheWriteTokens: 0, cost: 0 } },
      { type: "ToolCallsVetted", effect: 3, facts: [{ call: "call_1", changes: true, paths: [], commands: [], hosts: [] }] },
      { type: "ApprovalAnswered", effect: 4, answer: "no", words: "not now" },
      { type: "LlmFailed", effect: 5, failure: "rate-limited", message: "slow down" },
      { type: "SettingsChanged", mode: "plan", attended: false, limits: { stepsMax: 3 } }
    ])
  ).toEqual([
    "the person says: fix the test [image]",
    "gathered: map",
    "request 2 leaves (0123456789ab)",
    `text: ${"w".repeat(71)}…`,
    "call 0 shell: {}",
    "answer 2 is complete (tool-calls, 6 tokens in, 2 out)",
    "1 call vetted: may change",
    "the person answers no to 4: not now",
    "answer 5 failed (rate-limited): slow down",
    "settings change: mode plan, unattended, stepsMax 3"
  ])
})

test("states and actions too", () => {
  const asking = last([
    ...asked("go"),
    ...called(["shell"], 2),
    {
      type: "ToolCallsVetted",
      effect: 3,
      facts: [{ call: "call_1", changes: true, paths: [], commands: [{ text: "rm a", reads: false }], hosts: [] }]
    }
  ])
  expect(describeState(asking.state)).toBe("executing: shell awaiting-approval")
  expect(asking.actions.map(describeAction)).toEqual(["ask the person about shell {}: it runs a command (4)"])
})

test("every event, action and state is one line that says something", () => {
  for (const plan of fc.sample(plans, { numRuns: 300, seed: 5 })) {
    for (const { event, step } of play(machine, plan, []).rows) {
      const lines = [describeEvent(event), describeState(step.state), ...step.actions.map(describeAction)]
      expect(lines.filter((line) => line.trim() === "" || line.includes("\n") || /undefined|\[object/.test(line))).toEqual([])
    }
  }
})
