import fc from "fast-check"
import { plans } from "./arbitrary.ts"
import { machine, type Machine } from "./machine.ts"
import type { Plan } from "./play.ts"
import { story } from "./story.ts"
import { Broken } from "./world.ts"

/** A law as a whole session shows it. Errors: `check` throws `Broken` where it does not hold. */
export interface Law {
  readonly id: string
  readonly words: string
  readonly check: (machine: Machine, plan: Plan) => void
}

export interface SearchOptions {
  readonly runs: number
  readonly seed: number
  readonly subject?: Machine
  /** Whether the story shall be made as short as can be. */
  readonly shrink?: boolean
}

/** A session in which a law is broken. */
export interface Found {
  readonly broken: Broken
  /** How many sessions it took to find one. */
  readonly runs: number
  readonly report: string
}

/** Plays random sessions until one breaks the law; `null` where none does. */
export const search = (law: Law, { runs, seed, subject = machine, shrink = true }: SearchOptions): Found | null => {
  const details = fc.check(
    fc.property(plans, (plan) => law.check(subject, plan)),
    { numRuns: runs, seed, endOnFailure: !shrink }
  )
  if (!details.failed) return null
  const { errorInstance } = details
  const broken = errorInstance instanceof Broken ? errorInstance : new Broken(law.id, law.words, String(errorInstance))
  return { broken, runs: details.numRuns, report: report(law, broken, details.seed, details.counterexamplePath) }
}

const report = (law: Law, broken: Broken, seed: number, path: string | null): string =>
  [`law ${law.id} is broken: ${law.words}`, `  ${broken.how}`, `  seed ${seed}, path ${path ?? "none"}; the shortest story:`, story(broken)].join("\n")
