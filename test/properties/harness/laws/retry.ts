import type { Edge, EdgeLaw } from "../world.ts"

/** Units: ms. */
const BASE_MS = 500
const CAP_MS = 30_000

/** Laws about failed calls and how often they are tried. */
export const retryLaws: readonly EdgeLaw[] = [
  {
    id: "12",
    words: "the backoff lies within its bounds",
    broken: ({ before, event, after, actions }) => {
      if (event.type !== "LlmFailed" || before.name !== "CallingLlm") return null
      const scheduled = actions.find((action) => action.type === "ScheduleRetry")
      if (scheduled === undefined) return null
      const cap = Math.min(CAP_MS, BASE_MS * 2 ** (before.call.attempt - 1))
      const asked = Math.ceil(event.retryAfterMs ?? 0)
      const [least, most] = [Math.max(Math.floor(cap / 2), asked), Math.max(cap, asked)]
      const delay = scheduled.dueAt - event.at
      if (delay < least || delay > most) return `it waits ${delay} ms, ${least} to ${most} were right`
      return after.name === "Error" && after.retry?.dueAt === scheduled.dueAt ? null : "the state waits for another moment than the timer"
    }
  },
  {
    id: "13",
    words: "attempts are bounded, and what may not pass is never retried",
    broken: (edge) => edge.actions.reduce<string | null>((why, action) => why ?? attemptComplaint(edge, action), null) ?? retryComplaint(edge)
  },
  {
    id: "28",
    words: "a restart keeps what a timer waits for, and the attempt",
    broken: ({ before, event, after, actions }) => {
      if (event.type !== "SessionResumed") return null
      if (before.name === "CallingLlm") return after.name === "CallingLlm" && after.call.attempt === before.call.attempt ? null : "the attempt is another"
      if (before.name !== "Error" || before.retry === null) return null
      if (after.name !== "Error" || after.retry === null) return "the retry is gone"
      if (!actions.some((action) => action.type === "ScheduleRetry" && action.dueAt === before.retry?.dueAt)) return "no timer is set for it"
      return after.retry.dueAt === before.retry.dueAt && after.retry.attempt === before.retry.attempt ? null : "the timer is another"
    }
  }
]

const attemptComplaint = ({ before, event, known }: Edge, action: Edge["actions"][number]): string | null => {
  if (action.type !== "SendLlmRequest") return null
  const { attempt } = action
  if (attempt < 1 || attempt > Math.max(1, known.attemptsMax)) return `attempt ${attempt} of ${known.attemptsMax}`
  const retried = before.name === "Error" && event.type === "RetryTimeoutFired" && before.retry !== null ? before.retry.attempt + 1 : null
  return retried === null || attempt === retried ? null : `attempt ${attempt}, after attempt ${retried - 1} failed`
}

const retryComplaint = ({ before, event, actions, outcome }: Edge): string | null => {
  if (event.type !== "LlmFailed" || before.name !== "CallingLlm" || outcome !== "ok") return null
  const retries = actions.some((action) => action.type === "ScheduleRetry")
  const may = event.failure === "transient" || event.failure === "rate-limited"
  const left = before.call.attempt < before.session.settings.limits.attemptsMax
  if (retries && !(may && left)) return `a ${event.failure} failure of attempt ${before.call.attempt} is retried`
  return !retries && may && left ? `a ${event.failure} failure of attempt ${before.call.attempt} is not retried` : null
}
