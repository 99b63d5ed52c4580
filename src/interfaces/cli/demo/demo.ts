import { delimiter, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { LogError } from "../../../runtime/event-log/event-log.ts"
import { openApp, type App } from "../../../runtime/app.ts"
import { isSound } from "../../../runtime/replay/verdict.ts"
import { verifyFile } from "../../../runtime/replay/verify.ts"
import type { Session } from "../../../runtime/session.ts"
import type { Layer } from "../../../runtime/settings.ts"
import { narrate } from "../../view/narrate.ts"
import { printer, type Printer } from "../../view/printer.ts"
import { span, whole, type Shown } from "../../view/shown.ts"
import { tellingFrom } from "../../view/telling.ts"
import { EXIT, type ExitCode } from "../exit-code.ts"
import { usageError, type Command, type Invocation, type Trouble } from "../invocation.ts"
import { sayAndRest, words } from "../rest.ts"
import { closeInOrder, stopOnWish } from "../stop.ts"
import { closing, opening, TASK } from "./words.ts"
import { commits, makeProject, testsPass, type DemoProject } from "./project.ts"

/** An agent mends a failing test. Only the model is scripted; whether it is mended, the project's tests decide. */
export const demo: Command = Effect.fnUntraced(function*(invocation: Invocation): Effect.fn.Return<ExitCode, Trouble, Scope.Scope> {
  const { output } = invocation
  const environment = demoEnvironment(invocation)
  const withEdit = invocation.flags["without-edit"] !== true && environment["LOOM_DEMO_WITHOUT_EDIT"] !== "1"
  const project = yield* Effect.tryPromise({
    try: () => makeProject(environment, withEdit),
    catch: (cause) =>
      cause instanceof LogError
        ? cause
        : usageError(
            `make the demo's project: ${cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause)}; git is needed for it`
          )
  })
  const home = environment["LOOM_HOME"] ?? join(project.folder, "home")
  const layer = demoLayer(project)
  const show = printer(output.out, output.outLook)
  show.show(opening(project, layer))
  const app = yield* openApp({ environment: { ...environment, LOOM_HOME: home }, cwd: project.root, flagsLayer: layer })
  const held = yield* Effect.scoped(hold(invocation, app, show))
  if (held.stopped !== null) return held.stopped
  return yield* conclude(project, app, held.session, home, environment, show)
})

/** What a person would give along: edits are free, and so is this one command. */
const demoLayer = ({ script }: DemoProject): Layer => ({
  model: `scripted:${script}`,
  permissionMode: "accept-edits",
  allow: ["shell(node --test*)"],
  autoCommit: true
})

/** `node` means the Node that runs Loom, for the tests need one that is new enough. */
const demoEnvironment = ({ environment }: Invocation): NodeJS.ProcessEnv => {
  const path = [dirname(process.execPath), environment["PATH"] ?? ""].join(delimiter)
  // The commands of the agent inherit the environment of this process.
  process.env["PATH"] = path
  return { ...environment, PATH: path }
}

interface Held {
  readonly session: string
  readonly stopped: ExitCode | null
}

/** The conversation, as a person would see it. */
const hold = Effect.fnUntraced(function*({ wishes }: Invocation, app: App, show: Printer): Effect.fn.Return<Held, Trouble, Scope.Scope> {
  const session = yield* app.sessions.open({ settings: app.settings, attended: false })
  tell(session, show)
  const stopped = yield* stopOnWish(wishes, session)
  yield* sayAndRest(session, words(TASK))
  yield* closeInOrder(wishes, session, stopped() ?? EXIT.done)
  show.endLine()
  return { session: session.id, stopped: stopped() }
})

const tell = (session: Session, show: Printer): void => {
  let telling = tellingFrom(session.state())
  session.listen((recorded) => {
    const [next, shown] = narrate(telling, recorded)
    telling = next
    show.show(shown)
  })
}

/** The tests decide; then the log is checked, and the person is told how to go on. */
const conclude = Effect.fnUntraced(function*(
  project: DemoProject,
  app: App,
  session: string,
  home: string,
  environment: NodeJS.ProcessEnv,
  show: Printer
): Effect.fn.Return<ExitCode, Trouble, Scope.Scope> {
  const log = join(project.folder, "session.jsonl")
  yield* app.log.exportTo(session, log)
  const verdict = verifyFile(log)
  const green = yield* Effect.promise(() => testsPass(project, environment))
  const history = yield* Effect.promise(() => commits(project, environment))
  const passed = green && isSound(verdict)
  show.show([
    whole(),
    line(green, green ? "the project's tests pass; they decide, not the model" : "the project's tests fail; they decide, not the model"),
    line(isSound(verdict), `the log: ${verdict.message}`),
    ...history.split("\n").map((commit) => whole(span("dim", `  ${commit}`))),
    ...closing(project, { session, log, home, isOwnHome: environment["LOOM_HOME"] === undefined })
  ])
  return passed ? EXIT.done : EXIT.failed
})

const line = (good: boolean, text: string): Shown => whole(span(good ? "good" : "bad", good ? "✓ " : "✗ "), span("strong", text))
