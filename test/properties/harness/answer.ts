import type { AnswerEvent, CallFacts } from "../../../src/machine/event.ts"
import type { Part, ReportedUsage, ToolCall } from "../../../src/machine/session.ts"
import type { State } from "../../../src/machine/state.ts"
import { ANSWERS, type OpenEffect } from "./effects.ts"
import { FACTS } from "./facts.ts"

/** What of a random answer is chosen; all zero is the plainest one. */
export interface Choice {
  readonly kind: number
  readonly a: number
  readonly b: number
}

export const pick = <T>(items: readonly T[], index: number): T => items[index % items.length] as T

/** An answer that fits an open effect, as varied as the world is. */
export const answerTo = (open: OpenEffect, state: State, at: number, { kind, a, b }: Choice): AnswerEvent => {
  const { effect } = open
  const used = usageOf(b)
  switch (open.by) {
    case "GatherContext":
      return {
        type: "ContextGathered",
        at,
        effect,
        ...used,
        fragments: pick([[], [{ source: "map", text: `map ${a}` }], [{ source: "map", text: " " }]], kind),
        ...pick<{ readonly stop?: string; readonly reports?: readonly string[] }>(
          [{}, {}, {}, { stop: `stop ${a}` }, { reports: ["a hook failed"] }],
          b
        )
      }
    case "OffloadContext":
      return pick<AnswerEvent>(
        [
          { type: "ContextOffloaded", at, effect, ...used, ok: true, keeper: `keeper-${effect}` },
          ...FAILED_OFFLOADS.map((failed) => ({ ...failed, at, effect }))
        ],
        kind % 4
      )
    case "SendLlmRequest":
      return modelAnswer(state, at, effect, { kind, a, b })
    case "VetToolCalls":
      return { type: "ToolCallsVetted", at, effect, ...used, facts: factsFor(state.name === "ProcessingResponse" ? state.calls : [], { kind, a, b }) }
    case "RequestApproval":
      return approval(at, effect, { kind, a, b })
    case "ExecuteTools":
      return kind % 5 === 4
        ? { type: "ToolProgress", at, effect, stream: pick(["stdout", "stderr"], a), text: `line ${a}` }
        : { type: "ToolCompleted", at, effect, ...used, status: pick(["ok", "error"], b), parts: outputOf(a) }
    case "RunPostToolsHook":
      return { type: "PostToolsHookCompleted", at, effect, ...used, goOn: kind % 3 !== 2, ...pick([{}, { note: `note ${a}` }, { note: "" }, { reports: ["a hook failed"] }], a) }
    case "ScheduleRetry":
      return { type: "RetryTimeoutFired", at, effect }
    case "Shutdown":
      return { type: "ShutdownCompleted", at, effect, ...used }
  }
}

/**
 * An answer that fits nothing: of the right kind for an effect that is over or never was, or of another kind than an
 * open effect waits for; `null` where the choice would fit after all.
 */
export const wrongAnswer = (open: readonly OpenEffect[], state: State, at: number, { kind, a, b }: Choice): AnswerEvent | null => {
  const asked = pick(open.length === 0 ? [NOBODY] : open, b)
  const { effect: newest } = state.session
  const late = { by: asked.by, effect: pick([newest - 1, newest, newest - 2, newest - 3, 1, 0, -1, newest + 1, Number.MAX_SAFE_INTEGER], kind) }
  const { by, effect } = a % 2 === 0 ? late : { by: pick(STARTERS, kind), effect: asked.effect }
  const answer = answerTo({ effect, by, call: "", approval: null }, state, at, { kind: a, a: b, b: 0 })
  const fits = open.some((other) => other.effect === effect && ANSWERS[other.by].includes(answer.type))
  return fits ? null : answer
}

const NOBODY: OpenEffect = { effect: 0, by: "Shutdown", call: "", approval: null }
const STARTERS = Object.keys(ANSWERS) as readonly OpenEffect["by"][]
const FAILED_OFFLOADS = [
  { type: "ContextOffloaded", ok: false, reason: "the disk is full" },
  { type: "ContextOffloaded", ok: true },
  { type: "ContextOffloaded", ok: true, keeper: "keeper-x" }
] as const

const USAGES: readonly ReportedUsage[] = [
  { inputTokens: 3, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 5 },
  { inputTokens: 0, outputTokens: 0, cacheReadTokens: 2, cacheWriteTokens: 1, cost: 0 },
  { inputTokens: 9, outputTokens: 4, cacheReadTokens: 1, cacheWriteTokens: 2, cost: "unknown" },
  { inputTokens: 2000, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 70 }
]

const usageOf = (b: number): { readonly usage?: ReportedUsage } => (b % 3 === 1 ? { usage: pick(USAGES, Math.floor(b / 3)) } : {})

const TEXTS = ["word ", "", " ", "\n", "é✓𝄞 ", "a longer piece of an answer, as models like to give them; "]
const ARGUMENTS = ["{}", "{", "}", '{"path":"src/a.ts"}', "[1]", "not json", "", "null", '{"__proto__":{"a":1}}']
const TOOLS = ["file_read", "file_edit", "shell", "ask_user", "mcp__db__query", "constructor", "__proto__", "", "no such tool!"]

const modelAnswer = (state: State, at: number, effect: number, { kind, a, b }: Choice): AnswerEvent => {
  const used = usageOf(b)
  switch (pick(MODEL_ANSWERS, kind)) {
    case "whole":
      return { type: "LlmCompleted", at, effect, ...used, stop: pick(["end", "tool-calls"], a) }
    case "text":
      return { type: "LlmTextDelta", at, effect, ...used, text: pick(TEXTS, a) }
    case "thinking":
      return {
        type: "LlmThinkingDelta",
        at,
        effect,
        ...used,
        text: pick(TEXTS, a),
        ...pick([{}, {}, { signature: `sealed ${a}` }, { redacted: true }, { signature: "hidden", redacted: true }], b)
      }
    case "call":
      return { type: "LlmToolCallDelta", at, effect, ...used, index: callCount(state), name: pick(TOOLS, a), arguments: pick(ARGUMENTS, b) }
    case "more of a call":
      return { type: "LlmToolCallDelta", at, effect, index: oddIndex(state, a), arguments: pick(ARGUMENTS, b), ...pick([{}, {}, { name: "x" }], a) }
    case "started":
      return { type: "LlmStarted", at, effect, ...used, hash: `hash ${a}` }
    case "cut":
      return { type: "LlmCompleted", at, effect, ...used, stop: pick(["max-tokens", "refusal", "filter"], a) }
    case "failed":
      return {
        type: "LlmFailed",
        at,
        effect,
        ...used,
        failure: pick(["transient", "overflow", "rate-limited", "permanent"], a),
        message: "no luck",
        ...pick([{}, {}, { retryAfterMs: 40_000.5 }, { retryAfterMs: 0 }, { retryAfterMs: -5 }], b)
      }
  }
}

const MODEL_ANSWERS = ["whole", "text", "call", "call", "failed", "thinking", "cut", "more of a call", "text", "started", "call", "whole", "failed", "call"] as const

const callCount = (state: State): number => (state.name === "CallingLlm" ? Object.keys(state.call.callByIndex).length : 0)

const oddIndex = (state: State, a: number): number => pick([0, Math.max(0, callCount(state) - 1), 1, 7, -1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER], a)

/** Facts for the calls in order; some missing, some twice, some of calls that nobody made. */
const factsFor = (calls: readonly ToolCall[], { kind, a, b }: Choice): readonly CallFacts[] => {
  const facts = calls.map(({ id }, index): CallFacts => ({ call: id, ...pick(FACTS, Math.floor(a / (index * 2 + 1)) + index * b) }))
  switch (kind % 8) {
    case 5:
      return facts.slice(1)
    case 6:
      return [...facts, ...facts.map((fact) => ({ ...fact, changes: !fact.changes })), { call: "call_999", ...pick(FACTS, a) }]
    case 7:
      return facts.toReversed()
    default:
      return facts
  }
}

const approval = (at: number, effect: number, { kind, a, b }: Choice): AnswerEvent => ({
  type: "ApprovalAnswered",
  at,
  effect,
  answer: pick(["once", "no", "session", "always"], kind),
  ...pick([{}, { words: "because" }, { words: "" }], a),
  ...pick([{}, {}, { rules: ["file_edit", "file_edit"] }, { rules: [] }, { rules: ["shell(rm *)", "not a rule("] }], b)
})

const outputOf = (a: number): readonly Part[] =>
  pick<readonly Part[]>(
    [
      [{ type: "text", text: "done" }],
      [{ type: "text", text: `big ${"x".repeat(400)}` }],
      [],
      [{ type: "text", text: " " }],
      [{ type: "image", mediaType: "image/png", blob: "ab", bytes: 9 }, { type: "text", text: "seen" }]
    ],
    a
  )
