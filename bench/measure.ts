/** One figure: what was measured, divided by a floor that was measured in the same run. */
export interface Figure {
  readonly name: string
  readonly ratio: number
  readonly floor: number
  /** Of the floor; the ratio has none. */
  readonly unit: string
  /** What the ratio shall not pass. */
  readonly limit: number
  /** What was measured and against what, in a sentence. */
  readonly what: string
  /** Shown in the table alone. */
  readonly aside?: true
}

/** Both were run in turn, so that a machine whose speed drifts slows both. Units: ms. */
export interface Pair {
  readonly measured: number
  readonly floor: number
}

type Run = () => number | Promise<number>

/** The median of the pairwise ratios: for whole processes, and for what waits for the disk. */
export const ratioOf = async (rounds: number, measured: Run, floor: Run): Promise<Pair & { readonly ratio: number }> => {
  const pairs = await pairsOf(rounds, measured, floor)
  return {
    ratio: median(pairs.map((pair) => pair.measured / pair.floor)),
    floor: median(pairs.map((pair) => pair.floor)),
    measured: median(pairs.map((pair) => pair.measured))
  }
}

/** The best of each, for work that only computes: whatever else the machine does can only make it slower. */
export const bestRatioOf = async (rounds: number, measured: Run, floor: Run): Promise<Pair & { readonly ratio: number }> => {
  const pairs = await pairsOf(rounds, measured, floor)
  const best = { measured: Math.min(...pairs.map((pair) => pair.measured)), floor: Math.min(...pairs.map((pair) => pair.floor)) }
  return { ...best, ratio: best.measured / best.floor }
}

/** The first run of each is not counted: it finds everything cold. */
const pairsOf = async (rounds: number, measured: Run, floor: Run): Promise<readonly Pair[]> => {
  await floor()
  await measured()
  const pairs: Pair[] = []
  for (let round = 0; round < rounds; round++) pairs.push({ floor: await floor(), measured: await measured() })
  return pairs
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Units: ms. */
export const timed = (work: () => unknown): number => {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** Units: ms. */
export const timedAsync = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Frees what is garbage, where the process was started with `--expose-gc`. */
export const collectGarbage = (): void => (globalThis as { gc?: () => void }).gc?.()

/** How much is measured: all of it, or so little that a test can see whether it still runs. */
export interface Size {
  readonly count: (full: number) => number
  readonly rounds: (full: number) => number
}

export const FULL: Size = { count: (full) => full, rounds: (full) => full }
export const TINY: Size = { count: (full) => Math.ceil(Math.sqrt(full)), rounds: () => 1 }

/** Measures one figure; what stands in the table beside it comes along. */
export type Measure = (size: Size) => Promise<readonly Figure[]>
