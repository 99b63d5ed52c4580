import fc from "fast-check"
import { expect, test } from "vitest"
import type { State } from "../../../src/machine/state.ts"
import { canonicalJson } from "../../../src/runtime/event-log/canonical.ts"
import { makeStateHash } from "../../../src/runtime/event-log/state-hash.ts"
import { conversation } from "./support/conversation.ts"
import { sessions } from "./support/random-sessions.ts"

const throughJson = (state: State): State => JSON.parse(JSON.stringify(state)) as State

test("carried along from state to state it is the hash that each state has by itself, also after JSON; proves LOG-6", () => {
  fc.assert(
    fc.property(sessions, fc.nat(), (rows, skip) => {
      const carried = makeStateHash()
      for (const [index, { state }] of rows.entries()) {
        if ((index * 7 + skip) % 3 === 0) expect(carried.of(state)).toBe(makeStateHash().of(throughJson(state)))
      }
    }),
    { numRuns: 60 }
  )
})

test("goes on from a digest of the transcript as if it had seen it all", () => {
  const rows = conversation(6, 3)
  const early = makeStateHash()
  early.of(rows[20]!.state)
  const { state } = rows[rows.length - 1]!
  expect(makeStateHash(JSON.parse(JSON.stringify(early.transcript()))).of(state)).toBe(makeStateHash().of(state))
})

/** The state with one leaf changed: the `which`-th text, number, flag or nothing of it. */
const withLeafChanged = (state: State, which: number): State => {
  const leaves: (() => void)[] = []
  const copy = throughJson(state)
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return
    for (const [key, field] of Object.entries(value)) {
      if (typeof field === "object" && field !== null) walk(field)
      else
        leaves.push(
          () =>
            void ((value as Record<string, unknown>)[key] =
              typeof field === "string" ? `${field}!` : typeof field === "number" ? field + 1 : field === null ? 0 : !field)
        )
    }
  }
  walk(copy)
  leaves[which % leaves.length]!()
  return copy
}

test("whatever of a state is other, its hash is; proves LOG-6", () => {
  fc.assert(
    fc.property(sessions, fc.nat(), fc.nat(), (rows, at, which) => {
      const { state } = rows[at % rows.length]!
      const changed = withLeafChanged(state, which)
      // Where the tree of the transcript's slots keeps its counts is no part of what a state says, and the items are what counts.
      const shape = (of: State) => canonicalJson({ ...of, session: { ...of.session, transcript: { ...of.session.transcript, depth: 0, length: 0 } } })
      if (shape(changed) !== shape(state)) expect(makeStateHash().of(changed)).not.toBe(makeStateHash().of(state))
    }),
    { numRuns: 400 }
  )
})

test("its cost does not grow with the transcript", () => {
  const rows = conversation(300, 0)
  const hashed = (from: number): number => {
    const states = makeStateHash()
    states.of(rows[from]!.state)
    let read = 0
    const counted = new Proxy(rows[from + 5]!.state.session.transcript, { get: (target, key) => (read++, Reflect.get(target, key) as unknown) })
    states.of({ ...rows[from + 5]!.state, session: { ...rows[from + 5]!.state.session, transcript: counted } })
    return read
  }
  expect(hashed(1140)).toBe(hashed(116))
})
