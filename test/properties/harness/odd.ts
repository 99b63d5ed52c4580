import type { Event } from "../../../src/machine/event.ts"

/** Events that nobody sends and every state must bear: empty, huge, contradictory, named like JavaScript's own. */
export const oddEvents = (at: number, open: readonly number[]): readonly Event[] =>
  [...HOST_EVENTS, ...[...open, 0, 2 ** 53].flatMap(answers)].map((event) => ({ ...event, at }) as Event)

const parsed = (json: string): Record<string, unknown> => JSON.parse(json) as Record<string, unknown>

const HOST_EVENTS: readonly Record<string, unknown>[] = [
  { type: "UserInput", parts: [] },
  { type: "UserInput", parts: [{ type: "text", text: "\u0000\ud800 lone surrogate" }] },
  { type: "SettingsChanged" },
  { type: "SettingsChanged", model: "__proto__" },
  { type: "SettingsChanged", limits: {} },
  { type: "SettingsChanged", limits: { stepsMax: 0, windowTokensMax: 0, toolsParallelMax: 0, attemptsMax: 0, outputTokensMax: 1, tokensMax: 0, costMax: 0 } },
  { type: "SettingsChanged", limits: { stepsMax: 2 ** 53, windowTokensMax: 1, tokensMax: null, costMax: null } },
  parsed('{"type":"SettingsChanged","model":"__proto__","modelsByName":{"__proto__":{"windowTokens":0,"outputTokensMax":1,"images":false,"priced":true}}}'),
  { type: "constructor" },
  { type: "toString" },
  { type: "__proto__" },
  { type: "" }
]

const HUGE = { inputTokens: 2 ** 53, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 1e300 }

const answers = (effect: number): readonly Record<string, unknown>[] =>
  [
    { type: "LlmToolCallDelta", index: Number.MAX_SAFE_INTEGER, arguments: "" },
    { type: "LlmToolCallDelta", index: -1e300, name: "__proto__", arguments: '{"__proto__":1}' },
    { type: "LlmToolCallDelta", index: 0.1, name: "x".repeat(300), arguments: "{}" },
    { type: "LlmTextDelta", text: "\ud800", usage: HUGE },
    { type: "ToolCallsVetted", facts: [] },
    { type: "ApprovalAnswered", answer: "always", rules: ["", "(", "constructor(a)", "*", "a".repeat(500)] },
    { type: "ContextOffloaded", ok: true, keeper: "" },
    { type: "LlmFailed", failure: "rate-limited", message: "", retryAfterMs: 1e300 },
    { type: "constructor" },
    { type: "hasOwnProperty" }
  ].map((event) => ({ ...event, effect }))
