import { batchAlwaysLines, type Batch, type Choice } from "../../view/batch-lines.ts"
import { questionLines } from "../../view/question.ts"
import { fitted, span } from "../../view/shown.ts"
import { say, show, type Asked, type Key, type Stage, type Talk, type Talked, type Wanted } from "./talk.ts"

type BatchStage = Extract<Stage, { readonly name: "batch" }>

/** How long a pause tells that a person who was typing has seen the questions. Units: ms. */
const PAUSE_MS = 600

/** Many calls of one answer are one question with a choice each; nothing is chosen when it begins. */
export const batchOf = (asks: readonly Asked[]): Batch => ({ asks, choices: asks.map(() => null), at: 0, stage: "choosing" })

/** Whether these questions are the ones that the batch is about, or what is left of them while its answers arrive. */
export const isSameBatch = ({ asks, stage }: Batch, open: readonly Asked[]): boolean => {
  const known = open.every(({ effect }) => asks.some((asked) => asked.effect === effect))
  return known && (stage === "sent" || open.length === asks.length)
}

/** A key chooses for the call that is marked; Enter gives the answers when each has one. */
export const hearBatchKey = (talk: Talk, stage: BatchStage, key: Key, keyAt: number, now: number): Talked => {
  const { batch, heldFrom } = stage
  if (batch.stage === "sent") return [talk, []]
  if (heldFrom !== null && now - Math.max(heldFrom, keyAt) < PAUSE_MS) return [talk, []]
  if (batch.stage === "always") return confirmAlways(talk, batch, key)
  const next = (changed: Partial<Batch>): Talked => [{ ...talk, stage: { name: "batch", batch: { ...batch, ...changed }, heldFrom: null } }, []]
  switch (key.name) {
    case "escape":
      return [talk, [say({ type: "InterruptRequested" })]]
    case "up":
      return next({ at: Math.max(0, batch.at - 1) })
    case "down":
      return next({ at: Math.min(batch.asks.length - 1, batch.at + 1) })
    case "return":
    case "enter":
      return finish(talk, batch)
  }
  if (key.text === "Y" || key.text === "N") return next({ choices: batch.choices.map((choice) => choice ?? (key.text === "Y" ? "once" : "no")) })
  if (key.text === "v") return [talk, [show(...questionLines(batch.asks[batch.at] as Asked, true))]]
  const choice = CHOICES[key.text]
  return choice === undefined || !isPossible(batch.asks[batch.at] as Asked, choice) ? [talk, []] : next(chosen(batch, choice))
}

const CHOICES: Readonly<Record<string, Choice>> = { y: "once", s: "session", a: "always", n: "no" }

const isPossible = ({ rules }: Asked, choice: Choice): boolean => rules.length > 0 || choice === "once" || choice === "no"

/** The mark goes on to the next call without an answer. */
const chosen = ({ choices, at }: Batch, choice: Choice): Pick<Batch, "choices" | "at"> => {
  const after = choices.with(at, choice)
  const behind = after.findIndex((other, index) => other === null && index > at)
  const open = behind < 0 ? after.indexOf(null) : behind
  return { choices: after, at: open < 0 ? at : open }
}

const finish = (talk: Talk, batch: Batch): Talked => {
  const open = batch.choices.filter((choice) => choice === null).length
  if (open > 0) return [talk, [show(fitted(span("dim", `${open} of ${batch.asks.length} calls have no answer yet; Y answers yes to them, N no`)))]]
  const rules = alwaysRules(batch)
  return rules.length === 0
    ? [sent(talk, batch), answers(batch)]
    : [{ ...talk, stage: { name: "batch", batch: { ...batch, stage: "always" }, heldFrom: null } }, [show(...batchAlwaysLines(rules))]]
}

/** The rules are shown before they are written; anything but a yes goes back to the choices. */
const confirmAlways = (talk: Talk, batch: Batch, key: Key): Talked =>
  key.text === "y"
    ? [sent(talk, batch), [{ type: "remember", rules: alwaysRules(batch) }, ...answers(batch)]]
    : [{ ...talk, stage: { name: "batch", batch: { ...batch, stage: "choosing" }, heldFrom: null } }, []]

const sent = (talk: Talk, batch: Batch): Talk => ({ ...talk, stage: { name: "batch", batch: { ...batch, stage: "sent" }, heldFrom: null } })

const alwaysRules = ({ asks, choices }: Batch): readonly string[] => [
  ...new Set(asks.flatMap(({ rules }, index) => (choices[index] === "always" ? rules : [])))
]

/** Each call has an answer of its own, in the order of the calls. */
const answers = ({ asks, choices }: Batch): readonly Wanted[] =>
  asks.map(({ effect, rules }, index) => {
    const answer = choices[index] ?? "no"
    return say({ type: "ApprovalAnswered", effect, answer, ...(answer === "session" || answer === "always" ? { rules } : {}) })
  })
