/** Draws from a seed: the same seed gives the same draws, on every machine. */
export interface Random {
  /** An integer from 0 up to but not including `below`. */
  readonly below: (below: number) => number
  readonly between: (least: number, most: number) => number
  /** Whether something happens that happens so often. Units: 0 to 1. */
  readonly happens: (share: number) => boolean
  readonly pick: <T>(items: readonly T[]) => T
  /** One of the items, each as likely as its weight says; at least one weight is above 0. */
  readonly weighted: <T>(items: readonly (readonly [number, T])[]) => T
  readonly list: <T>(length: number, item: (index: number) => T) => readonly T[]
}

/** Source: mulberry32 (Tommy Ettinger), seeded through one round of splitmix32 so that neighbouring seeds have nothing in common. */
export const randomOf = (seed: number): Random => {
  let state = mixed(seed)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    happens: (share) => next() < share,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    weighted: (items) => {
      let left = next() * items.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, item] of items) if ((left -= weight) < 0) return item
      return (items[items.length - 1] as (typeof items)[number])[1]
    },
    list: (length, item) => Array.from({ length }, (_, index) => item(index))
  }
}

const mixed = (seed: number): number => {
  let value = (seed + 0x9e3779b9) | 0
  value = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
  value = Math.imul(value ^ (value >>> 15), 0x735a2d97)
  return (value ^ (value >>> 15)) | 0
}
