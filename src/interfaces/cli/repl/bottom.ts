import type { State } from "../../../machine/state.ts"
import { batchBottom } from "../../view/batch-lines.ts"
import { keyLines } from "../../view/question.ts"
import { fitted, span, whole, type Shown } from "../../view/shown.ts"
import { statusLine } from "../../view/status-line.ts"
import { isAtRest, runningWords, type Telling } from "../../view/telling.ts"
import { oneLine } from "../../view/visible.ts"
import type { Talk } from "./talk.ts"

/** What stands under the output: lines, and the prompt behind which the person types. */
export interface Bottom {
  readonly lines: readonly Shown[]
  readonly prompt: string
}

export const bottomOf = (talk: Talk, editing: boolean, inBackground = 0): Bottom => {
  const pending = talk.pending.map((line) => fitted(span("person", `… ${oneLine(line)}`)))
  const prompt = pending.length === 0 ? "› " : "… "
  switch (talk.stage.name) {
    case "line":
      return { lines: [...standing(talk, inBackground), ...pending], prompt }
    case "approval":
      return editing
        ? { lines: [whole(span("notice", "a question waits: Enter sends your line first, Ctrl-U clears it"))], prompt }
        : { lines: keyLines(talk.stage.asked), prompt: "? " }
    case "batch":
      if (editing) return { lines: [whole(span("notice", "questions wait: Enter sends your line first, Ctrl-U clears it"))], prompt }
      if (talk.stage.batch.stage === "sent") return { lines: standing(talk, inBackground), prompt }
      return talk.stage.batch.stage === "always"
        ? { lines: [], prompt: "write them? y or n " }
        : { lines: batchBottom(talk.stage.batch), prompt: "? " }
    case "always":
      return { lines: [], prompt: "write them? y or n " }
    case "confirm":
      return editing
        ? { lines: [], prompt }
        : { lines: [whole(span("notice", "y does it all the same  n leaves everything as it is"))], prompt: "? " }
    case "reason":
      return { lines: [whole(span("dim", "what the model is told with the no; Enter alone says nothing more, Esc goes back"))], prompt: "why? " }
    case "answer":
      return { lines: [], prompt: "answer › " }
  }
}

/** At rest, what holds; at work, what is being done. */
const standing = ({ state, telling, sandbox }: Talk, inBackground: number): readonly Shown[] =>
  isAtRest(state)
    ? [statusLine(state.session, sandbox, inBackground)]
    : [
        fitted(
          span(
            "dim",
            `· ${working(state, telling)} · Esc ${state.session.queue.length > 0 ? "takes the queued message back" : "interrupts"}`
          )
        ),
        ...state.session.queue.map((parts) =>
          fitted(
            span("dim", "  queued "),
            span("person", oneLine(parts.map((part) => (part.type === "text" ? part.text : "[image]")).join(" ")))
          )
        )
      ]

const working = (state: State, telling: Telling): string => {
  switch (state.name) {
    case "CallingLlm":
      return state.call.stage.name === "streaming" ? `${oneLine(state.call.model)} answers` : state.call.stage.name
    case "ProcessingResponse":
      return "looking at the calls"
    case "ExecutingTools":
      return runningWords(telling) ?? "waiting"
    case "PostToolsHook":
      return "after the tools"
    case "Error":
      return `attempt ${(state.retry?.attempt ?? 0) + 1} follows`
    case "ShuttingDown":
      return "shutting down"
    case "WaitingForInput":
      return "waiting"
  }
}
