import type { Session, Usage } from "../../../../src/machine/session.ts"
import type { State } from "../../../../src/machine/state.ts"
import { isRetry } from "../shadow.ts"
import type { Edge, EdgeLaw } from "../world.ts"

/** Laws about steps, tokens and money. */
export const budgetLaws: readonly EdgeLaw[] = [
  {
    id: "18",
    words: "steps a turn are bounded, and each is counted once",
    broken: ({ before, event, after, actions, knows }) => {
      const sent = actions.find((action) => action.type === "SendLlmRequest")
      if (sent !== undefined && sent.step !== knows.steps) return `the request says step ${sent.step}, it is step ${knows.steps}`
      if (!entersCall(before, event.type, actions) || isRetry(before, event)) return null
      const { stepsMax } = after.session.settings.limits
      const taken = actions.some((action) => action.type === "GatherContext") ? 0 : after.session.step - (sent === undefined ? 0 : 1)
      return taken < stepsMax ? null : `another step begins after ${taken}, and ${stepsMax} may be`
    }
  },
  {
    id: "18",
    words: "neither a retry nor a new message is refused for the steps of a turn",
    broken: ({ before, event, after }) => {
      if (after.name !== "WaitingForInput" || after.why !== "budget-steps" || before.name === "WaitingForInput") return null
      if (isRetry(before, event)) return "a retry was refused"
      const words = event.type === "UserInput" || before.session.queue.length > 0
      return words && after.session.settings.limits.stepsMax > 0 ? "a message was refused" : null
    }
  },
  {
    id: "27",
    words: "usage adds up",
    broken: ({ after, knows }) => {
      const { usage } = after.session
      return sameUsage(usage, knows.usage) ? null : `the session says ${JSON.stringify(usage)}, answers said ${JSON.stringify(knows.usage)}`
    }
  },
  {
    id: "27",
    words: "no call starts past a budget",
    broken: ({ before, event, after, actions }) => (entersCall(before, event.type, actions) || sendsAwaited(after, event.type, actions) ? budgetPassed(after.session) : null)
  },
  {
    id: "27",
    words: "a budget that stops a turn is one that is used up",
    broken: ({ after, actions, event }) => {
      if (after.name !== "WaitingForInput" || !after.why.startsWith("budget-") || event.type === "SessionResumed") return null
      if (!actions.some((action) => action.type === "WaitForInput")) return null
      const { session } = after
      const spent = after.why === "budget-steps" ? session.step >= session.settings.limits.stepsMax : budgetPassed(session) !== null
      return spent ? null : `it waits as ${after.why}, which is not used up`
    }
  }
]

/** Whether this step goes through the door into the model; what a call needs first, and a restart, are on the other side. */
const entersCall = (before: State, type: Edge["event"]["type"], actions: Edge["actions"]): boolean => {
  if (type === "SessionResumed" && before.name !== "ExecutingTools") return false
  if (actions.some((action) => action.type === "GatherContext")) return true
  if (type === "ContextGathered" || type === "ContextOffloaded" || type === "LlmFailed" || type === "OffloadRequested") return false
  return actions.some((action) => action.type === "SendLlmRequest" || action.type === "OffloadContext")
}

/** Whether a request leaves for which something was awaited: machines before the tenth did not ask again then. */
const sendsAwaited = (after: State, type: Edge["event"]["type"], actions: Edge["actions"]): boolean =>
  after.session.machine === undefined && (type === "ContextGathered" || type === "ContextOffloaded") && actions.some((action) => action.type === "SendLlmRequest")

const budgetPassed = ({ usage, settings, modelsByName }: Session): string | null => {
  const { tokensMax, costMax } = settings.limits
  const tokens = usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  if (tokensMax !== null && tokens >= tokensMax) return `${tokens} tokens are used, ${tokensMax} may be`
  if (costMax === null) return null
  if (usage.unpriced > 0 || modelsByName[settings.model]?.priced !== true) return "a money budget is set, and a price is unknown"
  return usage.cost >= costMax ? `${usage.cost} nanodollars are spent, ${costMax} may be` : null
}

const sameUsage = (a: Usage, b: Usage): boolean =>
  a.inputTokens === b.inputTokens &&
  a.outputTokens === b.outputTokens &&
  a.cacheReadTokens === b.cacheReadTokens &&
  a.cacheWriteTokens === b.cacheWriteTokens &&
  a.cost === b.cost &&
  a.unpriced === b.unpriced
