import type { State } from "../../../machine/state.ts"
import type { Recorded } from "../../../runtime/session.ts"
import { batchLines } from "../../view/batch-lines.ts"
import { narrate } from "../../view/narrate.ts"
import { askedLines, questionLines } from "../../view/question.ts"
import type { Shown } from "../../view/shown.ts"
import { batchOf, isSameBatch } from "./batch.ts"
import { hearKey, stopAsked } from "./hear-key.ts"
import { hearLine, hearPaste } from "./hear-line.ts"
import { openQuestions, show, talkFrom, type Asked, type Heard, type Stage, type Talk, type Talked } from "./talk.ts"

/** What was heard gives the next talk and what is wanted. Units: `now` in ms since the epoch. */
export const hear = (talk: Talk, heard: Heard, now: number): Talked => {
  switch (heard.type) {
    case "recorded":
      return hearRecorded(talk, heard.recorded, now)
    case "key":
      return hearKey(talk, heard.key, heard.editing, now)
    case "paste":
      return hearPaste(talk, heard.text, heard.line)
    case "line":
      return hearLine(talk, heard.text)
    case "confirm":
      return [talk.stage.name === "line" ? { ...talk, stage: { name: "confirm", slash: heard.slash, heldFrom: now } } : talk, []]
    case "wish":
      return heard.wish.type === "leave" ? [talk, [{ type: "leave", code: heard.wish.code }]] : stopAsked(talk, heard.editing, now)
  }
}

/** Where a conversation begins; a session that is taken up may hold a question already. */
export const begin = (state: State, now: number, sandbox: string): Talked => {
  const talk = talkFrom(state, sandbox)
  const stage = stageAfter(talk, openQuestions(state), now)
  const asked = asking(stage)
  return [{ ...talk, stage }, asked.length === 0 ? [] : [show(...asked)]]
}

const hearRecorded = (talk: Talk, recorded: Recorded, now: number): Talked => {
  const [telling, shown] = narrate(talk.telling, recorded)
  const state = recorded.step.state
  if (recorded.step.actions.length === 0 && state.name === talk.state.name && telling === talk.telling && talk.stage.name === "line") {
    return [{ ...talk, state }, shown.length === 0 ? [] : [show(...shown)]]
  }
  const stage = stageAfter(talk, openQuestions(state), now)
  const asked = stage === talk.stage ? [] : asking(stage)
  const all = [...shown, ...asked]
  return [{ ...talk, state, telling, stage }, all.length === 0 ? [] : [show(...all)]]
}

/** A person who was just typing did not mean the question: keys count only after a pause of this length. Units: ms. */
const TYPING_MS = 600

/** The keyboard turns to what is asked, and back to the line when nothing is: several approvals at once, else the first open question. */
const stageAfter = (talk: Talk, open: readonly Asked[], now: number): Stage => {
  const { stage } = talk
  const [first] = open
  const approvals = open.filter(({ question }) => question === null)
  if (stage.name === "batch" && approvals.length > 0 && isSameBatch(stage.batch, approvals)) return stage
  if (first?.question === null && approvals.length > 1)
    return { name: "batch", batch: batchOf(approvals), heldFrom: now - talk.keyAt < TYPING_MS ? now : null }
  if (first === undefined) return stage.name === "line" || stage.name === "confirm" ? stage : { name: "line" }
  if (stage.name !== "line" && stage.name !== "confirm" && stage.name !== "batch" && stage.asked.effect === first.effect) return stage
  if (first.question !== null) return { name: "answer", asked: first }
  return { name: "approval", asked: first, heldFrom: now - talk.keyAt < TYPING_MS ? now : null }
}

/** What is shown when the keyboard turns to a question. */
const asking = (stage: Stage): readonly Shown[] => {
  switch (stage.name) {
    case "line":
    case "confirm":
      return []
    case "batch":
      return batchLines(stage.batch.asks)
    case "approval":
    case "always":
    case "reason":
    case "answer":
      return stage.asked.question === null ? questionLines(stage.asked) : askedLines(stage.asked)
  }
}
