import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { problem, refuse } from "../os/problem.ts"
import type { Tool } from "./tool.ts"

const Input = Schema.Struct({
  question: Schema.String,
  options: Schema.optionalKey(Schema.Array(Schema.String))
})
type Input = typeof Input.Type

/** `ask_user({question: "Which port?", options: ["3000", "8080"]})`: the person's answer is the result. */
export const askUser: Tool<Input> = {
  name: "ask_user",
  summary: "ask the person",
  description: "Ask the person a question and wait for the answer. Only for what you cannot find out yourself.",
  input: Input,
  access: "asks",
  idempotent: false,
  limits: "suspends the turn until the person answers; nothing runs",
  facts: ({ question, options = [] }) => {
    if (question.trim() === "") refuse("the question is empty")
    return { changes: false, question: { text: question, options } }
  },
  run: () => Effect.fail(problem("ask_user: a question is answered by a person and never runs"))
}
