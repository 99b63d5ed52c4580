import { expect, test } from "vitest"
import { WIRES } from "../effects/llm/support.ts"
import { mustKeep } from "./contract.ts"
import { brokenModels, goodModel, trialOf } from "./model/broken-models.ts"
import { brokenRunners } from "./model/broken-runners.ts"
import { recordedTrial, scriptedTrial, wireTrial } from "./model/own-models.ts"
import { sessionPromises } from "./model/session-promises.ts"
import { verifyLlm } from "./model/verify-llm.ts"
import { modelPromises, verifyModel } from "./model/verify-model.ts"

test.each(WIRES)("the layer over the %s wire keeps all that a model promises, and all of it is tried", async (wire) => {
  const report = mustKeep(await verifyLlm(wireTrial(wire)))
  expect(report.cases.filter(({ ok }) => ok === null)).toEqual([])
})

test.each([scriptedTrial, recordedTrial])("$name keeps all that a model promises, as far as it can be tried", async (trial) => {
  const { cases } = mustKeep(await verifyLlm(trial))
  expect(cases.filter(({ ok }) => ok === true).length).toBeGreaterThan(20)
})

test("a model that is right keeps every promise, and every promise is tried", async () => {
  const { cases } = await verifyLlm(trialOf(goodModel))
  expect(cases.filter(({ ok }) => ok !== true)).toEqual([])
  expect(cases.length).toBeGreaterThan(35)
})

for (const { does, promise, make, hungUp } of brokenModels) {
  test(`a model that ${does} is found out`, async () => {
    const { ok, cases } = await verifyModel(trialOf(make, hungUp), { only: promise })
    expect([ok, cases.map((each) => each.ok), cases[0]?.how === ""]).toEqual([false, [false], false])
  })
}

for (const { does, promise, runner } of brokenRunners) {
  test(`a runner that ${does} is found out`, async () => {
    const { ok, cases } = await verifyLlm(trialOf(goodModel), { only: promise, runner })
    expect([ok, cases.map((each) => each.ok), cases[0]?.how === ""]).toEqual([false, [false], false])
  })
}

test("every promise is broken by something that was made to break it", () => {
  const made = [...brokenModels, ...brokenRunners]
  expect([...modelPromises, ...sessionPromises()].filter((each) => !made.some(({ promise }) => promise.test(each.promise))).map(({ promise }) => promise)).toEqual([])
})
