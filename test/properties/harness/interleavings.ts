import fc from "fast-check"

/** Every order in which several sequences can happen beside each other: each keeps its own. Shrinks towards one after the other. */
export const interleavings = <T>(...sequences: readonly (readonly T[])[]): fc.Arbitrary<readonly T[]> => {
  const length = sequences.reduce((sum, each) => sum + each.length, 0)
  return fc.array(fc.nat(0xffff), { minLength: length, maxLength: length, size: "max" }).map((choices) => merged(sequences, choices))
}

const merged = <T>(sequences: readonly (readonly T[])[], choices: readonly number[]): readonly T[] => {
  let left = sequences.filter((each) => each.length > 0)
  return choices.map((choice) => {
    const index = choice % left.length
    const [first, ...rest] = left[index] as readonly [T, ...T[]]
    left = left.flatMap((each, at) => (at !== index ? [each] : rest.length === 0 ? [] : [rest]))
    return first
  })
}
