import { following } from "../../../../src/machine/chart.ts"
import type { Action } from "../../../../src/machine/action.ts"
import { answeredBy, effectsIn, effectOf, openAfter, startedBy } from "../effects.ts"
import type { EdgeLaw } from "../world.ts"

/** Laws about effect numbers, and about what is heard at all. */
export const effectLaws: readonly EdgeLaw[] = [
  {
    id: "5",
    words: "effect numbers strictly increase",
    broken: ({ actions, known }) => {
      let newest = known.effectMax
      for (const { effect, by } of actions.flatMap(startedBy)) {
        if (effect <= newest) return `${by} got ${effect}, after ${newest}`
        newest = effect
      }
      return null
    }
  },
  {
    id: "6",
    words: "stale answers are inert: the same object, no actions",
    broken: ({ before, event, after, actions, outcome, known }) => {
      if (effectOf(event) === null) return outcome === "stale" ? "an event that is no answer was called stale" : null
      if (answeredBy(known.open, event) !== null) return null
      if (outcome !== "stale") return `an answer to ${effectOf(event)}, which waits for none of its kind, was ${outcome}`
      return after === before && actions.length === 0 ? null : "it was called stale, but something changed"
    }
  },
  {
    id: "7",
    words: "ignored events are inert: the same object, no actions",
    broken: ({ before, event, after, actions, outcome }) => {
      if (outcome !== "ignored") return null
      if (effectOf(event) !== null) return "an answer was called ignored"
      return after === before && actions.length === 0 ? null : "it was called ignored, but something changed"
    }
  },
  {
    id: "8",
    words: "an answer of the right kind to an open effect is always accepted",
    broken: ({ event, outcome, known }) => {
      const answered = answeredBy(known.open, event)
      return answered === null || outcome === "ok" ? null : `${event.type} answers ${answered.by} ${answered.effect}, and was ${outcome}`
    }
  },
  {
    id: "9",
    words: "the state knows exactly the open effects: no leak, no ghost",
    broken: ({ after, knows }) => {
      const says = [...effectsIn(after)].sort(byNumber).join()
      const open = knows.open.map(({ effect }) => effect).sort(byNumber).join()
      return says === open ? null : `${after.name} says [${says}], the world has [${open}]`
    }
  },
  {
    id: "11",
    words: "only open effects are cancelled",
    broken: ({ event, actions, known, outcome }) => {
      const open = new Set((outcome === "ok" ? openAfter(known.open, event) : known.open).map(({ effect }) => effect))
      const wrong = actions.find((action) => action.type === "Cancel" && !open.delete(action.effect))
      return wrong === undefined ? null : `${JSON.stringify(wrong)}, while [${[...open].join()}] is open`
    }
  },
  {
    id: "15",
    words: "at most one model call is open",
    broken: ({ knows }) => (knows.open.filter(({ by }) => by === "SendLlmRequest").length > 1 ? "two are" : null)
  },
  {
    id: "30",
    words: "the reducer obeys the chart",
    broken: ({ before, event, after, outcome }) => {
      const cell = following(before.name, event.type)
      if (outcome === "ok") return cell.includes(after.name) ? null : `${after.name} does not follow by the chart`
      return cell.length === 0 || effectOf(event) !== null || mayBeIgnored(event.type) ? null : "the chart says it is heard, and it was not"
    }
  },
  {
    id: "actions",
    words: "actions come in order: cancels, effects by number, the rest",
    broken: ({ actions }) => {
      const ranks = actions.map(rankOf)
      return ranks.every((rank, index) => index === 0 || (ranks[index - 1] as number) <= rank)
        ? null
        : actions.map((action) => action.type).join(", ")
    }
  },
  {
    id: "actions",
    words: "a piece of an answer or of a tool's output asks for nothing",
    broken: ({ event, actions }) => (PIECES.includes(event.type) && actions.length > 0 ? actions.map((action) => action.type).join(", ") : null)
  }
]

const PIECES: readonly string[] = ["LlmStarted", "LlmTextDelta", "LlmThinkingDelta", "LlmToolCallDelta", "ToolProgress"]

const byNumber = (a: number, b: number): number => a - b

/** Nothing queued to take back, nothing to go on with, a model nobody knows: heard by the chart, without a meaning now. */
const mayBeIgnored = (type: string): boolean => type === "InputTakenBack" || type === "ContinueRequested" || type === "SettingsChanged"

const rankOf = (action: Action): number => (action.type === "Cancel" ? -1 : (startedBy(action)[0]?.effect ?? Number.POSITIVE_INFINITY))
