import * as Effect from "effect/Effect"
import { configurationOf, type Setting } from "../../runtime/configuration.ts"
import { nearest, SETTING_KEYS } from "../../runtime/settings.ts"
import { configLines, settingLines } from "../view/config-lines.ts"
import { workspaceLines } from "../view/permission-lines.ts"
import { printer } from "../view/printer.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command } from "./invocation.ts"
import { settingsOfCall } from "./permissions.ts"

/** Says each setting as it holds here and who gave it; or one of them, and what others said of it. */
export const config: Command = Effect.fnUntraced(function*(invocation) {
  const {
    words: [key],
    output,
    flags,
    environment
  } = invocation
  if (key !== undefined && !SETTING_KEYS.includes(key))
    return yield* usageError(`loom config: there is no setting ${key}; did you mean ${nearest(key, SETTING_KEYS)}?`)
  const here = yield* settingsOfCall(invocation)
  const settings = configurationOf(here, environment)
  const one = settings.find((setting) => setting.key === key)
  const show = printer(output.out, output.outLook).show
  if (flags.json === true) output.out(`${JSON.stringify(one === undefined ? byKey(settings) : told(one), null, 2)}\n`)
  else if (one !== undefined) show(settingLines(one))
  else show([...configLines(settings), ...workspaceLines(here.workspace)])
  return EXIT.done
})

const byKey = (settings: readonly Setting[]) => Object.fromEntries(settings.map((setting) => [setting.key, told(setting)]))

const told = ({ value, from, instead }: Setting) => ({ value, from, instead })
