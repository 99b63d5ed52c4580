import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { locateInside } from "../os/path.ts"
import { attempt, problem, refuse } from "../os/problem.ts"
import { ChildSessions, type ChildAnswer } from "./child-sessions.ts"
import { pathFact, placeOf } from "./place.ts"
import { told, type Tool, type ToolOutcome } from "./tool.ts"

const Input = Schema.Struct({
  task: Schema.String,
  scope: Schema.optionalKey(Schema.String.annotate({ description: "folder it works in" })),
  model: Schema.optionalKey(Schema.String.annotate({ description: "provider:model" }))
})
type Input = typeof Input.Type

/** `sub_agent({task: "Find every caller of price() and say which pass null.", scope: "src"})  // => its report` */
export const subAgent: Tool<Input> = {
  name: "sub_agent",
  summary: "have a question looked into",
  description:
    "Give a task to another agent that only reads, has its own context and knows nothing of yours. Its report is the result. For wide searches; several at once.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits: "a session of its own that only reads; what would ask is denied; 50 steps, and no more than what is left of the budget; its usage counts",
  facts: ({ task, scope }, workspace) => {
    if (task.trim() === "") refuse("the task is empty")
    if (scope === undefined) return { changes: false }
    if (locateInside(workspace.roots, scope).kind !== "directory") refuse(`${scope} is no directory; leave scope out, or name one`)
    return { changes: false, paths: [pathFact(workspace, scope, "read")] }
  },
  run: Effect.fnUntraced(function*({ task, scope, model }, context) {
    const { ask } = yield* ChildSessions
    const place = scope === undefined ? null : yield* attempt(`work in ${scope}`, () => placeOf(context, scope, "read"))
    if (place !== null && place.kind !== "directory") return yield* Effect.fail(problem(`work in ${place.shown}: it is no directory`))
    const hear = (line: string): void => context.hear("stdout", Buffer.from(`${line}\n`))
    return answerTold(yield* ask({ kind: "sub-agent", words: task, model: model ?? null, root: place?.absolute ?? null, hear }))
  })
}

/** Its last words are the result; that it did not complete is said first. */
export const answerTold = ({ session, text, why, usage }: ChildAnswer): ToolOutcome => {
  const words = text.trim() === "" ? "(it said nothing)" : text
  const outcome = why === null ? told(words) : told(`session ${session} did not complete: ${why}\n\n${words}`, "error")
  return { ...outcome, usage }
}
