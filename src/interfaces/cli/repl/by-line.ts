import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LogError } from "../../../runtime/event-log/event-log.ts"
import type { Session } from "../../../runtime/session.ts"
import { lastAnswer } from "../../view/conversation.ts"
import { printer } from "../../view/printer.ts"
import { NOTHING_YET, tallied } from "../../view/report.ts"
import { EXIT, exitCodeOf, type ExitCode } from "../exit-code.ts"
import type { Invocation } from "../invocation.ts"
import type { App } from "../open.ts"
import { progressOf } from "../progress.ts"
import { sayAndRest, untilRest, words } from "../rest.ts"
import { closeInOrder, stopOnWish } from "../stop.ts"
import { parseSlash } from "./slash.ts"
import { carryOutSlash, type Next } from "./slash-commands.ts"

/** Lines of stdin, one of a session after the other, so that a new session goes on where the last one stopped reading. */
let lines: AsyncIterator<string> | undefined

/** Without a screen: each line that is piped in is a message, and its answer goes to stdout. Nobody can be asked. */
export const converseByLine = Effect.fnUntraced(function*(
  invocation: Invocation,
  app: App,
  session: Session
): Effect.fn.Return<Next, LogError, Scope.Scope> {
  const { output } = invocation
  const before = session.state()
  session.listen(progressOf(output, before).hear)
  let tally = NOTHING_YET
  session.listen((recorded) => void (tally = tallied(tally, recorded)))
  const stopped = yield* stopOnWish(invocation.wishes, session)
  const print = printer(output.out, output.outLook)
  let worst: ExitCode = EXIT.done
  let next: Next | null = null
  yield* untilRest(session)
  while (next === null && stopped() === null) {
    const line = yield* nextLine
    if (line === null) break
    const slash = parseSlash(line)
    if (typeof slash === "string") output.err(`${slash}\n`)
    else if (slash !== null) {
      next = yield* carryOutSlash(slash, {
        app,
        cwd: invocation.cwd,
        session,
        show: print.show,
        say: (said) => Effect.asVoid(sayAndRest(session, said)),
        confirm: null,
        play: null
      })
    } else if (line.trim() !== "") {
      const [denials, unanswered] = [session.state().session.unattendedDenials, tally.unanswered]
      const state = yield* sayAndRest(session, words(line))
      output.out(`${lastAnswer(state.session)}\n`)
      worst = worst === EXIT.done ? exitCodeOf(state, state.session.unattendedDenials - denials + tally.unanswered - unanswered) : worst
    }
  }
  yield* closeInOrder(invocation.wishes, session, stopped() ?? worst)
  const code = stopped()
  if (code !== null) return { type: "leave", code }
  return next === null || next.type === "leave" ? { type: "leave", code: worst } : next
})

const nextLine: Effect.Effect<string | null> = Effect.promise(async () => {
  lines ??= createInterface({ input: process.stdin, crlfDelay: Infinity })[Symbol.asyncIterator]()
  const { value, done } = await lines.next()
  return done === true ? null : value
})
