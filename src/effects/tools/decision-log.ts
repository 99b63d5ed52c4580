import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { graphOfFolder, TurnGoal } from "../graph/door.ts"
import { EDGE_TYPES, NODE_KINDS } from "../graph/node.ts"
import { refuse } from "../os/problem.ts"
import { EventNow } from "./moment.ts"
import { told, type Tool } from "./tool.ts"

/** What is thought over comes into being where a decision is given up. */
const SAYABLE = NODE_KINDS.filter((kind) => kind !== "revisit")

const Input = Schema.Struct({
  kind: Schema.Literals(SAYABLE),
  title: Schema.String,
  description: Schema.optionalKey(Schema.String),
  confidence: Schema.optionalKey(Schema.Finite),
  from: Schema.optionalKey(Schema.String),
  to: Schema.optionalKey(Schema.String),
  type: Schema.optionalKey(Schema.Literals(EDGE_TYPES)),
  reason: Schema.optionalKey(Schema.String),
  replaces: Schema.optionalKey(Schema.String)
})
export type LogInput = typeof Input.Type

/** `decision_log({kind: "decision", title: "Use PKCE", confidence: 80})  // => 'logged decision 1n0zgh "Use PKCE" below goal 9x7c4b "People sign in once"'` */
export const decisionLog: Tool<LogInput> = {
  name: "decision_log",
  summary: "remember why",
  description:
    "Log a goal, a choice, one left (from: decision, type rejected, reason), a finding, when it happens. replaces: id given up, with reason.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits:
    "writes into Loom's own database and nothing of the workspace, so that nobody is asked and it works in plan mode; what is said again is changed or linked further, not doubled; without `from` it hangs below the goal",
  facts: ({ kind, title, confidence = 0, from, to, type, reason, replaces }) => {
    if (title.trim() === "") refuse("the title is empty; say in a line what it is")
    if (!Number.isInteger(confidence) || confidence < 0 || confidence > 100) refuse(`confidence ${confidence}: give a whole number from 0 to 100`)
    if (replaces !== undefined && reason === undefined) refuse("say in reason why the decision that it replaces is given up")
    if (replaces !== undefined && kind !== "decision") refuse(`replaces goes with the kind decision, not ${kind}`)
    if (type !== undefined && from === undefined && to === undefined) refuse(`${type} joins two nodes; give the id of the other in from or to`)
    return { changes: false }
  },
  run: Effect.fnUntraced(function*(input, { workspace: { roots, session } }) {
    const root = roots[0] ?? "/"
    const { writeDecision } = yield* Effect.promise(() => import("./decision-write.ts"))
    const writer = { graph: yield* graphOfFolder(root), root, session, event: yield* EventNow, goal: yield* yield* TurnGoal }
    return told(yield* writeDecision(writer, input))
  })
}
