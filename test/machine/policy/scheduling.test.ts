import fc from "fast-check"
import { expect, test } from "vitest"
import { startable } from "../../../src/machine/policy/scheduling.ts"
import type { Execution, ExecutionPhase } from "../../../src/machine/state.ts"

/** `r` reads, `w` changes; then `h` held, `r` running, `a` awaits an approval, `d` done. */
const batch = (letters: string): readonly Execution[] =>
  letters.split(" ").map((two, index) => ({
    call: { type: "tool-call", id: `call_${index}`, name: "t", arguments: "{}" },
    changes: two[0] === "w",
    reason: "",
    rules: [],
    question: null,
    started: false,
    phase: phases[two[1] as keyof typeof phases]
  }))

const phases: Readonly<Record<"h" | "r" | "a" | "d", ExecutionPhase>> = {
  h: { name: "held" },
  r: { name: "running", effect: 1 },
  a: { name: "awaiting-approval", effect: 2 },
  d: { name: "done", result: { call: "c", status: "ok", parts: [] } }
}

test("neighbouring reads start at once, up to the limit", () => {
  expect(startable(batch("rh rh rh"), 8)).toEqual([0, 1, 2])
  expect(startable(batch("rh rh rh"), 2)).toEqual([0, 1])
  expect(startable(batch("rr rh rh"), 2)).toEqual([1])
  expect(startable(batch("rh rh"), 0)).toEqual([0])
})

test("a change waits for all before it and holds back all after it", () => {
  expect(startable(batch("rh wh rh"), 8)).toEqual([0])
  expect(startable(batch("rd wh rh"), 8)).toEqual([1])
  expect(startable(batch("rd wr rh"), 8)).toEqual([])
  expect(startable(batch("rd wd rh rh"), 8)).toEqual([2, 3])
  expect(startable(batch("wh wh"), 8)).toEqual([0])
})

test("a call that waits for an approval keeps its place", () => {
  expect(startable(batch("wa wh rh"), 8)).toEqual([])
  expect(startable(batch("ra wh"), 8)).toEqual([])
  expect(startable(batch("ra rh wh"), 8)).toEqual([1])
})

test("law 21: what starts is exactly what nothing before it stands in the way of", () => {
  const letters = fc.array(fc.tuple(fc.constantFrom("r", "w"), fc.constantFrom("h", "r", "a", "d")).map((two) => two.join("")), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(letters, fc.integer({ min: 1, max: 4 }), (two, most) => {
      const executions = batch(two.join(" "))
      const free = executions.flatMap(({ phase, changes }, index) => {
        const open = executions.slice(0, index).filter((other) => other.phase.name !== "done")
        return phase.name === "held" && (changes ? open.length === 0 : open.every((other) => !other.changes)) ? [index] : []
      })
      const running = executions.filter(({ phase }) => phase.name === "running").length
      expect(startable(executions, most)).toEqual(free.slice(0, Math.max(0, most - running)))
    }),
    { numRuns: 1000 }
  )
})
