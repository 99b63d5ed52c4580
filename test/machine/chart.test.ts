import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { chart, following, triples } from "../../src/machine/chart.ts"
import type { EventType } from "../../src/machine/event.ts"
import { actionSchema, stateSchema } from "../../src/machine/schema.ts"
import { waitingReasonSchema } from "../../src/machine/schema/state.ts"
import type { StateName } from "../../src/machine/state.ts"
import { allLaws } from "../properties/harness/all-laws.ts"
import { printedPart, table } from "../support/printed.ts"
import { repository } from "../support/source.ts"

const SPEC = "specs/machine.md"
const spec = readFileSync(join(repository, SPEC), "utf8")

const letters: Readonly<Record<StateName, string>> = {
  WaitingForInput: "W",
  CallingLlm: "C",
  ProcessingResponse: "P",
  ExecutingTools: "X",
  PostToolsHook: "H",
  Error: "E",
  ShuttingDown: "S"
}

const states = Object.keys(letters) as readonly StateName[]
const events = Object.keys(chart) as readonly EventType[]

describe("the page about the machine", () => {
  test("shows the chart as the code has it", () => {
    const rows = events.map((event) => [`\`${event}\``, ...states.map((from) => following(from, event).map((next) => letters[next]).join(" "))])
    const { written, printed } = printedPart(SPEC, "chart", table(["", ...states.map((name) => letters[name])], rows))
    expect(written).toBe(printed)
  })

  test("shows the laws in the words they have in the tests", () => {
    const rank = (id: string): number => (/^\d+$/.test(id) ? Number(id) : id.startsWith("rule ") ? 100 + Number(id.slice(5)) : 1000)
    const rows = allLaws.toSorted((a, b) => rank(a.id) - rank(b.id)).map(({ id, words }) => [id, words])
    const { written, printed } = printedPart(SPEC, "laws", table(["law", "says"], rows))
    expect(written).toBe(printed)
  })

  test("names every event, action, state and reason to wait", () => {
    const actions = actionSchema.members.map(({ fields }) => fields.type.literal)
    const named = [...events, ...actions, ...stateSchema.members.map(({ fields }) => fields.name.literal)].map((name) => `\`${name}\``)
    expect(named.filter((name) => !spec.includes(name))).toEqual([])
    expect(waitingReasonSchema.literals.filter((reason) => !spec.includes(reason))).toEqual([])
  })

  test("has promises that are numbered in order, each held to a law, and no law without a promise", () => {
    const promises = [...spec.matchAll(/\*\*MACHINE-(\d+) —[\s\S]*?\nLaws: ([^.\n]*)\./g)]
    expect(promises.map(([, number]) => Number(number))).toEqual(promises.map((_, index) => index + 1))
    expect(promises.length).toBe([...spec.matchAll(/^\*\*MACHINE-/gm)].length)
    const promised = new Set(promises.flatMap(([, , laws]) => (laws as string).split(", ")))
    // These four are no laws of random sessions; the page says where they are shown.
    const known = new Set([...allLaws.map(({ id }) => id), "29", "31", "32", "35"])
    expect([...promised].filter((law) => !known.has(law))).toEqual([])
    expect([...known].filter((law) => !promised.has(law))).toEqual([])
  })
})

test("the chart names each cell once, and every state can be left and reached", () => {
  const cells = triples().map((triple) => triple.join(" "))
  expect(new Set(cells).size).toBe(cells.length)
  for (const state of states) {
    expect(triples().some(([from, , next]) => from === state && next !== state)).toBe(true)
    expect(triples().some(([from, , next]) => next === state && from !== state)).toBe(true)
  }
})
