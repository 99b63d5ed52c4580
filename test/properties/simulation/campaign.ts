import { planOf } from "./draw.ts"
import type { Plan } from "./plan.ts"
import { simulate, type Simulated } from "./simulate.ts"
import { shrunk } from "./shrink.ts"
import { logOf, tell } from "./tell.ts"
import { count } from "./watch.ts"

/** What came of many seeds. Shape: plain data, so that processes can send it. */
export interface Campaign {
  readonly seeds: number
  readonly events: readonly number[]
  readonly processes: number
  readonly cells: Readonly<Record<string, number>>
  readonly happenings: Readonly<Record<string, number>>
  readonly failures: readonly Failure[]
}

export interface Failure {
  readonly seed: number
  /** Number of the law and its words. */
  readonly law: string
  readonly story: string
  /** The smallest plan that still breaks it. */
  readonly plan: Plan
  /** Its session as a log. */
  readonly log: string
}

/** Every so many seeds one runs twice, and must come out alike. */
const TWICE_EVERY = 20

/** The first failure of a law is made small, unless it is `known`; those after it are only counted. */
export interface CampaignOptions {
  readonly known?: ReadonlySet<string>
  readonly shrinks?: boolean
  /** How many smaller plans are tried for each. */
  readonly triesMax?: number
}

export const campaign = async (from: number, seeds: number, { known = new Set(), shrinks = true, triesMax = 600 }: CampaignOptions = {}): Promise<Campaign> => {
  const events: number[] = []
  const cells = new Map<string, number>()
  const happenings = new Map<string, number>()
  const failures: Failure[] = []
  let processes = 0
  for (let seed = from; seed < from + seeds; seed++) {
    const plan = planOf(seed)
    const result = await simulate(plan)
    events.push(result.known.length)
    processes += result.processes
    for (const [name, more] of result.cells) count(cells, name, more)
    for (const [name, more] of result.happenings) count(happenings, name, more)
    const law = lawOf(result) ?? (seed % TWICE_EVERY === 0 && (await simulate(plan)).hash !== result.hash ? UNLIKE : null)
    if (law !== null) failures.push(await failureOf(plan, result, law, shrinks && !known.has(law) && !failures.some((one) => one.law === law) ? triesMax : 0))
  }
  return { seeds, events, processes, cells: Object.fromEntries(cells), happenings: Object.fromEntries(happenings), failures }
}

const UNLIKE = "simulation: the same seed gives the same session"

export const lawOf = ({ broken }: Simulated): string | null => (broken === null ? null : `${broken.law}: ${broken.words}`)

const failureOf = async (plan: Plan, result: Simulated, law: string, triesMax: number): Promise<Failure> => {
  if (law === UNLIKE) return { seed: plan.seed, law, story: tell(plan, result), plan, log: result.log }
  const least = await shrunk(plan, async (candidate) => lawOf(await simulate(candidate)) === law, triesMax)
  const shown = await simulate(least)
  return { seed: plan.seed, law, story: tell(least, shown), plan: least, log: logOf(shown) }
}

/** Two campaigns as one. */
export const joined = (one: Campaign, other: Campaign): Campaign => ({
  seeds: one.seeds + other.seeds,
  events: [...one.events, ...other.events],
  processes: one.processes + other.processes,
  cells: summed(one.cells, other.cells),
  happenings: summed(one.happenings, other.happenings),
  failures: [...one.failures, ...other.failures]
})

const summed = (one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): Readonly<Record<string, number>> => {
  const sum: Record<string, number> = { ...one }
  for (const [name, more] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + more
  return sum
}

export const NO_CAMPAIGN: Campaign = { seeds: 0, events: [], processes: 0, cells: {}, happenings: {}, failures: [] }

/** The middle of the lengths. */
export const medianOf = (lengths: readonly number[]): number => lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0
