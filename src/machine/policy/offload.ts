import { behaves } from "../behaviour.ts"
import { modelFacts } from "../model.ts"
import type { Session } from "../session.ts"
import { at, lastOf } from "../vector.ts"

/** Share of the window, in percent, at which offloading begins: from the first for small windows to the last for large ones. */
const SHARE_SMALL = 55
const SHARE_LARGE = 93
const WINDOW_SMALL = 32_768
const DOUBLINGS = 5
/** How far below the threshold one offload brings the window, in percent of it, so that it is not needed at every step. */
const TARGET_SHARE = 60
/** Tokens for 1,000 bytes before any provider has reported, and the bounds a report is trusted within. */
export const TOKENS_PER_KILOBYTE = 280
const RATIO_MIN = 120
const RATIO_MAX = 1000
/** Reports on requests smaller than this say more about the provider's own overhead than about text. Units: bytes. */
const CALIBRATION_BYTES_MIN = 4000

/** Estimated tokens of so many bytes. */
export const tokensOf = (bytes: number, tokensPerKilobyte: number): number => Math.ceil((bytes * tokensPerKilobyte) / 1000)

/** Estimated tokens of the next request: system text, tools and window. */
export const requestTokens = (session: Session): number => tokensOf(session.opened.bytes + session.window.bytes, session.tokensPerKilobyte)

/** The ratio after a provider reported `inputTokens` for a request of `bytes`. */
export const calibrated = (tokensPerKilobyte: number, bytes: number, inputTokens: number): number => {
  if (bytes < CALIBRATION_BYTES_MIN || inputTokens <= 0) return tokensPerKilobyte
  const measured = Math.min(RATIO_MAX, Math.max(RATIO_MIN, Math.round((inputTokens * 1000) / bytes)))
  return Math.round((3 * tokensPerKilobyte + measured) / 4)
}

/** Tokens at which the oldest of the window is offloaded. */
export const offloadThreshold = (session: Session): number => {
  const { model, limits } = session.settings
  if (limits.windowTokensMax !== null) return limits.windowTokensMax
  const facts = modelFacts(session, model)
  if (facts === undefined) return Number.MAX_SAFE_INTEGER
  const answer = Math.max(limits.answerTokensMin ?? 0, Math.min(limits.outputTokensMax, facts.outputTokensMax))
  const share = limits.offloadPercent ?? shareOf(facts.windowTokens)
  return Math.max(0, Math.min(Math.floor((facts.windowTokens * share) / 100), facts.windowTokens - answer))
}

/** The share rises with the logarithm of the window; straight between powers of two, so that every engine agrees. */
const shareOf = (windowTokens: number): number => {
  let doublings = 0
  let size = WINDOW_SMALL
  while (doublings < DOUBLINGS && size * 2 <= windowTokens) {
    size *= 2
    doublings++
  }
  const part = doublings >= DOUBLINGS ? 0 : Math.max(0, (windowTokens - size) / size)
  return SHARE_SMALL + ((SHARE_LARGE - SHARE_SMALL) * (doublings + part)) / DOUBLINGS
}

/** Whether the next request would be longer than the window should grow. */
export const passesThreshold = (session: Session): boolean => requestTokens(session) > offloadThreshold(session)

/**
 * Up to which entry the window leaves, as little as brings it well under the threshold, else as much as can;
 * the window's base where nothing can. Closed turns leave whole before the open one loses its oldest steps.
 */
export const offloadTo = (session: Session, howMuch: "enough" | "all"): number => {
  const { base } = session.window
  const target = Math.floor((offloadThreshold(session) * TARGET_SHARE) / 100)
  let bytes = session.window.bytes - (session.window.marker === null ? 0 : markerBytes(session))
  let best = base
  for (let index = base + 1; index < session.transcript.length; index++) {
    bytes -= at(session.transcript, index - 1).bytes
    if (!mayBegin(session, index)) continue
    best = index
    if (howMuch === "enough" && tokensOf(session.opened.bytes + bytes, session.tokensPerKilobyte) <= target) break
  }
  return best
}

const markerBytes = (session: Session): number => {
  let bytes = session.window.bytes
  for (let index = session.window.base; index < session.transcript.length; index++) bytes -= at(session.transcript, index).bytes
  return bytes
}

/** Whether the window may begin here: where a turn begins, or a step of the latest one, never between a call and its result. */
const mayBegin = (session: Session, index: number): boolean => {
  const entry = at(session.transcript, index)
  if (entry.type === "results") return false
  const latest = behaves(session, "going-on-keeps-the-task") ? lastOf(session.transcript)?.turn : session.turn
  return entry.turn !== at(session.transcript, index - 1).turn || (entry.type === "assistant" && entry.turn === latest)
}
