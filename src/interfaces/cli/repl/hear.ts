import type { State } from "../../../machine/state.ts"
import type { Recorded } from "../../../runtime/session.ts"
import { narrate } from "../../view/narrate.ts"
import { askedLines, questionLines } from "../../view/question.ts"
import type { Shown } from "../../view/shown.ts"
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
export const begin = (state: State, now: number): Talked => {
  const talk = talkFrom(state)
  const stage = stageAfter(talk, openQuestions(state)[0], now)
  return [{ ...talk, stage }, isAsking(stage) ? [show(...asking(stage.asked))] : []]
}

const hearRecorded = (talk: Talk, recorded: Recorded, now: number): Talked => {
  const [telling, shown] = narrate(talk.telling, recorded)
  const state = recorded.step.state
  if (recorded.step.actions.length === 0 && state.name === talk.state.name && telling === talk.telling && talk.stage.name === "line") {
    return [{ ...talk, state }, shown.length === 0 ? [] : [show(...shown)]]
  }
  const stage = stageAfter(talk, openQuestions(state)[0], now)
  const asked = stage !== talk.stage && isAsking(stage) ? asking(stage.asked) : []
  const all = [...shown, ...asked]
  return [{ ...talk, state, telling, stage }, all.length === 0 ? [] : [show(...all)]]
}

/** A person who was just typing did not mean the question: keys count only after a pause of this length. Units: ms. */
const TYPING_MS = 600

/** The keyboard turns to the first open question, and back to the line when there is none. */
const stageAfter = (talk: Talk, first: Asked | undefined, now: number): Stage => {
  const { stage } = talk
  if (first === undefined) return stage.name === "line" || stage.name === "confirm" ? stage : { name: "line" }
  if (stage.name !== "line" && stage.name !== "confirm" && stage.asked.effect === first.effect) return stage
  if (first.question !== null) return { name: "answer", asked: first }
  return { name: "approval", asked: first, heldFrom: now - talk.keyAt < TYPING_MS ? now : null }
}

const isAsking = (stage: Stage): stage is Extract<Stage, { readonly asked: Asked }> => stage.name !== "line" && stage.name !== "confirm"

const asking = (asked: Asked): readonly Shown[] => (asked.question === null ? questionLines(asked) : askedLines(asked))
