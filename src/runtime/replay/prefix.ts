import { modelFacts } from "../../machine/model.ts"
import type { ReportedUsage, Session } from "../../machine/session.ts"
import type { CallingLlm, State } from "../../machine/state.ts"
import type { Step } from "../../machine/step.ts"
import { at } from "../../machine/vector.ts"
import type { Row } from "../event-log/line.ts"
import { brokenAt, type BrokenAt } from "./prefix-break.ts"
import { piecesOf } from "./request-pieces.ts"

/** A request that does not begin with the one before it, so that nothing of it from there on can come from a cache. */
export interface PrefixBreak extends BrokenAt {
  /** The event that sent it, and the one that sent the request before it. */
  readonly n: number
  readonly previous: number
  /** The number of the event that changed what the request is made of, and its type. */
  readonly cause: { readonly n: number; readonly type: Row["event"]["type"] } | null
  /** What the providers said of the two requests; `null` where they said nothing. */
  readonly usageBefore: ReportedUsage | null
  readonly usageAfter: ReportedUsage | null
}

/** Compares each request with the one before it (rule 9 of the machine), as the steps of a session go by. */
export interface PrefixWatch {
  readonly hear: (row: Row, before: State | null, step: Step) => void
  /** How many requests were sent, retries included. */
  readonly requests: () => number
  readonly breaks: () => readonly PrefixBreak[]
}

/**
 * The transcript only grows, and each entry renders by itself: so a request can only break the prefix where the model, its limits or the window
 * changed since. Only then are the two compared, piece by piece, up to the first byte that differs; no request is ever built whole.
 */
export const makePrefixWatch = (): PrefixWatch => {
  const found: (Omit<PrefixBreak, "usageBefore" | "usageAfter"> & { readonly effects: readonly [number, number] })[] = []
  const usageByEffect = new Map<number, ReportedUsage>()
  let changes: Change[] = []
  let sent: Sent | null = null
  let requests = 0

  const compare = (now: Sent): void => {
    const broken = sent === null || goesOn(sent.state, now.state) ? null : brokenAt(piecesOf(sent.state), piecesOf(now.state))
    if (broken !== null && sent !== null)
      found.push({ ...broken, n: now.n, previous: sent.n, cause: causeOf(broken, changes), effects: [sent.effect, now.effect] })
    sent = now
    requests++
    changes = []
  }

  return {
    hear: ({ n, event }, before, { state, actions, outcome }) => {
      if ("usage" in event && event.usage !== undefined && outcome === "ok") usageByEffect.set(event.effect, event.usage)
      if (before !== null && before.session !== state.session) changes.push(...changesIn(n, event.type, before.session, state.session))
      const request = actions.find((action) => action.type === "SendLlmRequest")
      if (request !== undefined && state.name === "CallingLlm") compare({ n, effect: request.effect, state })
    },
    requests: () => requests,
    breaks: () =>
      found.map(({ effects: [before, after], ...broken }) => ({
        ...broken,
        usageBefore: usageByEffect.get(before) ?? null,
        usageAfter: usageByEffect.get(after) ?? null
      }))
  }
}

interface Sent {
  readonly n: number
  readonly effect: number
  readonly state: CallingLlm
}

/** Something that requests are made of was changed by this event. */
interface Change {
  readonly n: number
  readonly type: Row["event"]["type"]
  readonly part: "model" | "parameters" | "window" | "fixed"
}

const changesIn = (n: number, type: Change["type"], before: Session, after: Session): readonly Change[] => {
  const parts: readonly Change["part"][] = [
    ...(before.settings.model === after.settings.model ? [] : (["model"] as const)),
    ...(sameWays(before, after, after.settings.model) ? [] : (["parameters"] as const)),
    ...(before.window.base === after.window.base && before.window.marker === after.window.marker ? [] : (["window"] as const)),
    ...(before.opened.system === after.opened.system && before.opened.tools === after.opened.tools ? [] : (["fixed"] as const))
  ]
  return parts.map((part) => ({ n, type, part }))
}

/** Whether the later request surely begins with the earlier one, without a look at its bytes. */
const goesOn = (earlier: CallingLlm, later: CallingLlm): boolean => {
  const [before, after] = [earlier.session, later.session]
  const { length } = before.transcript
  return (
    earlier.call.model === later.call.model &&
    sameWays(before, after, later.call.model) &&
    before.window.base === after.window.base &&
    before.window.marker === after.window.marker &&
    before.opened.system === after.opened.system &&
    before.opened.tools === after.opened.tools &&
    (length === 0 || (length <= after.transcript.length && at(before.transcript, length - 1) === at(after.transcript, length - 1)))
  )
}

/** Whether requests to a model are made in the same way: how much it may say, and whether it sees images. */
const sameWays = (before: Session, after: Session, model: string): boolean => {
  const [one, other] = [modelFacts(before, model), modelFacts(after, model)]
  return (
    before.settings.limits.outputTokensMax === after.settings.limits.outputTokensMax &&
    one?.outputTokensMax === other?.outputTokensMax &&
    (one?.images ?? false) === (other?.images ?? false)
  )
}

/** The newest event that changed what stands there. */
const causeOf = ({ path }: BrokenAt, changes: readonly Change[]): PrefixBreak["cause"] => {
  const wanted = partsOf(path)
  const cause = changes.findLast(({ part }) => wanted.includes(part)) ?? changes.at(-1)
  return cause === undefined ? null : { n: cause.n, type: cause.type }
}

/** What may be to blame for a difference there. Among the messages it is the window, else how they are rendered. */
const partsOf = (path: string): readonly Change["part"][] => {
  switch (path) {
    case "model":
      return ["model"]
    case "parameters":
      return ["parameters", "model"]
    case "system":
    case "tools":
      return ["fixed"]
    default:
      return ["window", "parameters"]
  }
}
