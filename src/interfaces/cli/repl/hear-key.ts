import { batchAlwaysLines } from "../../view/batch-lines.ts"
import { questionLines } from "../../view/question.ts"
import { fitted, span } from "../../view/shown.ts"
import { isAtRest } from "../../view/telling.ts"
import { oneLine } from "../../view/visible.ts"
import { textOf } from "../../view/tool-lines.ts"
import { EXIT } from "../exit-code.ts"
import { hearBatchKey } from "./batch.ts"
import { say, show, type Asked, type Key, type Stage, type Talk, type Talked } from "./talk.ts"

/** A second wish to stop within this time leaves. Units: ms. */
const TWICE_MS = 2000
/** How long a pause tells that a person who was typing has seen the question. Units: ms. */
const PAUSE_MS = 600

/** What a key means depends on what is asked; most of them belong to the line that is being written. */
export const hearKey = (before: Talk, key: Key, editing: boolean, now: number): Talked => {
  const talk = { ...before, keyAt: now }
  if (key.ctrl && key.name === "c") return stopAsked(talk, editing, now)
  if (key.ctrl && key.name === "d" && !editing) return leaveOrSay(talk)
  const { stage } = talk
  switch (stage.name) {
    case "line":
      return key.name === "escape" ? escape(talk) : edit(talk, key)
    case "approval":
      return editing ? edit(talk, key) : decide(talk, stage, key, before.keyAt, now)
    case "batch":
      return editing ? edit(talk, key) : hearBatchKey(talk, stage, key, before.keyAt, now)
    case "always":
      return confirm(talk, stage.asked, key)
    case "confirm":
      return editing ? edit(talk, key) : confirmSlash(talk, stage, key, before.keyAt, now)
    case "reason":
      return key.name === "escape"
        ? [{ ...talk, stage: { name: "approval", asked: stage.asked, heldFrom: null } }, [{ type: "fill", text: "" }]]
        : edit(talk, key)
    case "answer":
      return key.name === "escape" ? [talk, [say({ type: "InterruptRequested" })]] : edit(talk, key)
  }
}

const edit = (talk: Talk, key: Key): Talked => [talk, [{ type: "edit", key }]]

/** Esc takes the newest queued message back; with none queued it interrupts. */
const escape = (talk: Talk): Talked => {
  const { queue } = talk.state.session
  const newest = queue[queue.length - 1]
  if (newest !== undefined && !isAtRest(talk.state)) {
    return [talk, [say({ type: "InputTakenBack" }), { type: "fill", text: oneLine(textOf(newest)) }]]
  }
  return isAtRest(talk.state) ? [{ ...talk, pending: [] }, []] : [talk, [say({ type: "InterruptRequested" })]]
}

/** Ctrl-C interrupts what runs, or clears the line; twice, it leaves. */
export const stopAsked = (talk: Talk, editing: boolean, now: number): Talked => {
  const twice = talk.stopAt !== null && now - talk.stopAt < TWICE_MS
  if (twice) return [talk, [{ type: "leave", code: EXIT.interrupted }]]
  const next = { ...talk, stopAt: now }
  if (!isAtRest(talk.state)) return [next, [say({ type: "InterruptRequested" })]]
  if (editing || talk.pending.length > 0) return [{ ...talk, pending: [] }, [{ type: "fill", text: "" }]]
  return [next, [show(fitted(span("dim", "Ctrl-C again leaves; the session is kept")))]]
}

const leaveOrSay = (talk: Talk): Talked =>
  isAtRest(talk.state)
    ? [talk, [{ type: "leave", code: EXIT.done }]]
    : [talk, [show(fitted(span("dim", "it is still at work: Esc interrupts, Ctrl-C twice leaves")))]]

const decide = (talk: Talk, stage: Extract<Stage, { name: "approval" }>, key: Key, keyAt: number, now: number): Talked => {
  const { asked, heldFrom } = stage
  if (heldFrom !== null && now - Math.max(heldFrom, keyAt) < PAUSE_MS) return [talk, []]
  const answer = (given: "once" | "session"): Talked => [
    talk,
    [say({ type: "ApprovalAnswered", effect: asked.effect, answer: given, ...(given === "session" ? { rules: asked.rules } : {}) })]
  ]
  if (key.name === "escape") return [talk, [say({ type: "InterruptRequested" })]]
  switch (key.text) {
    case "y":
      return answer("once")
    case "s":
      return asked.rules.length === 0 ? [talk, []] : answer("session")
    case "a":
      return asked.rules.length === 0 ? [talk, []] : [{ ...talk, stage: { name: "always", asked } }, [show(...batchAlwaysLines(asked.rules))]]
    case "n":
      return [{ ...talk, stage: { name: "reason", asked } }, []]
    case "v":
      return [talk, [show(...questionLines(asked, true))]]
    default:
      return [talk, []]
  }
}

/** Only a yes carries it out; a key that was pressed before the question could be read is none. */
const confirmSlash = (talk: Talk, { slash, heldFrom }: Extract<Stage, { name: "confirm" }>, key: Key, keyAt: number, now: number): Talked => {
  if (now - Math.max(heldFrom, keyAt) < PAUSE_MS) return [talk, []]
  const next: Talk = { ...talk, stage: { name: "line" } }
  return key.text === "y" ? [next, [{ type: "slash", ...slash }]] : [next, [show(fitted(span("dim", "nothing was done")))]]
}

/** The rules are shown before they are written; anything but a yes goes back to the question. */
const confirm = (talk: Talk, asked: Asked, key: Key): Talked => {
  if (key.text === "y") {
    return [
      talk,
      [
        { type: "remember", rules: asked.rules },
        say({ type: "ApprovalAnswered", effect: asked.effect, answer: "always", rules: asked.rules })
      ]
    ]
  }
  return [{ ...talk, stage: { name: "approval", asked, heldFrom: null } }, []]
}

