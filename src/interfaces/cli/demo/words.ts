import type { Layer } from "../../../runtime/settings.ts"
import { span, whole, type Shown } from "../../view/shown.ts"
import type { DemoProject } from "./project.ts"

export const TASK = "A test of this project fails. Find out why, mend it, and show me that the tests pass."

/** What is scripted, what is real, and what the agent may do: said before anything happens. */
export const opening = ({ root }: DemoProject, { permissionMode, allow }: Layer): readonly Shown[] => [
  whole(span("strong", "Loom's demo")),
  whole(span("notice", "The model is scripted: its answers come from a file, and it thinks nothing. Everything else is real: the searches,")),
  whole(span("notice", "the reads, the edit, the test runs, the commit, the log.")),
  whole(span("dim", `project      ${root}, a copy of examples/failing-test with its bug, in git`)),
  whole(span("dim", `permissions  --permission-mode ${permissionMode ?? ""} --allowed-tools '${(allow ?? []).join(" ")}' --auto-commit`)),
  whole(span("dim", "             edits inside the project are free, one command is allowed by rule, everything else would be denied")),
  whole()
]

interface Done {
  readonly session: string
  readonly log: string
  readonly home: string
  /** Whether the demo's data lies in a place of its own. */
  readonly isOwnHome: boolean
}

/** How to look at it again, and to do the same with a model that thinks. */
export const closing = ({ root }: DemoProject, { session, log, home, isOwnHome }: Done): readonly Shown[] => {
  const before = isOwnHome ? `LOOM_HOME=${quoted(home)} ` : ""
  return [
    whole(),
    ...command("what happened, event by event", `loom replay ${quoted(log)}`),
    ...command("does this build decide the same? change a byte and ask again", `loom verify ${quoted(log)}`),
    ...command("the conversation", `${before}loom show ${session}`),
    ...command(
      "go on with it, with a model that thinks",
      `${before}ANTHROPIC_API_KEY=… loom -C ${quoted(root)} -r ${session} --model anthropic:NAME`
    ),
    ...command("what it changed", `git -C ${quoted(root)} show`),
    ...command(
      "the same with a real model",
      `git -C ${quoted(root)} reset --hard main~1 && ANTHROPIC_API_KEY=… loom -C ${quoted(root)} --permission-mode accept-edits --allowed-tools 'shell(node --test*)' ${quoted(TASK)}`
    ),
    ...command("the same again from the middle, with the files as they were then", `${before}loom fork ${session} --at 40`),
    whole(span("dim", "  (from a checkout, write `npx loom` where it says `loom`)"))
  ]
}

const command = (what: string, words: string): readonly Shown[] => [whole(span("dim", `  ${what}:`)), whole(span("plain", `      ${words}`))]

/** As a shell takes it for one word. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
