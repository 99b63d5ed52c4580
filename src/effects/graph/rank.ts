/** An edge that orders, by the keys of its ends. Going down, `near` is its beginning; going up, its end. */
export interface Arc {
  readonly near: number
  readonly far: number
  /** The rank of `far` as it is stored, turned round where one goes up. */
  readonly farRank: number
}

export interface Raised {
  readonly rankByKey: ReadonlyMap<number, number>
  /** Nodes outside that lie too low now, with the rank they need at least. */
  readonly wanted: ReadonlyMap<number, number>
}

/**
 * Gives each node of a region at least the rank that is wanted of it, and one above all that lead to it.
 * Shape: `region` holds with each node all it leads to up to some rank; `arcs` are all that leave it.
 */
export const raised = (region: ReadonlyMap<number, number>, arcs: readonly Arc[], wanted: ReadonlyMap<number, number>): Raised => {
  const rankByKey = new Map<number, number>()
  const floorByKey = new Map(wanted)
  const arcsByNear = Map.groupBy(arcs, ({ near }) => near)
  for (const [key, before] of [...region].sort((a, b) => a[1] - b[1])) {
    const floor = floorByKey.get(key)
    if (floor === undefined || floor <= before) continue
    rankByKey.set(key, floor)
    for (const { far, farRank } of arcsByNear.get(key) ?? []) {
      if (farRank <= floor) floorByKey.set(far, Math.max(floorByKey.get(far) ?? 0, floor + 1))
    }
  }
  return { rankByKey, wanted: new Map([...floorByKey].filter(([key]) => !region.has(key))) }
}

/**
 * Ranks for a whole graph without cycles: each node keeps its own where it can, and is one above all that lead to it.
 * Only those that change are named.
 */
export const reranked = (
  rankByKey: ReadonlyMap<number, number>,
  arcs: readonly (readonly [near: number, far: number])[]
): ReadonlyMap<number, number> => {
  const farsByNear = new Map<number, number[]>()
  const waitingByFar = new Map<number, number>()
  for (const [near, far] of arcs) {
    const fars = farsByNear.get(near)
    if (fars === undefined) farsByNear.set(near, [far])
    else fars.push(far)
    waitingByFar.set(far, (waitingByFar.get(far) ?? 0) + 1)
  }
  const changed = new Map<number, number>()
  const free = [...farsByNear.keys()].filter((key) => !waitingByFar.has(key))
  for (const near of free) {
    const rank = changed.get(near) ?? rankByKey.get(near)!
    for (const far of farsByNear.get(near) ?? []) {
      if ((changed.get(far) ?? rankByKey.get(far)!) <= rank) changed.set(far, rank + 1)
      const waiting = waitingByFar.get(far)! - 1
      waitingByFar.set(far, waiting)
      if (waiting === 0) free.push(far)
    }
  }
  return changed
}
