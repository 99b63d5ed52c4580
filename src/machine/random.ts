/**
 * The next pseudo-random number and the state after it, both unsigned 32-bit integers.
 * Source: mulberry32, public domain.
 */
export const nextRandom = (state: number): { readonly state: number; readonly value: number } => {
  const advanced = (state + 0x6d2b79f5) >>> 0
  let mixed = advanced
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return { state: advanced, value: (mixed ^ (mixed >>> 14)) >>> 0 }
}
