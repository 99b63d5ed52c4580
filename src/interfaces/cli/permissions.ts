import * as Effect from "effect/Effect"
import { inOrder } from "../../machine/policy/explain.ts"
import type { Permissions } from "../../machine/policy/permission.ts"
import { argumentsFor, explainCall } from "../../runtime/permissions.ts"
import { toolNamed } from "../../runtime/rule-words.ts"
import { settingsHere, type SettingsHere } from "../../runtime/settings-here.ts"
import { explanationLines, permissionsHere } from "../view/permission-lines.ts"
import { printer } from "../view/printer.ts"
import { EXIT } from "./exit-code.ts"
import { flagsLayer } from "./flags.ts"
import { usageError, type Command, type Invocation, type Trouble } from "./invocation.ts"

/** Says what may be done here and why; or what would happen to one call, through the real vetting and the real policy. */
export const permissions: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const {
    words: [first, ...call],
    output,
    flags,
    cwd,
    environment
  } = invocation
  if (first !== undefined && first !== "explain")
    return yield* usageError(
      `loom permissions: ${first} is not known; write \`loom permissions\`, or \`loom permissions explain 'git push'\``
    )
  if (first === "explain" && call.join("").trim() === "")
    return yield* usageError("loom permissions explain: say which call, as 'git push --force', or --tool file_write src/a.ts")
  const { settings, workspace } = yield* settingsOfCall(invocation)
  const held: Permissions = { rules: settings.rules, approvals: [], mode: settings.mode, attended: true }
  const show = printer(output.out, output.outLook).show
  if (first === undefined) {
    if (flags.json === true)
      output.out(`${JSON.stringify({ mode: held.mode, rules: inOrder(held), workspace: workspaceTold(workspace) }, null, 2)}\n`)
    else show(permissionsHere(held, workspace))
    return EXIT.done
  }
  const tool = toolNamed(typeof flags.tool === "string" ? flags.tool : "shell")
  const explained = yield* explainCall(tool, argumentsFor(tool, call), { environment, root: cwd, sandbox: settings.sandbox, permissions: held })
  if (flags.json === true) output.out(`${JSON.stringify(explained, null, 2)}\n`)
  else show(explanationLines(explained))
  return EXIT.done
})

/** The settings as a session here would have them; no database is opened. */
export const settingsOfCall = ({ flags, environment, cwd }: Invocation): Effect.Effect<SettingsHere, Trouble> => {
  const layer = flagsLayer(flags)
  return typeof layer === "string"
    ? Effect.fail(usageError(layer))
    : settingsHere({ environment, cwd, flagsLayer: layer, trusted: flags.trust === true })
}

/** What programs may want to know of the workspace's own word. */
export const workspaceTold = (workspace: SettingsHere["workspace"]) =>
  workspace === null
    ? null
    : {
        root: workspace.root,
        trusted: workspace.trusted,
        trust: workspace.trust,
        settings: workspace.layers,
        rules: [...workspace.allowing, ...workspace.restricting],
        unread: workspace.unread,
        faults: workspace.faults,
        unseen: workspace.unseen
      }
