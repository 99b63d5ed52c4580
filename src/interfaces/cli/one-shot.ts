import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Usage } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import { LogError } from "../../runtime/event-log/log-error.ts"
import type { Recorded, Session } from "../../runtime/session.ts"
import { callWords } from "../view/call-words.ts"
import { costWords, countedWords, plural, usageWords } from "../view/money.ts"
import { painted } from "../view/paint.ts"
import { NOTHING_YET, reportOf, tallied, usageSince, type Denial, type Report } from "../view/report.ts"
import { harmless } from "../view/visible.ts"
import { EXIT, exitCodeOf, type ExitCode } from "./exit-code.ts"
import { outputFormat } from "./flags.ts"
import { getStarted } from "./getting-started.ts"
import { usageError, type Command, type Invocation } from "./invocation.ts"
import { appOf, goesOn, openMeant } from "./open.ts"
import { progressOf } from "./progress.ts"
import { sayAndRest, untilRest, words } from "./rest.ts"
import { closeInOrder, stopOnWish } from "./stop.ts"
import { taskOf } from "./task.ts"

/** One task, its answer on stdout, and out again. */
export const oneShot: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags } = invocation
  const app = yield* appOf(invocation)
  if (app.settings.model === null && !goesOn(invocation)) return yield* getStarted(output)
  const task = yield* taskOf(invocation)
  if (task === "" && !goesOn(invocation)) return yield* usageError('a task is missing; write it as `loom -p "what to do"`, or pipe it in')
  const streamsJson = outputFormat(flags) === "stream-json"
  const session = yield* openMeant(app, invocation, {
    settings: app.settings,
    attended: false,
    ...(streamsJson ? { onLine: (line: string) => output.out(`${line}\n`) } : {})
  })
  if (!output.quiet && app.workspace !== null && !app.workspace.trusted && app.workspace.trust !== "nothing") output.err(UNTRUSTED)
  if (app.settings.mode === "bypass" && !output.quiet) output.err("permission mode bypass: NOTHING ASKS; only deny rules hold\n")
  return yield* runTask(invocation, session, task)
})

const runTask = Effect.fnUntraced(function*(
  invocation: Invocation,
  session: Session,
  task: string
): Effect.fn.Return<ExitCode, LogError, Scope.Scope> {
  const before = session.state()
  const progress = progressOf(invocation.output, before)
  let tally = NOTHING_YET
  let notice = ""
  session.listen((recorded) => {
    tally = tallied(tally, recorded)
    notice = noticeIn(recorded) ?? notice
    progress.hear(recorded)
  })
  const stopped = yield* stopOnWish(invocation.wishes, session)
  const state = yield* (task === "" ? goOn(session) : sayAndRest(session, words(task)))
  const report = reportOf(state, tally, before.session)
  yield* Effect.sync(() => tell(invocation, report, progress.streamed))
  const missing: Missing = { approvals: state.session.unattendedDenials - before.session.unattendedDenials, answers: tally.unanswered }
  const code = stopped() ?? exitCodeOf(state, missing.approvals + missing.answers)
  yield* closeInOrder(invocation.wishes, session, code)
  yield* Effect.sync(() => explain(invocation, usageSince(before.session, state.session), report, code, notice, missing))
  return code
})

/** Without a task the session takes up what was broken off. */
const goOn = (session: Session): Effect.Effect<State, LogError> =>
  Effect.flatMap(untilRest(session), (state) =>
    state.name === "WaitingForInput" && state.why === "opened" ? Effect.succeed(state) : sayAndRest(session, { type: "ContinueRequested" })
  )

const tell = ({ flags, output }: Invocation, report: Report, streamed: boolean): void => {
  switch (outputFormat(flags)) {
    case "text":
      if (!streamed && report.result !== "") output.out(report.result.endsWith("\n") ? report.result : `${report.result}\n`)
      return
    case "json":
      return output.out(`${JSON.stringify(report)}\n`)
    case "stream-json":
      return
  }
}

/** What a person should know beside the answer: why it did not end well, and what it took. */
const explain = ({ output }: Invocation, usage: Usage, report: Report, code: ExitCode, notice: string, missing: Missing): void => {
  const look = output.errLook()
  if (output.quiet && report.error !== null) output.err(`${harmless(report.error.message)}\n`)
  if (output.quiet && code === EXIT.budget) output.err(`${harmless(countedWords(notice))}\n`)
  if (code === EXIT.unapproved) output.err(denialWords(report.denials, missing))
  if (output.quiet) return
  output.err(`${painted("dim", `${plural(report.steps, "step")} · ${usageWords(usage)} · ${costWords(usage)} · session ${report.session}`, look)}\n`)
}

/** What the machine itself had to say, as that a budget is used up. */
const noticeIn = ({ step }: Recorded): string | undefined => step.actions.find((action) => action.type === "DisplayMessage")?.text

/** What a person was needed for, and none was there. */
interface Missing {
  readonly approvals: number
  readonly answers: number
}

/** A rule denied the others, and no flag would help them. */
const denialWords = (denials: readonly Denial[], { approvals, answers }: Missing): string => {
  const [questions, calls] = [denials.filter(({ tool }) => tool === QUESTION), denials.filter(({ tool }) => tool !== QUESTION)]
  const named = (some: readonly Denial[]): string =>
    some.map(({ tool, arguments: given }) => callWords({ type: "tool-call", id: "", name: tool, arguments: given })).join("; ")
  const count = approvals === calls.length ? plural(approvals, "call") : `of ${plural(calls.length, "denied call")} ${approvals}`
  return [
    ...(approvals === 0
      ? []
      : [
          `${count} needed an approval and nobody was there to give it: ${named(calls)}; allow such calls with --allowed-tools or --permission-mode\n`
        ]),
    ...(answers === 0
      ? []
      : [
          `the model asked and nobody was there to answer: ${named(questions).replaceAll(/^ask: |(?<=; )ask: /g, "")}; say it in the task, or go on in a conversation with \`loom -c\`\n`
        ])
  ].join("")
}

const UNTRUSTED =
  "this workspace is not trusted: its own settings and allow rules do not hold; `loom permissions` shows them, `loom trust` or --trust takes them\n"

/** The tool with which a model asks a person. */
const QUESTION = "ask_user"
