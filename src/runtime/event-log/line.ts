import type { Action, ActionOf, ActionType, StartedCall } from "../../machine/action.ts"
import type { CallFacts, CommandFact, ContextFragment, Event, EventOf, EventType, Parent, PathFact, TouchedFact } from "../../machine/event.ts"
import type { Limits, ModelFacts, Part, ReportedUsage, Rule, Settings, ToolCall, ToolDefinition } from "../../machine/session.ts"
import type { CompletedCall, Failure, Question } from "../../machine/state.ts"
import { asIs, fields, list, nullable, object, record, type Write } from "./shape.ts"

/** One event of a log, with what it caused. */
export interface Row {
  /** Its number in the session, from 1 without holes. */
  readonly n: number
  readonly event: Event
  readonly actions: readonly Action[]
}

const NOTHING: readonly Action[] = []

/** A row as its line of JSON, without the line's end: keys in one fixed order, no blanks, so that equal rows are equal bytes. */
export const encodeRow = (n: number, event: Event, actions: readonly Action[]): string => {
  if (event.type === "LlmTextDelta" && actions.length === 0 && isPlain(event)) {
    return JSON.stringify({ n, type: event.type, at: event.at, effect: event.effect, text: event.text })
  }
  const head = `{"n":${n},"type":"${event.type}","at":${event.at}${FIELDS[event.type](event as never)}`
  return actions.length === 0 ? `${head}}` : `${head},"actions":${encodeActions(actions)}}`
}

/** Nearly all lines are pieces of text with nothing beside: they are written without a table, which is faster. */
const isPlain = (event: EventOf<"LlmTextDelta">): boolean => {
  let keys = 0
  for (const _ in event) keys++
  return keys === 4
}

export const encodeActions = (actions: readonly Action[]): string => `[${actions.map(encodeAction).join(",")}]`

const encodeAction = (action: Action): string => `{"type":"${action.type}"${ACTION_FIELDS[action.type](action as never)}}`

/** A line as `JSON.parse` gives it: the event's own fields between its number and its actions. */
export type ParsedLine = Event & { readonly n: number; readonly actions?: readonly Action[] }

export const rowOf = ({ n, actions, ...event }: ParsedLine): Row => ({ n, event: event as Event, actions: actions ?? NOTHING })

export const decodeRow = (line: string): Row => rowOf(JSON.parse(line) as ParsedLine)

// ── the order of keys ────────────────────────────────────────────────────────────────────────────────────────────

const part = object<Part>({ type: asIs, text: asIs, mediaType: asIs, blob: asIs, bytes: asIs })

const usage = object<ReportedUsage>({ inputTokens: asIs, outputTokens: asIs, cacheReadTokens: asIs, cacheWriteTokens: asIs, cost: asIs })

const limits = object<Limits>({
  stepsMax: asIs,
  tokensMax: asIs,
  costMax: asIs,
  attemptsMax: asIs,
  toolsParallelMax: asIs,
  outputTokensMax: asIs,
  windowTokensMax: asIs,
  offloadPercent: asIs,
  answerTokensMin: asIs
})

export const settings = object<Settings>({ model: asIs, mode: asIs, attended: asIs, limits })

export const parent = object<Parent>({ session: asIs, n: asIs, changes: asIs })

const models = record(object<ModelFacts>({ windowTokens: asIs, outputTokensMax: asIs, images: asIs, priced: asIs }))

const question = object<Question>({ text: asIs, options: asIs })

const facts = object<CallFacts>({
  call: asIs,
  invalid: asIs,
  changes: asIs,
  paths: list(object<PathFact>({ path: asIs, access: asIs, inside: asIs })),
  commands: (value: CallFacts["commands"]) => (value === "unparsed" ? '"unparsed"' : commands(value as never)),
  seen: asIs,
  touched: list(object<TouchedFact>({ path: asIs, access: asIs, inside: asIs, unsure: asIs, within: asIs })),
  hosts: asIs,
  question,
  hook: object<NonNullable<CallFacts["hook"]>>({ decision: asIs, reason: asIs }),
  sandboxed: asIs
})

const commands = list(object<CommandFact>({ text: asIs, sure: asIs, reads: asIs, cwd: asIs }))

const rules = list(object<Rule>({ decision: asIs, rule: asIs, source: asIs }))

/** The fields of one type beside `n`, `type`, `at` and `actions`, which stand elsewhere. */
const event = <T extends EventType>(writeByKey: Readonly<Record<Exclude<keyof EventOf<T>, "type" | "at">, Write>>): Write =>
  fields(writeByKey as Readonly<Record<string, Write>>, ["type", "at", "n", "actions"])

const FIELDS: Readonly<Record<EventType, Write>> = {
  UserInput: event<"UserInput">({ parts: list(part) }),
  InputTakenBack: event<"InputTakenBack">({}),
  InterruptRequested: event<"InterruptRequested">({}),
  ContinueRequested: event<"ContinueRequested">({}),
  SettingsChanged: event<"SettingsChanged">({ model: asIs, mode: asIs, attended: asIs, limits, modelsByName: models, rules }),
  OffloadRequested: event<"OffloadRequested">({}),
  WorkspaceRestored: event<"WorkspaceRestored">({ tree: asIs, note: asIs, before: asIs, undone: asIs, redone: asIs }),
  ShutdownRequested: event<"ShutdownRequested">({}),
  ApprovalAnswered: event<"ApprovalAnswered">({ effect: asIs, answer: asIs, rules: asIs, words: asIs, usage }),
  LlmStarted: event<"LlmStarted">({ effect: asIs, hash: asIs, usage }),
  LlmTextDelta: event<"LlmTextDelta">({ effect: asIs, text: asIs, usage }),
  LlmThinkingDelta: event<"LlmThinkingDelta">({ effect: asIs, text: asIs, signature: asIs, redacted: asIs, usage }),
  LlmToolCallDelta: event<"LlmToolCallDelta">({ effect: asIs, index: asIs, name: asIs, arguments: asIs, usage }),
  LlmCompleted: event<"LlmCompleted">({ effect: asIs, stop: asIs, usage }),
  LlmFailed: event<"LlmFailed">({ effect: asIs, failure: asIs, message: asIs, retryAfterMs: asIs, usage }),
  ToolCallsVetted: event<"ToolCallsVetted">({ effect: asIs, facts: list(facts), reports: asIs, usage }),
  ToolProgress: event<"ToolProgress">({ effect: asIs, stream: asIs, text: asIs }),
  ToolCompleted: event<"ToolCompleted">({ effect: asIs, status: asIs, parts: list(part), blob: asIs, usage }),
  PostToolsHookCompleted: event<"PostToolsHookCompleted">({
    effect: asIs,
    goOn: asIs,
    note: asIs,
    before: asIs,
    tree: asIs,
    commit: asIs,
    reports: asIs,
    usage
  }),
  RetryTimeoutFired: event<"RetryTimeoutFired">({ effect: asIs, usage }),
  ContextGathered: event<"ContextGathered">({
    effect: asIs,
    fragments: list(object<ContextFragment>({ source: asIs, text: asIs })),
    missing: asIs,
    tree: asIs,
    reports: asIs,
    stop: asIs,
    usage
  }),
  ContextOffloaded: event<"ContextOffloaded">({ effect: asIs, ok: asIs, keeper: asIs, reason: asIs, usage }),
  ShutdownCompleted: event<"ShutdownCompleted">({ effect: asIs, reports: asIs, usage }),
  SessionOpened: event<"SessionOpened">({
    session: asIs,
    machine: asIs,
    seed: asIs,
    system: asIs,
    tools: list(object<ToolDefinition>({ name: asIs, description: asIs, inputSchema: asIs })),
    rules,
    roots: asIs,
    modelsByName: models,
    settings,
    parent
  }),
  SessionResumed: event<"SessionResumed">({ machine: asIs })
}

const call = object<ToolCall>({ type: asIs, id: asIs, name: asIs, arguments: asIs })

const action = <T extends ActionType>(writeByKey: Readonly<Record<Exclude<keyof ActionOf<T>, "type">, Write>>): Write =>
  fields(writeByKey as Readonly<Record<string, Write>>, ["type"])

const ACTION_FIELDS: Readonly<Record<ActionType, Write>> = {
  GatherContext: action<"GatherContext">({ effect: asIs, turn: asIs }),
  OffloadContext: action<"OffloadContext">({ effect: asIs, from: asIs, to: asIs }),
  SendLlmRequest: action<"SendLlmRequest">({ effect: asIs, model: asIs, attempt: asIs, step: asIs, from: asIs, to: asIs }),
  VetToolCalls: action<"VetToolCalls">({ effect: asIs, calls: list(call) }),
  RequestApproval: action<"RequestApproval">({ effect: asIs, call, reason: asIs, rules: asIs, question: nullable(question) }),
  ExecuteTools: action<"ExecuteTools">({ calls: list(object<StartedCall>({ effect: asIs, call, changes: asIs })) }),
  RunPostToolsHook: action<"RunPostToolsHook">({
    effect: asIs,
    completed: list(object<CompletedCall>({ call, changes: asIs, status: asIs }))
  }),
  ScheduleRetry: action<"ScheduleRetry">({ effect: asIs, dueAt: asIs }),
  Shutdown: action<"Shutdown">({ effect: asIs }),
  Cancel: action<"Cancel">({ effect: asIs }),
  WaitForInput: action<"WaitForInput">({ why: asIs }),
  DisplayError: action<"DisplayError">({ error: object<Failure>({ kind: asIs, message: asIs }), retryAt: asIs }),
  DisplayMessage: action<"DisplayMessage">({ text: asIs }),
  RecordDecision: action<"RecordDecision">({ kind: asIs, title: asIs })
}
