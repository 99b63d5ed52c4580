import { fitted, span } from "../../view/shown.ts"
import { words } from "../rest.ts"
import { parseSlash } from "./slash.ts"
import { say, show, type Asked, type Talk, type Talked } from "./talk.ts"

/** A finished line: the answer to what is asked, a word to Loom, or a message to the model. */
export const hearLine = (talk: Talk, text: string): Talked => {
  switch (talk.stage.name) {
    case "reason":
      return refuse(talk, talk.stage.asked, text)
    case "answer":
      return answer(talk, talk.stage.asked, text)
    case "line":
    case "approval":
    case "batch":
    case "always":
    case "confirm":
      return text.endsWith("\\") ? [{ ...talk, pending: [...talk.pending, text.slice(0, -1)] }, []] : message(talk, text)
  }
}

const message = (before: Talk, text: string): Talked => {
  const talk: Talk = { ...before, pending: [], stopAt: null }
  const slash = before.pending.length === 0 ? parseSlash(text) : null
  if (typeof slash === "string") return [talk, [show(fitted(span("notice", slash)))]]
  if (slash !== null) return [talk, [{ type: "slash", ...slash }]]
  const all = [...before.pending, text].join("\n")
  return all.trim() === "" ? [talk, []] : [talk, [say(words(all))]]
}

const refuse = (talk: Talk, asked: Asked, text: string): Talked => {
  const reason = text.trim()
  return [talk, [say({ type: "ApprovalAnswered", effect: asked.effect, answer: "no", ...(reason === "" ? {} : { words: reason }) })]]
}

/** A number chooses an option; anything else is the answer itself. */
const answer = (talk: Talk, asked: Asked, text: string): Talked => {
  const said = text.trim()
  if (said === "") return [talk, [show(fitted(span("dim", "the model waits for an answer; Esc interrupts")))]]
  const chosen = /^\d+$/.test(said) ? asked.question?.options[Number(said) - 1] : undefined
  return [talk, [say({ type: "ApprovalAnswered", effect: asked.effect, answer: "once", words: chosen ?? said })]]
}

/** What is pasted is written, never obeyed: its lines wait like lines that end in `\\`, and a question takes none of it. */
export const hearPaste = (talk: Talk, text: string, line: string): Talked => {
  if (talk.stage.name === "always" || ((talk.stage.name === "approval" || talk.stage.name === "batch") && line === "")) return [talk, []]
  const [first = "", ...rest] = text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll("\t", "  ")
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "")
    .split("\n")
  const last = rest.at(-1)
  if (last === undefined) return [talk, [{ type: "insert", text: first }]]
  return [{ ...talk, pending: [...talk.pending, line + first, ...rest.slice(0, -1)] }, [{ type: "fill", text: last }]]
}
