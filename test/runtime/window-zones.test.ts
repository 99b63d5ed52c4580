import { expect, test } from "vitest"
import { DEFAULT_ZONES } from "../../src/runtime/settings.ts"
import { windowReport } from "../../src/runtime/window-zones.ts"
import { answered, stateAfter, text, type Said } from "../machine/talk.ts"

const gathered = (...fragments: readonly string[]): readonly Said[] => [
  { type: "UserInput", parts: text("hello") },
  { type: "ContextGathered", effect: 1, fragments: fragments.map((fragment) => ({ source: "x", text: fragment })) },
  ...answered("hi", 2)
]

test("each fragment counts in the zone of its source, whatever stands in it (CONTEXT-13)", () => {
  const instructions = `<instructions file="A.md">\n${"a".repeat(1000)}\n\n<div>b</div>\n</instructions>`
  const { session } = stateAfter(
    "WaitingForInput",
    gathered(
      instructions,
      `<decisions>\n${"d".repeat(2000)}\n</decisions>`,
      `<repository-map>\n${"m".repeat(3000)}\n</repository-map>`,
      "<git>main</git>"
    )
  )
  const report = windowReport(session, { ...DEFAULT_ZONES, mapTokens: 5 })
  expect(report.zones.map(({ name, tokens, tokensMax }) => [name, tokens, tokensMax])).toEqual([
    ["system", 2, 2048],
    ["tools", 86, 2048],
    ["rules", 296, 8192],
    ["decisions", 567, 1024],
    ["map", 849, 5],
    ["diagnostics", 0, null],
    ["surroundings", 5, null],
    ["history", 3, null],
    ["marker", 0, null]
  ])
  expect(report.zones.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(report.tokens)
  expect(report.messages.map(({ number, type }) => [number, type])).toEqual([[0, "user"], [1, "note"], [2, "assistant"]])
  expect([report.couldLeave.messages, report.thresholdTokens - report.leftTokens]).toEqual([2, report.tokens])
})

test("rules that came with the note after a batch count as rules, what hooks said with them as history", () => {
  const rules = `<instructions file="a/LOOM.md">\n${"r".repeat(1000)}\n</instructions>`
  const noted = (note: string) => {
    const { session } = stateAfter("CallingLlm", [
      ...gathered().slice(0, 2),
      { type: "LlmToolCallDelta", effect: 2, index: 0, name: "file_write", arguments: "{}" },
      { type: "LlmCompleted", effect: 2, stop: "tool-calls" },
      { type: "ToolCallsVetted", effect: 3, facts: [{ call: "call_1", changes: true, paths: [{ path: "a/x", access: "write", inside: true }], commands: [], hosts: [] }] },
      { type: "ToolCompleted", effect: 4, status: "ok", parts: text("done") },
      { type: "PostToolsHookCompleted", effect: 5, goOn: true, note }
    ], { settings: { mode: "auto" } })
    const tokens = Object.fromEntries(windowReport(session, DEFAULT_ZONES).zones.map((zone) => [zone.name, zone.tokens]))
    return [tokens["rules"], tokens["history"], tokens["diagnostics"]]
  }
  const [none, history = 0] = noted("<hook>\nmind the gap\n</hook>")
  const [some, same] = noted(`<hook>\nmind the gap\n</hook>\n\n${rules}`)
  expect([none, some]).toEqual([0, 293])
  // Zones add up to the whole, so what is rounded may fall to either.
  expect(Math.abs((same ?? 0) - history)).toBeLessThanOrEqual(1)
  expect(noted(`<diagnostics>\n${"d".repeat(1000)}\n</diagnostics>`)[2]).toBe(288)
})
