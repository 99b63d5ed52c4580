import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { refuse } from "../os/problem.ts"
import { ChildSessions } from "./child-sessions.ts"
import { answerTold } from "./sub-agent.ts"
import type { Tool } from "./tool.ts"

const Input = Schema.Struct({ question: Schema.String })
type Input = typeof Input.Type

/** `oracle({question: "Is this lock-free queue right? …the code…"})  // => what the second model says` */
export const oracle: Tool<Input> = {
  name: "oracle",
  summary: "ask a stronger model",
  description: "Ask a stronger model what is too hard. It sees only the question, so put all it needs into it.",
  input: Input,
  access: "reads",
  idempotent: true,
  limits: "there only where the setting `oracle` names a model; one answer, without tools; its usage counts",
  facts: ({ question }) => {
    if (question.trim() === "") refuse("the question is empty")
    return { changes: false }
  },
  run: Effect.fnUntraced(function*({ question }) {
    const { ask } = yield* ChildSessions
    return answerTold(yield* ask({ kind: "oracle", words: question, model: null, root: null, hear: () => {} }))
  })
}
