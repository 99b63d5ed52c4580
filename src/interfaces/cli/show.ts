import * as Effect from "effect/Effect"
import { slice } from "../../machine/vector.ts"
import { stateOf } from "../../runtime/replay/state.ts"
import { conversation } from "../view/conversation.ts"
import { costWords, plural, usageWords } from "../view/money.ts"
import { printer } from "../view/printer.ts"
import { outcomeOf } from "../view/report.ts"
import { fitted, span, whole } from "../view/shown.ts"
import { oneLine } from "../view/visible.ts"
import { EXIT } from "./exit-code.ts"
import type { Command, Invocation } from "./invocation.ts"
import { appOf } from "./open.ts"

/** Prints a conversation in readable form; `--json` gives the messages as they are. */
export const show: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const { output, flags, words } = invocation
  const app = yield* appOf(invocation)
  const { id, events } = yield* app.sessions.find(words[0] as string)
  const state = yield* stateOf(app.log, id)
  const { session } = state
  if (flags.json === true) {
    const { settings, usage, turn } = session
    output.out(
      `${JSON.stringify({ session: id, state: outcomeOf(state), roots: session.opened.roots, settings, usage, turns: turn, messages: slice(session.transcript) }, null, 2)}\n`
    )
    return EXIT.done
  }
  printer(output.out, output.outLook).show([
    fitted(span("strong", id), span("dim", `  ${oneLine(session.opened.roots[0] ?? "")}`)),
    ...conversation(session),
    whole(),
    fitted(span("dim", `${plural(session.turn, "turn")}, ${plural(events, "event")} · ${usageWords(session.usage)} · ${costWords(session.usage)}`))
  ])
  return EXIT.done
})
