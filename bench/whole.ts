import { fileURLToPath } from "node:url"
import { median, ratioOf, type Figure, type Measure, type Size } from "./measure.ts"
import { openPlace, type Place } from "./place.ts"
import { runTimed } from "./process.ts"
import { STORIES, type Story } from "./story.ts"

/** Whole processes, from their start to their exit. */

export const start: Measure = (size) =>
  inPlace(async (place) => {
    const { ratio, floor } = await ratioOf(size.rounds(21), () => wall(place.loom("--version")), () => wall(place.node("-e", "0")))
    return [{ name: "start", ratio, floor, unit: "ms", limit: 1.1, what: "`loom --version`, against Node that does nothing" }]
  })

/** One shot with an answer of one word: when its first request arrives, and the whole. */
export const oneshot: Measure = (size) =>
  inPlace(async (place) => {
    await place.play(STORIES.oneShot)
    const task = place.loom("-p", "say ok", "--model", MODEL)
    const firstMs: number[] = []
    const peaks: number[] = []
    const { ratio, floor } = await ratioOf(
      size.rounds(21),
      async () => {
        const { startNs, wallMs, peakBytes } = await runTimed(task, true)
        firstMs.push(Number(BigInt(place.firstRequest().atNs) - startNs) / 1e6)
        if (peakBytes !== null) peaks.push(peakBytes)
        return wallMs
      },
      () => wall(place.node("-e", "0"))
    )
    const bytes = Buffer.byteLength(place.firstRequest().body)
    return [
      { name: "oneshot", ratio: median(firstMs) / floor, floor, unit: "ms", limit: 4, what: "first request of a one-shot, against Node that does nothing" },
      { name: "oneshot-whole", aside: true, ratio, floor, unit: "ms", limit: 5, what: "the whole one-shot, against the same" },
      { name: "oneshot-bytes", aside: true, ratio: bytes / 8000, floor: 8000, unit: "bytes", limit: 1, what: "its first request with all tools, against 8 kB" },
      ...(peaks.length === 0
        ? []
        : [{ name: "oneshot-memory", aside: true, ratio: median(peaks) / 1e8, floor: 100, unit: "MB", limit: 1, what: "the most memory it ever holds, against 100 MB" } as const])
    ]
  })

export const step: Measure = async (size) => [
  ...(await againstLoop("step", STORIES.step, 2.5, "50 shell steps that only read", size)),
  ...(await againstLoop("step-changing", STORIES.stepChanging, 2.5, "50 shell steps that may change something: each is recorded before and followed by a checkpoint", size))
]

export const read: Measure = (size) => againstLoop("read", STORIES.read, 3, "50 file reads", size)

export const deltas: Measure = (size) => againstLoop("deltas", STORIES.deltas, 2, "one answer of 20,000 deltas", size)

const MODEL = "anthropic:bench"
const LOOP = fileURLToPath(new URL("plain-loop.js", import.meta.url))

/** The whole process against a plain loop that makes the same requests and does the same. */
const againstLoop = (name: string, full: Story, limit: number, what: string, size: Size): Promise<readonly Figure[]> =>
  inPlace(async (place) => {
    const story: Story = { ...full, steps: size.count(full.steps), deltas: size.count(full.deltas) }
    await place.play(story)
    const task = place.loom("-p", "go", "--model", MODEL, "--permission-mode", "bypass", "--max-steps", "1000")
    await runTimed(task)
    const loop = place.node(LOOP, place.url(), place.file("request.json", place.firstRequest().body), "go")
    const { ratio, floor, measured } = await ratioOf(size.rounds(9), () => wall(task), () => wall(loop))
    const each = story.steps === 0 ? "" : `; ${(measured / story.steps).toFixed(1)} ms a step, start included, against ${(floor / story.steps).toFixed(1)}`
    return [{ name, ...(name === "step-changing" ? { aside: true } : {}), ratio, floor, unit: "ms", limit, what: `${what}, against a plain loop${each}` }]
  })

const wall = async (started: Parameters<typeof runTimed>[0]): Promise<number> => (await runTimed(started)).wallMs

const inPlace = async <A>(work: (place: Place) => Promise<A>): Promise<A> => {
  const place = await openPlace()
  try {
    return await work(place)
  } finally {
    await place.close()
  }
}
