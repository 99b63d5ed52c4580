import { realpathSync, statSync } from "node:fs"
import { resolve } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { directoriesOf, reasonOf } from "../../runtime/directories.ts"
import { SettingsError } from "../../runtime/settings.ts"
import { forgetTrust, hashOfNothing, keepTrust } from "../../runtime/workspace/trust.ts"
import { mayBeTrusted } from "../../runtime/workspace/workspace.ts"
import { workspaceLines, wouldSay } from "../view/permission-lines.ts"
import { printer } from "../view/printer.ts"
import { span, whole } from "../view/shown.ts"
import { oneLine } from "../view/visible.ts"
import { EXIT } from "./exit-code.ts"
import { usageError, type Command, type Invocation } from "./invocation.ts"
import { settingsOfCall, workspaceTold } from "./permissions.ts"

/** Lets the settings and allow rules of a workspace hold, as they are now; or takes that back. */
export const trust: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { flags, output, environment } = invocation
  const root = folderMeant(invocation)
  if (root === null) return yield* usageError(`trust ${String(invocation.words[0])}: it is no folder that can be entered; give one that is there`)
  const { data } = directoriesOf(environment)
  if (flags.revoke === true) {
    const known = yield* writing(root, () => forgetTrust(data, root))
    output.out(
      flags.json === true
        ? `${JSON.stringify({ root, trusted: false, known })}\n`
        : `${oneLine(root)} is ${known ? "no longer" : "not"} trusted${known ? "" : " and never was"}\n`
    )
    return EXIT.done
  }
  const { workspace } = yield* settingsOfCall({ ...invocation, cwd: root, flags: { ...flags, trust: false } })
  const show = printer(output.out, output.outLook).show
  if (workspace === null || workspace.trust === "nothing") {
    // Its code may still be run by programs that nobody asks about one by one.
    const now = yield* Clock.currentTimeMillis
    yield* writing(root, () => keepTrust(data, { root, hash: workspace?.hash ?? hashOfNothing(), trusted: true, at: now }))
    if (flags.json === true) output.out(`${JSON.stringify({ root, trusted: true, trust: "nothing" })}\n`)
    else
      show([
        whole(
          span("good", "trusted: "),
          span("plain", `${oneLine(root)}; it brings no settings and no allow rules along, but language servers may run its code`)
        ),
        ...workspaceLines(workspace)
      ])
    return EXIT.done
  }
  yield* mayBeTrusted(workspace)
  const at = yield* Clock.currentTimeMillis
  yield* writing(root, () => keepTrust(data, { root, hash: workspace.hash, trusted: true, at }))
  if (flags.json === true) output.out(`${JSON.stringify(workspaceTold({ ...workspace, trust: "trusted", trusted: true }))}\n`)
  else
    show([
      whole(span("good", "trusted: "), span("plain", `${oneLine(root)}; from now on this holds there, until it changes:`)),
      ...wouldSay(workspace)
    ])
  return EXIT.done
})

const writing = <A,>(root: string, run: () => A): Effect.Effect<A, SettingsError> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new SettingsError({ message: `keep what you said of ${root}: ${reasonOf(cause)}; set LOOM_HOME to a folder that can be written` })
  })

const folderMeant = ({ words: [given], cwd }: Invocation): string | null => {
  if (given === undefined) return cwd
  try {
    const folder = realpathSync(resolve(cwd, given))
    return statSync(folder).isDirectory() ? folder : null
  } catch {
    // Not there, or not ours to enter: the caller says so.
    return null
  }
}
