import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { FIGURE_NAMES, measureOf } from "../../bench/figures.ts"
import { TINY, type Figure } from "../../bench/measure.ts"
import { jsonOf, rowOf } from "../../bench/table.ts"

/*
 * The bench still runs, in a size that says nothing about speed. What the figures are is never asserted.
 */

test.each(FIGURE_NAMES)("the figure %s can be measured", async (name) => {
  const measure = await measureOf(name)
  const figures = await measure(TINY)
  expect(figures.filter(({ aside }) => aside !== true).map((figure) => figure.name)).toEqual([name])
  for (const { ratio, floor, limit } of figures) expect([ratio, floor, limit].every((value) => Number.isFinite(value) && value > 0)).toBe(true)
})

const figure: Figure = { name: "step", ratio: 2.654321, floor: 226.04321, unit: "ms", limit: 2.5, what: "50 shell steps, against a plain loop" }

test("a figure is one object for a program, and one line for a person that marks what is over its limit", () => {
  expect(jsonOf(figure)).toBe('{"name":"step","ratio":2.654,"floor":226,"unit":"ms"}')
  expect(rowOf(figure)).toBe("step              2.65 !    2.50        226 ms   50 shell steps, against a plain loop")
  expect(rowOf({ ...figure, ratio: 2.5 })).not.toContain("!")
})

test("a figure that is not known is refused by name", () => {
  const main = fileURLToPath(new URL("../../bench/main.ts", import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [main, "stpe"], { encoding: "utf8" })
  expect([status, stderr]).toEqual([
    2,
    "measure stpe: there is no such figure; there are reduce, alloc, growth, replay, verify, chain, player-jump, loop, record, open, graph, map-cold, map-warm, map-file, map-checkout, sandbox, start, oneshot, step, read, deltas\n"
  ])
})
