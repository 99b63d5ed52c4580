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
}

/** Runs both in turn, so that a machine whose speed drifts slows both, and takes the median of the pairwise ratios. */
export const ratioOf = async (
  rounds: number,
  measured: () => number | Promise<number>,
  floor: () => number | Promise<number>
): Promise<{ readonly ratio: number; readonly floor: number; readonly measured: number }> => {
  const pairs: { readonly a: number; readonly b: number }[] = []
  await floor()
  await measured()
  for (let round = 0; round < rounds; round++) {
    const b = await floor()
    const a = await measured()
    pairs.push({ a, b })
  }
  return { ratio: median(pairs.map(({ a, b }) => a / b)), floor: median(pairs.map(({ b }) => b)), measured: median(pairs.map(({ a }) => a)) }
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
