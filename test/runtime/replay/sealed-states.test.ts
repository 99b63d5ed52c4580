import { expect, test } from "vitest"
import { EMPTY_TRANSCRIPT, makeStateHash } from "../../../src/runtime/event-log/state-hash.ts"
import { makeSealedStates } from "../../../src/runtime/replay/sealed-states.ts"
import { conversation } from "../event-log/support/conversation.ts"

const states = conversation(4, 300).map(({ state }) => state).filter((_, index) => index % 150 === 0)
const half = Math.floor(states.length / 2)

test("states agree with seals of either form, of one and then the other, and of one that went on from the other's digest; proves LOG-14", () => {
  const spelled = makeStateHash(EMPTY_TRANSCRIPT, "spelled")
  const early = states.slice(0, half).map((state) => spelled.of(state))
  const afresh = makeStateHash()
  const goingOn = makeStateHash(spelled.transcript())
  const late = [afresh, goingOn].map((hashes) => states.slice(half).map((state) => hashes.of(state)))
  expect(new Set([...early, ...late.flat()]).size).toBe(early.length + 2 * (states.length - half))
  for (const hashes of late) {
    const sealed = makeSealedStates()
    expect(states.map((state, index) => sealed.agrees(state, [...early, ...hashes][index]!))).toEqual(states.map(() => true))
  }
})

test("a hash that is none of the state's agrees in no form, and what agreed before still does", () => {
  const sealed = makeSealedStates()
  const [one, two] = [states[1]!, states[2]!]
  expect([sealed.agrees(one, makeStateHash().of(two)), sealed.agrees(one, sealed.of(one)), sealed.agrees(two, sealed.of(two))]).toEqual([false, true, true])
})
