import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** What a hook may print as JSON; what stands beside these is passed over. */
const Specific = Schema.Struct({
  hookEventName: Schema.optionalKey(Schema.String),
  permissionDecision: Schema.optionalKey(Schema.Literals(["allow", "ask", "deny"])),
  permissionDecisionReason: Schema.optionalKey(Schema.String),
  updatedInput: Schema.optionalKey(Schema.Unknown),
  additionalContext: Schema.optionalKey(Schema.String)
})
const Said = Schema.Struct({
  decision: Schema.optionalKey(Schema.Literals(["approve", "allow", "ask", "block", "deny"])),
  reason: Schema.optionalKey(Schema.String),
  continue: Schema.optionalKey(Schema.Boolean),
  stopReason: Schema.optionalKey(Schema.String),
  systemMessage: Schema.optionalKey(Schema.String),
  hookSpecificOutput: Schema.optionalKey(Specific)
})
export type SaidByHook = typeof Said.Type

const decode = Schema.decodeUnknownOption(Said)

/** What the JSON says; `null` where it is none, or says something that cannot be meant. */
export const saidByHook = (stdout: string): SaidByHook | null => {
  try {
    return Option.getOrNull(decode(JSON.parse(stdout, (_, value: unknown) => value ?? undefined)))
  } catch {
    // No JSON: the caller says so.
    return null
  }
}
