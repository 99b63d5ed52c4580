/**
 * Simulated sessions for as long as one likes: `npm run simulate -- --seeds 10000 [--from 1] [--out DIRECTORY]`, or `--seed 49` for one with its story.
 * Two processes, a line of progress now and then, at the end, or when it is interrupted, what was reached how often. A seed that breaks a law is made small and told;
 * its plan, its story and its log, which `loom replay` opens, are written. Exit code 1 where there was one.
 */
import { fork } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { triples } from "../src/machine/chart.ts"
import { campaign, joined, medianOf, NO_CAMPAIGN, type Campaign, type Failure } from "../test/properties/simulation/campaign.ts"
import { planOf } from "../test/properties/simulation/draw.ts"
import { simulate } from "../test/properties/simulation/simulate.ts"
import { tell } from "../test/properties/simulation/tell.ts"

const PROCESSES = 2
/** Seeds that a process is given at a time. */
const PORTION = 100
/** A process is replaced after so many portions, so that memory stays bounded whatever leaks. */
const PORTIONS_MAX = 50
const PROGRESS_MS = 10_000

/** What a process is asked for. */
interface Portion {
  readonly from: number
  readonly seeds: number
  readonly known: readonly string[]
}

const work = (): void => {
  // The leader decides when it is enough.
  process.on("SIGINT", () => undefined)
  process.on("message", ({ from, seeds, known }: Portion) => {
    void campaign(from, seeds, { known: new Set(known) }).then((result) => process.send?.(result))
  })
}

const lead = async (seeds: number, from: number, out: string): Promise<number> => {
  const startedAt = performance.now()
  let total = NO_CAMPAIGN
  let next = from
  let toldAt = 0
  const hear = (result: Campaign): void => {
    for (const failure of result.failures) {
      if (total.failures.some(({ law }) => law === failure.law)) console.log(`seed ${failure.seed} breaks a law that was broken before: ${failure.law}`)
      else report(failure, out)
    }
    total = joined(total, { ...result, failures: result.failures.map((failure) => ({ ...failure, log: "", story: "" })) })
    if (performance.now() - toldAt < PROGRESS_MS && total.seeds < seeds) return
    toldAt = performance.now()
    console.log(
      `${total.seeds} of ${seeds} seeds, ${((total.seeds / (toldAt - startedAt)) * 1000).toFixed(0)} a second, median ${medianOf(total.events)} events, ${total.failures.length} failed`
    )
  }
  let enough = false
  process.once("SIGINT", () => void (enough = true))
  const take = (): Portion | null => {
    if (enough || next >= from + seeds) return null
    const portion = { from: next, seeds: Math.min(PORTION, from + seeds - next), known: [...new Set(total.failures.map(({ law }) => law))] }
    next += portion.seeds
    return portion
  }
  await Promise.all(Array.from({ length: PROCESSES }, () => employ(take, hear)))
  console.log(counts(total))
  return total.failures.length === 0 ? 0 : 1
}

/** Gives portions to one process after another until none is left. */
const employ = async (take: () => Portion | null, hear: (result: Campaign) => void): Promise<void> => {
  for (let portion = take(); portion !== null; ) {
    const child = fork(fileURLToPath(import.meta.url), ["--worker"], { execArgv: ["--max-semi-space-size=32"] })
    for (let portions = 0; portions < PORTIONS_MAX && portion !== null; portions++) {
      child.send(portion)
      hear(await answerOf(child))
      portion = take()
    }
    child.disconnect()
  }
}

const answerOf = (child: ReturnType<typeof fork>): Promise<Campaign> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`simulate: a process ended with ${code} in the midst of its portion`))
    child.once("exit", ended)
    child.once("message", (result) => {
      child.off("exit", ended)
      resolve(result as Campaign)
    })
  })

const report = ({ seed, story, plan, log }: Failure, out: string): void => {
  mkdirSync(out, { recursive: true })
  const files = { story: join(out, `${seed}.story.txt`), plan: join(out, `${seed}.plan.json`), log: join(out, `${seed}.log.jsonl`) }
  writeFileSync(files.story, `${story}\n`)
  writeFileSync(files.plan, `${JSON.stringify(plan, null, 2)}\n`)
  writeFileSync(files.log, log)
  console.log(`${story}\n\nplan ${files.plan}\nlog  ${files.log}, for \`loom replay\`\n`)
}

/** What was reached how often, the rarest first. */
const counts = ({ seeds, events, processes, cells, happenings }: Campaign): string => {
  const reached = triples().map(([from, event, to]) => [`${from} ${event} ${to}`, cells[`${from} ${event} ${to}`] ?? 0] as const)
  const lines = (pairs: readonly (readonly [string, number])[]) => pairs.toSorted((a, b) => a[1] - b[1]).map(([name, times]) => `  ${String(times).padStart(9)}  ${name}`)
  return [
    `${seeds} sessions in ${processes} processes, ${events.reduce((sum, one) => sum + one, 0)} events, median ${medianOf(events)}`,
    `cells of the chart (${reached.length}):`,
    ...lines(reached),
    "what happened:",
    ...lines(Object.entries(happenings))
  ].join("\n")
}

const one = async (seed: number): Promise<number> => {
  const plan = planOf(seed)
  const result = await simulate(plan)
  console.log(tell(plan, result))
  return result.broken === null ? 0 : 1
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    out: { type: "string", default: join(tmpdir(), "loom-simulations") },
    worker: { type: "boolean", default: false }
  }
})
if (values.worker) work()
else process.exit(values.seed === undefined ? await lead(Number(values.seeds), Number(values.from), values.out) : await one(Number(values.seed)))
