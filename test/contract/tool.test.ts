import { afterAll, expect, test } from "vitest"
import { engineTools } from "../../src/effects/tools/registry.ts"
import { mustKeep } from "./contract.ts"
import { brokenTools, goodTool, goodTrial } from "./tool/broken-tools.ts"
import { ownTrials } from "./tool/own-tools.ts"
import { ownWorld } from "./tool/own-world.ts"
import { toolPromises, verifyTool } from "./tool/verify-tool.ts"

const world = await ownWorld(engineTools)
afterAll(() => world.end())
const trials = ownTrials(world)

for (const tool of world.tools) {
  test(`${tool.name} keeps all that a tool promises`, async () => {
    mustKeep(await verifyTool(tool, trials[tool.name]!))
  })
}

test("each tool of the engine was tried, and with arguments that work where anything answers at all", () => {
  expect(Object.keys(trials)).toEqual(engineTools.map(({ name }) => name))
  expect(Object.entries(trials).flatMap(([name, { works }]) => (works.length === 0 ? [name] : []))).toEqual(["context_search", "context_read", "decision_log", "ask_user"])
})

test("a tool that is right keeps every promise, and every promise is tried", async () => {
  const { cases } = await verifyTool(goodTool, goodTrial)
  expect(cases.filter(({ ok }) => ok !== true)).toEqual([])
  expect(cases.length).toBeGreaterThan(24)
})

for (const { does, promise, fault } of brokenTools) {
  test(`a tool that ${does} is found out`, async () => {
    const { ok, cases } = await verifyTool({ ...goodTool, ...fault }, goodTrial, { only: promise })
    const found = cases.find((each) => promise.test(each.promise))
    expect([ok, found?.ok], found?.how).toEqual([false, false])
    expect(found?.how).not.toBe("")
  })
}

test("every promise is broken by a tool that was made to break it", () => {
  expect(toolPromises.filter((each) => !brokenTools.some(({ promise }) => promise.test(each.promise))).map(({ promise }) => promise)).toEqual([])
})

test("what was not given is said to be not tried, and how to have it tried", async () => {
  const { ok, cases, text } = await verifyTool(goodTool, { works: goodTrial.works })
  expect([ok, cases.filter((each) => each.ok === null).map(({ how }) => how)]).toEqual([
    true,
    ["give arguments for it, as `fails`", ...Array(2).fill("give arguments of a call that takes ten seconds at least, as `slow`")]
  ])
  expect(text).toContain("25 promises kept, 0 broken, 3 not tried\n  kept       its name")
})

test("a report that is broken fails whoever must keep it, in words", async () => {
  const report = await verifyTool({ ...goodTool, name: "my note" }, goodTrial, { only: /^its name/ })
  expect(() => mustKeep(report)).toThrow('BROKEN     its name is one that every provider takes: letters, digits, _ and -, at most 64\n             it is called "my note"')
})
