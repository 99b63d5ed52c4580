import { Array as List, Boolean as Flag, Finite, Literal, Literals, NullOr, String as Text, Struct, Union, optionalKey } from "effect/Schema"
import {
  modelsByNameSchema,
  partSchema,
  permissionModeSchema,
  reportedUsageSchema,
  ruleSchema,
  settingsSchema,
  someLimitsSchema,
  toolDefinitionSchema
} from "./session.ts"
import { failureKindSchema, questionSchema } from "./state.ts"

/** The schemas of `event.ts`, in its order. Whatever number the world gave was written, and can be read again. */

const timed = <const T extends string>(type: T) => ({ type: Literal(type), at: Finite })
const answer = <const T extends string>(type: T) => ({ ...timed(type), effect: Finite, usage: optionalKey(reportedUsageSchema) })

const personEvents = [
  Struct({ ...timed("UserInput"), parts: List(partSchema) }),
  Struct(timed("InputTakenBack")),
  Struct(timed("InterruptRequested")),
  Struct(timed("ContinueRequested")),
  Struct({
    ...timed("SettingsChanged"),
    model: optionalKey(Text),
    mode: optionalKey(permissionModeSchema),
    attended: optionalKey(Flag),
    limits: optionalKey(someLimitsSchema),
    modelsByName: optionalKey(modelsByNameSchema),
    rules: optionalKey(List(ruleSchema))
  }),
  Struct(timed("OffloadRequested")),
  Struct({
    ...timed("WorkspaceRestored"),
    tree: Text,
    note: Text,
    before: optionalKey(Text),
    undone: optionalKey(List(Finite)),
    redone: optionalKey(Finite)
  }),
  Struct(timed("ShutdownRequested"))
] as const

const callFactsSchema = Struct({
  call: Text,
  invalid: optionalKey(Text),
  changes: Flag,
  paths: List(Struct({ path: Text, access: Literals(["read", "write"]), inside: Flag })),
  commands: Union([List(Struct({ text: Text, sure: optionalKey(Text), reads: Flag, cwd: optionalKey(NullOr(Text)) })), Literal("unparsed")]),
  seen: optionalKey(List(Text)),
  touched: optionalKey(
    List(
      Struct({
        path: Text,
        access: Literals(["read", "write"]),
        inside: Flag,
        unsure: optionalKey(Literal(true)),
        within: optionalKey(Literal(true))
      })
    )
  ),
  hosts: List(Text),
  question: optionalKey(questionSchema),
  hook: optionalKey(Struct({ decision: Literals(["allow", "ask", "deny"]), reason: Text })),
  sandboxed: optionalKey(Flag)
})

const answerEvents = [
  Struct({
    ...answer("ApprovalAnswered"),
    answer: Literals(["once", "session", "always", "no"]),
    rules: optionalKey(List(Text)),
    words: optionalKey(Text)
  }),
  Struct({ ...answer("LlmStarted"), hash: Text }),
  Struct({ ...answer("LlmTextDelta"), text: Text }),
  Struct({ ...answer("LlmThinkingDelta"), text: Text, signature: optionalKey(Text), redacted: optionalKey(Flag) }),
  Struct({ ...answer("LlmToolCallDelta"), index: Finite, name: optionalKey(Text), arguments: Text }),
  Struct({ ...answer("LlmCompleted"), stop: Literals(["end", "tool-calls", "max-tokens", "refusal", "filter"]) }),
  Struct({ ...answer("LlmFailed"), failure: failureKindSchema, message: Text, retryAfterMs: optionalKey(Finite) }),
  Struct({ ...answer("ToolCallsVetted"), facts: List(callFactsSchema), reports: optionalKey(List(Text)) }),
  Struct({ ...timed("ToolProgress"), effect: Finite, stream: Literals(["stdout", "stderr"]), text: Text }),
  Struct({ ...answer("ToolCompleted"), status: Literals(["ok", "error"]), parts: List(partSchema), blob: optionalKey(Text) }),
  Struct({
    ...answer("PostToolsHookCompleted"),
    goOn: Flag,
    note: optionalKey(Text),
    before: optionalKey(Text),
    tree: optionalKey(Text),
    commit: optionalKey(Text),
    reports: optionalKey(List(Text))
  }),
  Struct(answer("RetryTimeoutFired")),
  Struct({
    ...answer("ContextGathered"),
    fragments: List(Struct({ source: Text, text: Text })),
    missing: optionalKey(List(Text)),
    tree: optionalKey(Text),
    reports: optionalKey(List(Text)),
    stop: optionalKey(Text)
  }),
  Struct({ ...answer("ContextOffloaded"), ok: Flag, keeper: optionalKey(Text), reason: optionalKey(Text) }),
  Struct({ ...answer("ShutdownCompleted"), reports: optionalKey(List(Text)) })
] as const

const hostEvents = [
  Struct({
    ...timed("SessionOpened"),
    session: Text,
    machine: Finite,
    seed: Finite,
    system: Text,
    tools: List(toolDefinitionSchema),
    rules: List(ruleSchema),
    roots: List(Text),
    modelsByName: modelsByNameSchema,
    settings: settingsSchema,
    parent: optionalKey(Struct({ session: Text, n: Finite, changes: optionalKey(List(Text)) }))
  }),
  Struct({ ...timed("SessionResumed"), machine: optionalKey(Finite) })
] as const

export const eventSchema = Union([...personEvents, ...answerEvents, ...hostEvents])
