import * as Schema from "effect/Schema"
import {
  Array as List,
  Boolean as Flag,
  Finite,
  Int,
  Literals,
  NullOr,
  Record as Dictionary,
  String as Text,
  Struct,
  Union,
  optionalKey
} from "effect/Schema"
import type { Entry } from "../session.ts"
import type { Vector } from "../vector.ts"

/**
 * The schemas of `session.ts`, in its order. None transforms anything: what is read is what was written.
 * What the machine counts is an integer, what the world says a number.
 */

const oneOf = <const T extends string>(type: T) => Schema.Literal(type)

export const toolDefinitionSchema = Struct({ name: Text, description: Text, inputSchema: Dictionary(Text, Schema.Unknown) })

export const ruleSchema = Struct({ decision: Literals(["allow", "ask", "deny"]), rule: Text, source: Text })

export const permissionModeSchema = Literals(["default", "accept-edits", "plan", "auto", "bypass"])

const limitFields = {
  stepsMax: Finite,
  tokensMax: NullOr(Finite),
  costMax: NullOr(Finite),
  attemptsMax: Finite,
  toolsParallelMax: Finite,
  outputTokensMax: Finite,
  windowTokensMax: NullOr(Finite),
  offloadPercent: optionalKey(Finite),
  answerTokensMin: optionalKey(Finite)
}

export const limitsSchema = Struct(limitFields)

export const someLimitsSchema = Struct({
  stepsMax: optionalKey(limitFields.stepsMax),
  tokensMax: optionalKey(limitFields.tokensMax),
  costMax: optionalKey(limitFields.costMax),
  attemptsMax: optionalKey(limitFields.attemptsMax),
  toolsParallelMax: optionalKey(limitFields.toolsParallelMax),
  outputTokensMax: optionalKey(limitFields.outputTokensMax),
  windowTokensMax: optionalKey(limitFields.windowTokensMax),
  offloadPercent: limitFields.offloadPercent,
  answerTokensMin: limitFields.answerTokensMin
})

export const settingsSchema = Struct({ model: Text, mode: permissionModeSchema, attended: Flag, limits: limitsSchema })

export const modelsByNameSchema = Dictionary(Text, Struct({ windowTokens: Finite, outputTokensMax: Finite, images: Flag, priced: Flag }))

export const partSchema = Union([
  Struct({ type: oneOf("text"), text: Text }),
  Struct({ type: oneOf("image"), mediaType: Text, blob: Text, bytes: Finite })
])

export const toolCallSchema = Struct({ type: oneOf("tool-call"), id: Text, name: Text, arguments: Text })

export const blockSchema = Union([
  Struct({ type: oneOf("text"), text: Text }),
  Struct({ type: oneOf("thinking"), text: Text, signature: NullOr(Text), redacted: Flag }),
  toolCallSchema
])

export const resultStatusSchema = Literals(["ok", "error", "denied", "invalid", "interrupted", "not-started", "unknown-outcome", "cut-short"])

export const toolResultSchema = Struct({ call: Text, status: resultStatusSchema, parts: List(partSchema) })

const entryFields = { turn: Int, bytes: Int }

export const entrySchema = Union([
  Struct({ type: oneOf("user"), parts: List(partSchema), ...entryFields }),
  Struct({ type: oneOf("note"), source: Literals(["context", "hook", "go-on", "workspace"]), text: Text, ...entryFields }),
  Struct({
    type: oneOf("assistant"),
    model: Text,
    blocks: List(blockSchema),
    ended: Literals(["complete", "max-tokens", "refused", "interrupted", "failed"]),
    ...entryFields
  }),
  Struct({ type: oneOf("results"), results: List(toolResultSchema), ...entryFields })
])

type Tree = Vector<Entry>["root"]
const treeSchema: Schema.Codec<Tree> = List(Union([Schema.suspend(() => treeSchema), List(entrySchema)])).annotate({ identifier: "TranscriptTree" })

export const transcriptSchema = Struct({ length: Int, depth: Int, root: treeSchema, tail: List(entrySchema) })

export const windowSchema = Struct({
  base: Int,
  marker: NullOr(Struct({ keepers: List(Text), entries: Int, text: Text })),
  bytes: Int
})

const tokenFields = { inputTokens: Finite, outputTokens: Finite, cacheReadTokens: Finite, cacheWriteTokens: Finite }

export const usageSchema = Struct({ ...tokenFields, cost: Finite, unpriced: Int })

export const reportedUsageSchema = Struct({ ...tokenFields, cost: Union([Finite, oneOf("unknown")]) })

export const sessionSchema = Struct({
  version: Schema.Literal(1),
  machine: Schema.optionalKey(Schema.Int),
  id: Text,
  opened: Struct({ system: Text, tools: List(toolDefinitionSchema), rules: List(ruleSchema), roots: List(Text), bytes: Int }),
  settings: settingsSchema,
  modelsByName: modelsByNameSchema,
  random: Int,
  effect: Int,
  callCount: Int,
  turn: Int,
  step: Int,
  transcript: transcriptSchema,
  window: windowSchema,
  queue: List(List(partSchema)),
  usage: usageSchema,
  approvals: List(Text),
  unattendedDenials: Int,
  overflowedAt: Text,
  tokensPerKilobyte: Finite
})
