import { nextRandom } from "../random.ts"
import type { Failure } from "../state.ts"

/** Units: ms. */
export const BACKOFF_BASE_MS = 500
/** The longest wait of our own choosing; a provider may ask for more. */
export const BACKOFF_CAP_MS = 30_000

/** Whether a failure of this kind may be tried again on its own after `attempt` tries. */
export const mayRetry = (kind: Failure["kind"], attempt: number, attemptsMax: number): boolean =>
  (kind === "transient" || kind === "rate-limited") && attempt < attemptsMax

/**
 * How long to wait after the `attempt`-th failure: doubling from the base to the cap, with equal jitter in its upper
 * half, and never shorter than the provider asks. Units: ms.
 */
export const backoff = (attempt: number, retryAfterMs: number, random: number): { readonly delayMs: number; readonly random: number } => {
  const cap = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1))
  const half = Math.floor(cap / 2)
  const next = nextRandom(random)
  return { delayMs: Math.max(Math.ceil(retryAfterMs), half + (next.value % (half + 1))), random: next.state }
}
