import assert from "node:assert/strict"
import { test } from "node:test"
import { mustKeep, opening, verifyLog } from "loom/testing"
import { verifyMachine } from "loom/testing/arbitraries"
import { ask, countingMachine } from "../src/host.js"

test("the log of a real question keeps every law of the machine", async () => {
  const log = await ask(countingMachine(), opening(), "how are you?", async () => "well")
  assert.deepEqual(log.map(({ type }) => type), ["SessionOpened", "UserInput", "ContextGathered", "LlmStarted", "LlmTextDelta", "LlmCompleted"])
  mustKeep(await verifyLog("of a question", log, countingMachine()))
})

test("in random sessions, too, the wrapper changes nothing about the machine", async () => {
  mustKeep(await verifyMachine(countingMachine(), { runs: 20 }))
})

test("a wrapper that does is found out: it hides that an answer came too late", async () => {
  const { step, ...rest } = countingMachine()
  const hiding = (state, event) => ({ ...step(state, event), outcome: "ok" })
  const report = await verifyMachine({ ...rest, step: hiding }, { runs: 200 })
  assert.equal(report.ok, false)
  assert.match(report.text, /BROKEN {4} law .*\n(?:.*\n)*?.*the shortest story:\n/)
})
