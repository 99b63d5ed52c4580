import {
  Array as List,
  Boolean as Flag,
  Finite,
  Int,
  Literal,
  Literals,
  NullOr,
  Record as Dictionary,
  String as Text,
  Struct,
  Union
} from "effect/Schema"
import { blockSchema, reportedUsageSchema, resultStatusSchema, sessionSchema, toolCallSchema, toolResultSchema } from "./session.ts"

/** The schemas of `state.ts`, in its order. */

export const waitingReasonSchema = Literals([
  "opened",
  "completed",
  "interrupted",
  "cut-short",
  "refused",
  "stopped-by-hook",
  "budget-steps",
  "budget-tokens",
  "budget-cost",
  "offloaded"
])

const callStageSchema = Union([
  Struct({ name: Literal("gathering") }),
  Struct({ name: Literal("offloading"), for: Literals(["call", "overflow", "person"]), to: Int, counted: Flag }),
  Struct({ name: Literal("streaming") })
])

const modelCallSchema = Struct({
  effect: Int,
  attempt: Int,
  model: Text,
  stage: callStageSchema,
  blocks: List(blockSchema),
  open: NullOr(blockSchema),
  callByIndex: Dictionary(Text, Text),
  usage: NullOr(reportedUsageSchema)
})

export const questionSchema = Struct({ text: Text, options: List(Text) })

const executionPhaseSchema = Union([
  Struct({ name: Literal("awaiting-approval"), effect: Int }),
  Struct({ name: Literal("held") }),
  Struct({ name: Literal("running"), effect: Int }),
  Struct({ name: Literal("done"), result: toolResultSchema })
])

const executionSchema = Struct({
  call: toolCallSchema,
  changes: Flag,
  reason: Text,
  rules: List(Text),
  question: NullOr(questionSchema),
  started: Flag,
  phase: executionPhaseSchema
})

export const completedCallSchema = Struct({ call: toolCallSchema, changes: Flag, status: resultStatusSchema })

export const failureKindSchema = Literals(["transient", "rate-limited", "permanent", "overflow"])

export const failureSchema = Struct({ kind: failureKindSchema, message: Text })

const session = sessionSchema

export const stateSchema = Union([
  Struct({ name: Literal("WaitingForInput"), session, why: waitingReasonSchema }),
  Struct({ name: Literal("CallingLlm"), session, call: modelCallSchema, streamed: Text }),
  Struct({ name: Literal("ProcessingResponse"), session, effect: Int, calls: List(toolCallSchema) }),
  Struct({ name: Literal("ExecutingTools"), session, executions: List(executionSchema) }),
  Struct({ name: Literal("PostToolsHook"), session, effect: Int, completed: List(completedCallSchema) }),
  Struct({ name: Literal("Error"), session, error: failureSchema, retry: NullOr(Struct({ effect: Int, attempt: Int, dueAt: Finite })) }),
  Struct({ name: Literal("ShuttingDown"), session, effect: Int, drained: Flag })
])
