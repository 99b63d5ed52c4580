import { createInterface } from "node:readline"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { directoriesOf } from "../../../runtime/directories.ts"
import { keepTrust } from "../../../runtime/workspace/trust.ts"
import { wouldSay } from "../../view/permission-lines.ts"
import { printer } from "../../view/printer.ts"
import { span, whole, type Shown } from "../../view/shown.ts"
import { oneLine } from "../../view/visible.ts"
import type { Invocation, Trouble } from "../invocation.ts"
import { settingsOfCall } from "../permissions.ts"

/**
 * Asks once whether the settings and allow rules that a workspace brings along shall hold, showing all of them. A no is kept, too,
 * until they change; whoever leaves the question is asked again.
 */
export const askTrust = Effect.fnUntraced(function*(invocation: Invocation): Effect.fn.Return<void, Trouble> {
  const { workspace } = yield* settingsOfCall(invocation)
  if (workspace === null || workspace.trusted || (workspace.trust !== "unknown" && workspace.trust !== "changed")) return
  const { output, environment } = invocation
  const print = printer(output.out, output.outLook)
  const [fault] = workspace.faults
  if (fault !== undefined) return print.show([whole(span("notice", `the settings of this workspace do not hold: ${oneLine(fault)}`))])
  print.show([...beginning(workspace.root, workspace.trust === "changed"), ...wouldSay(workspace)])
  const answer = yield* Effect.promise(() => lineSaid("let this hold here? y or n › "))
  if (answer !== "y" && answer !== "n")
    return print.show([whole(span("dim", "nothing of it holds; you are asked again next time, `loom trust` says yes"))])
  const at = yield* Clock.currentTimeMillis
  const kept = yield* Effect.result(
    Effect.try(() =>
      keepTrust(directoriesOf(environment).data, { root: workspace.root, hash: workspace.hash, trusted: answer === "y", at })
    )
  )
  if (kept._tag === "Failure")
    print.show([
      whole(span("bad", "what you said could not be kept: the data directory cannot be written; `loom doctor` says where it is"))
    ])
})

const beginning = (root: string, changed: boolean): readonly Shown[] => [
  whole(
    span(
      "notice",
      changed ? "what this workspace would allow is not what you trusted:" : "this workspace brings settings of its own along:"
    ),
    span("dim", `  ${oneLine(root)}`)
  )
]

/** `null` where the person goes away instead of answering. */
const lineSaid = (prompt: string): Promise<string | null> =>
  new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin, output: process.stdout, historySize: 0 })
    lines.once("close", () => resolve(null))
    lines.once("SIGINT", () => lines.close())
    lines.question(prompt, (line) => {
      resolve(line.trim().toLowerCase())
      lines.close()
    })
  })
