import fc from "fast-check"
import { expect, test } from "vitest"
import type { Event } from "../../src/machine/event.ts"
import { mustKeep } from "../contract/contract.ts"
import { events, interleavings, logs, verifyMachine } from "../testing/arbitraries.ts"
import { allLaws, machine, opening, verifyLog, type Machine } from "../testing/index.ts"
import { SEED } from "./holds.ts"

/* What hosts hold their logs and machines to the laws with. */

const someLogs = fc.sample(logs, { numRuns: 6, seed: SEED })

test("a log of the machine keeps every law, heard by the machine", async () => {
  for (const log of someLogs) {
    const { cases } = mustKeep(await verifyLog("random", log))
    expect(cases.length).toBe(allLaws.length)
  }
})

/** Machines as a host might wrap ours, each with a fault. */
const faulty: readonly (readonly [does: string, law: string, machine: Machine])[] = [
  ["leaves effects running", "9", { ...machine, step: (state, event) => withoutActions(machine.step(state, event)) }],
  ["throws at what it does not know", "total", { ...machine, step: (state, event) => (event.type === "ContextGathered" ? fail() : machine.step(state, event)) }],
  ["decides by the clock", "2", { ...machine, step: (state, event) => withTime(machine.step(state, event)) }]
]

test.each(faulty)("a wrapper that %s breaks law %s, in a log and in random sessions", async (_, law, wrapped) => {
  const reports = [await verifyLog("short", conversation, wrapped), await verifyMachine(wrapped, { runs: 20, shrink: false })]
  for (const { ok, cases } of reports) {
    expect(ok).toBe(false)
    expect(cases.filter((each) => each.ok === false).map(({ promise }) => promise.split(":")[0])).toContain(`law ${law}`)
  }
})

test("a log that does not begin at its beginning is refused in a sentence", async () => {
  await expect(verifyLog("tail", conversation.slice(1))).rejects.toThrow("verify a log: its first event is UserInput, not SessionOpened; give it from its beginning")
})

test("random events are of many kinds, and random logs begin with their opening", () => {
  expect(new Set(fc.sample(events, { numRuns: 300, seed: SEED }).map(({ type }) => type)).size).toBeGreaterThan(12)
  expect(someLogs.map(([first]) => first?.type)).toEqual(someLogs.map(() => "SessionOpened"))
})

test("an interleaving holds everything once and each sequence in its order, and every order comes", () => {
  const orders = new Set(fc.sample(interleavings(["a1", "a2"], ["b1", "b2"]), { numRuns: 400, seed: SEED }).map((order) => order.join(" ")))
  expect([...orders].sort()).toEqual(["a1 a2 b1 b2", "a1 b1 a2 b2", "a1 b1 b2 a2", "b1 a1 a2 b2", "b1 a1 b2 a2", "b1 b2 a1 a2"])
})

const conversation: readonly Event[] = [
  opening(),
  { type: "UserInput", at: 1, parts: [{ type: "text", text: "hello" }] },
  { type: "ContextGathered", at: 2, effect: 1, fragments: [] },
  { type: "LlmStarted", at: 3, effect: 2, hash: "" },
  { type: "LlmTextDelta", at: 4, effect: 2, text: "hi" },
  { type: "InterruptRequested", at: 5 }
]

type Taken = ReturnType<Machine["step"]>

function withoutActions(taken: Taken): Taken {
  return { ...taken, actions: taken.actions.filter(({ type }) => type !== "Cancel") }
}

let calls = 0

function withTime(taken: Taken): Taken {
  return taken.actions.length === 0 ? taken : { ...taken, actions: [...taken.actions, { type: "DisplayMessage", text: `${calls++}` } as never] }
}

function fail(): never {
  throw new Error("no such event")
}
