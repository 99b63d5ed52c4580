import type { CallFacts, Event } from "../../../src/machine/event.ts"
import type { CallingLlm, ExecutingTools, ProcessingResponse, State } from "../../../src/machine/state.ts"
import type { PersonMove, Scope } from "./scope.ts"

/** The longest wait a provider asks for, and longer than any backoff: so much time passes between two moves. Units: ms. */
const RETRY_AFTER_MS = 40_000
const TICK_MS = 100_000

/** Everything that may happen next in a scope: each answer to what is open, and whatever a person may do. */
export const movesFrom = (state: State, depth: number, scope: Scope): readonly Event[] => {
  const at = (depth + 1) * TICK_MS
  return [...answersTo(state, at, depth, scope), ...scope.persons.flatMap((move) => personMoves(move, state, at, depth, scope))]
}

const personMoves = (type: PersonMove, state: State, at: number, depth: number, scope: Scope): readonly Event[] => {
  switch (type) {
    case "UserInput":
      if (state.session.queue.length >= scope.queueMax) return []
      return scope.words.map((words) => ({ type, at, parts: [{ type: "text", text: words.replace("#", String(depth)) }] }))
    case "SettingsChanged":
      return scope.settings.map((settings) => ({ type, at, ...settings }))
    case "WorkspaceRestored":
      return [{ type, at, tree: "tree", note: "files restored" }]
    case "InputTakenBack":
    case "InterruptRequested":
    case "ContinueRequested":
    case "OffloadRequested":
    case "ShutdownRequested":
    case "SessionResumed":
      return [{ type, at }]
  }
}

const answersTo = (state: State, at: number, depth: number, scope: Scope): readonly Event[] => {
  switch (state.name) {
    case "WaitingForInput":
      return []
    case "CallingLlm":
      return modelAnswers(state, at, depth, scope)
    case "ProcessingResponse":
      return factsOf(state, scope).map((facts) => ({ type: "ToolCallsVetted", at, effect: state.effect, facts }))
    case "ExecutingTools":
      return toolAnswers(state, at, scope)
    case "PostToolsHook": {
      const { effect } = state
      return [
        { type: "PostToolsHookCompleted", at, effect, goOn: true },
        { type: "PostToolsHookCompleted", at, effect, goOn: true, note: "noted" },
        { type: "PostToolsHookCompleted", at, effect, goOn: false, reports: ["stopped"] }
      ]
    }
    case "Error":
      return state.retry === null ? [] : [{ type: "RetryTimeoutFired", at, effect: state.retry.effect }]
    case "ShuttingDown":
      return state.drained ? [] : [{ type: "ShutdownCompleted", at, effect: state.effect }]
  }
}

const modelAnswers = (state: CallingLlm, at: number, depth: number, scope: Scope): readonly Event[] => {
  const { effect, stage } = state.call
  switch (stage.name) {
    case "gathering":
      return [
        { type: "ContextGathered", at, effect, fragments: [] },
        { type: "ContextGathered", at, effect, fragments: [{ source: "map", text: "map" }] },
        { type: "ContextGathered", at, effect, fragments: [], stop: "no", reports: ["a hook objects"] }
      ]
    case "offloading":
      return [
        { type: "ContextOffloaded", at, effect, ok: true, keeper: `keeper${depth}` },
        { type: "ContextOffloaded", at, effect, ok: true },
        { type: "ContextOffloaded", at, effect, ok: false, reason: "disk full" }
      ]
    case "streaming":
      return [...deltas(state, at, scope), ...endings(effect, at, scope)]
  }
}

/** An answer begins with words or thoughts or a call; more calls may follow, and in full scopes words after thoughts and broken arguments. */
const deltas = (state: CallingLlm, at: number, { blocks, callsMax }: Scope): readonly Event[] => {
  const { effect, open, callByIndex } = state.call
  const calls = Object.keys(callByIndex).length
  const arguments_ = blocks === "all" ? "{" : "{}"
  return [
    ...(calls < callsMax ? [{ type: "LlmToolCallDelta", at, effect, index: calls, name: "tool", arguments: arguments_ } as const] : []),
    ...(open === null ? firstDeltas(effect, at, blocks) : []),
    ...(open?.type === "thinking" && blocks === "all" ? [{ type: "LlmTextDelta", at, effect, text: "said" } as const] : []),
    ...(open?.type === "tool-call" && state.streamed === "{" ? [{ type: "LlmToolCallDelta", at, effect, index: calls - 1, arguments: "}" } as const] : [])
  ]
}

const firstDeltas = (effect: number, at: number, blocks: Scope["blocks"]): readonly Event[] => [
  { type: "LlmStarted", at, effect, hash: "h" },
  { type: "LlmTextDelta", at, effect, text: "said" },
  { type: "LlmThinkingDelta", at, effect, text: "thought" },
  ...(blocks === "plain"
    ? []
    : ([
        { type: "LlmTextDelta", at, effect, text: " " },
        { type: "LlmThinkingDelta", at, effect, text: "thought", signature: "seal" }
      ] as const))
]

/** Every way an answer ends; usage comes with one good and one bad end, for it adds up in the same way for all. */
const endings = (effect: number, at: number, scope: Scope): readonly Event[] => [
  ...scope.usages.flatMap((usage): Event[] => {
    const used = usage === undefined ? {} : { usage }
    return [
      { type: "LlmCompleted", at, effect, stop: "end", ...used },
      { type: "LlmFailed", at, effect, failure: "transient", message: "cut", ...used }
    ]
  }),
  { type: "LlmCompleted", at, effect, stop: "max-tokens" },
  { type: "LlmCompleted", at, effect, stop: "refusal" },
  { type: "LlmFailed", at, effect, failure: "rate-limited", message: "slow down", retryAfterMs: RETRY_AFTER_MS },
  { type: "LlmFailed", at, effect, failure: "permanent", message: "wrong key" },
  { type: "LlmFailed", at, effect, failure: "overflow", message: "too long" }
]

/** Every assignment of findings to calls. */
const factsOf = (state: ProcessingResponse, scope: Scope): readonly (readonly CallFacts[])[] =>
  state.calls.reduce<readonly (readonly CallFacts[])[]>(
    (assigned, call) =>
      assigned.flatMap((facts) => scope.findings.map((finding) => [...facts, { call: call.id, paths: [], commands: [], hosts: [], ...finding }])),
    [[]]
  )

const toolAnswers = (state: ExecutingTools, at: number, scope: Scope): readonly Event[] =>
  state.executions.flatMap(({ phase }): Event[] => {
    switch (phase.name) {
      case "awaiting-approval":
        return scope.answers.map((answer) => ({ type: "ApprovalAnswered", at, effect: phase.effect, answer }))
      case "running":
        return [
          { type: "ToolProgress", at, effect: phase.effect, stream: "stdout", text: "…" },
          ...scope.results.map((text): Event => ({ type: "ToolCompleted", at, effect: phase.effect, status: "ok", parts: [{ type: "text", text }] }))
        ]
      case "held":
      case "done":
        return []
    }
  })
