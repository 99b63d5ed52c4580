import type { State } from "../../machine/state.ts"
import type { Recorded } from "../../runtime/session.ts"
import { lastAnswer } from "../view/conversation.ts"
import { actionsShown, narrate } from "../view/narrate.ts"
import { printer, type Printer } from "../view/printer.ts"
import { wholeLines, type Shown } from "../view/shown.ts"
import { tellingFrom } from "../view/telling.ts"
import { harmless } from "../view/visible.ts"
import type { Output } from "./output.ts"

/** Shows a run while it goes on. */
export interface Progress {
  readonly hear: (recorded: Recorded) => void
  /** Whether the answer stood on the screen while it came. */
  readonly streamed: boolean
}

/**
 * On a screen all of it streams, as in a conversation. Where the answer goes somewhere else, stderr tells what is done,
 * and the answer itself only at its end on stdout.
 */
export const progressOf = (output: Output, from: State): Progress => {
  if (output.quiet) return { hear: () => undefined, streamed: false }
  const onScreen = process.stdout.isTTY === true && process.stderr.isTTY === true
  const shower = onScreen ? printer(output.out, output.outLook) : printer(output.err, output.errLook)
  return { hear: telling(shower, from, onScreen ? "everything" : output.verbose ? "thinking" : "lines"), streamed: onScreen }
}

const telling = (shower: Printer, from: State, streams: "everything" | "thinking" | "lines"): Progress["hear"] => {
  let told = tellingFrom(from)
  return (recorded) => {
    const [next, all] = narrate(told, recorded)
    told = next
    // A person knows their own task, but not that a budget stands in its way.
    const shown = recorded.event.type === "UserInput" ? actionsShown(recorded) : all
    const wanted = shown.filter((one) => one.type === "line" || streams === "everything" || (streams === "thinking" && one.tone === "dim"))
    shower.show(streams === "everything" ? wanted : [...spokenBetween(recorded), ...wanted])
    if (recorded.step.state.name === "ShuttingDown") shower.endLine()
  }
}

/** What the model says before it calls tools, which is not the answer yet. */
const spokenBetween = ({ event, step }: Recorded): readonly Shown[] => {
  if (event.type !== "LlmCompleted" || step.state.name !== "ProcessingResponse") return []
  const text = lastAnswer(step.state.session).trim()
  return text === "" ? [] : wholeLines("dim", harmless(text))
}
