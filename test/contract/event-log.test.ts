import { describe, expect, test } from "vitest"
import { mustKeep, verify } from "./contract.ts"
import { brokenStores } from "./store/broken-stores.ts"
import { memoryWorld, ownStores } from "./store/own-stores.ts"
import { storePromises, verifyStore } from "./store/verify-store.ts"

describe.each(ownStores)("$name", (trial) => {
  for (const promised of storePromises) {
    test(promised.promise, async () => {
      const { cases } = mustKeep(await verify(trial.name, [promised], trial))
      expect(cases.map(({ ok }) => ok)).toEqual([true])
    })
  }
})

for (const { does, promise, fault } of brokenStores) {
  test(`a store that ${does} is found out`, async () => {
    const { ok, cases } = await verifyStore({ name: "broken", makeWorld: () => memoryWorld(fault) }, { only: promise })
    expect([ok, cases.map((each) => each.ok), cases[0]?.how === ""]).toEqual([false, [false], false])
  })
}

test("every promise is broken by a store that was made to break it", () => {
  expect(storePromises.filter((each) => !brokenStores.some(({ promise }) => promise.test(each.promise))).map(({ promise }) => promise)).toEqual([])
})

test("what cannot befall a store is not tried, and said so", async () => {
  const { process } = memoryWorld()
  const { ok, cases } = await verifyStore({ name: "bare", makeWorld: () => ({ process }) }, { only: /^(what was durable|without space|a snapshot that is damaged)/ })
  expect([ok, cases.map(({ how }) => how)]).toEqual([true, ["give the world `holdersDie`", "give the world `space`", "give the world `damageSnapshots`"]])
})
