import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { named, tellNow } from "./shell-output.ts"
import { told, type Tool } from "./tool.ts"

const Input = Schema.Struct({ id: Schema.String })
type Input = typeof Input.Type

/** `shell_stop({id: "bg12"})  // => "bg12 was stopped, after 81 s\n(nothing new)"`. What was allowed to run needs no leave to end. */
export const shellStop: Tool<Input> = {
  name: "shell_stop",
  summary: "end a background command",
  description: "End a background command and all it started.",
  input: Input,
  access: "executes",
  idempotent: true,
  limits: "asked first, killed after 500 ms",
  facts: () => ({ changes: false }),
  run: Effect.fnUntraced(function*({ id }, { background }) {
    const command = yield* named(id, background)
    yield* command.stop
    return told(yield* tellNow(command, false))
  })
}
