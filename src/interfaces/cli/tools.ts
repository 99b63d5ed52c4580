import * as Effect from "effect/Effect"
import { OTHERS_NAMES, toolNamed } from "../../runtime/rule-words.ts"
import { nearest } from "../../runtime/settings.ts"
import { toolList } from "../../runtime/tool-list.ts"
import { printer } from "../view/printer.ts"
import { toolLines, toolPage } from "../view/tool-list-lines.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command } from "./invocation.ts"
import { settingsOfCall } from "./permissions.ts"

/** Lists the tools that a session here has; or all that the model is told of one. */
export const tools: Command = Effect.fnUntraced(function*(invocation) {
  const { words: [name], output, flags } = invocation
  const { settings } = yield* settingsOfCall(invocation)
  const all = toolList(settings)
  const one = name === undefined ? undefined : all.find((tool) => tool.name === toolNamed(name))
  if (name !== undefined && one === undefined)
    return yield* usageError(
      `loom tools: there is no tool ${name}; did you mean ${nearest(name, [...all.map((tool) => tool.name), ...OTHERS_NAMES])}?`
    )
  if (flags.json === true) output.out(`${JSON.stringify(one ?? all, null, 2)}\n`)
  else printer(output.out, output.outLook).show(one === undefined ? toolLines(all) : toolPage(one))
  return EXIT.done
})
