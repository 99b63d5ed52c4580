import { Array as List, Boolean as Flag, Finite, Int, Literal, Literals, NullOr, String as Text, Struct, Union } from "effect/Schema"
import { toolCallSchema } from "./session.ts"
import { completedCallSchema, failureSchema, questionSchema, waitingReasonSchema } from "./state.ts"

/** The schemas of `action.ts`, in its order. */

const effectActions = [
  Struct({ type: Literal("GatherContext"), effect: Int, turn: Int }),
  Struct({ type: Literal("OffloadContext"), effect: Int, from: Int, to: Int }),
  Struct({ type: Literal("SendLlmRequest"), effect: Int, model: Text, attempt: Int, step: Int, from: Int, to: Int }),
  Struct({ type: Literal("VetToolCalls"), effect: Int, calls: List(toolCallSchema) }),
  Struct({
    type: Literal("RequestApproval"),
    effect: Int,
    call: toolCallSchema,
    reason: Text,
    rules: List(Text),
    question: NullOr(questionSchema)
  }),
  Struct({ type: Literal("ExecuteTools"), calls: List(Struct({ effect: Int, call: toolCallSchema, changes: Flag })) }),
  Struct({ type: Literal("RunPostToolsHook"), effect: Int, completed: List(completedCallSchema) }),
  Struct({ type: Literal("ScheduleRetry"), effect: Int, dueAt: Finite }),
  Struct({ type: Literal("Shutdown"), effect: Int })
] as const

const notices = [
  Struct({ type: Literal("WaitForInput"), why: waitingReasonSchema }),
  Struct({ type: Literal("DisplayError"), error: failureSchema, retryAt: NullOr(Finite) }),
  Struct({ type: Literal("DisplayMessage"), text: Text }),
  Struct({ type: Literal("RecordDecision"), kind: Literals(["goal", "action", "outcome", "observation"]), title: Text })
] as const

export const actionSchema = Union([...effectActions, Struct({ type: Literal("Cancel"), effect: Int }), ...notices])
