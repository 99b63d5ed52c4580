import { beforeAll, describe, expect, test } from "vitest"
import { decide, type Permissions } from "../../../../src/machine/policy/permission.ts"
import type { Rule } from "../../../../src/machine/session.ts"
import { RULES, SHELL_TABLE } from "./table.ts"
import { workbench } from "../workbench.ts"

const bench = workbench()
beforeAll(() => {
  bench.write("src/a.ts", "1")
  bench.write("out/a", "1")
})

/** Rules stand apart by the blank between a bracket that closes and the next word. */
const rules: readonly Rule[] = (["allow", "deny", "ask"] as const).flatMap((decision) =>
  RULES[decision].split(/(?<=\)) /).map((rule) => ({ decision, rule, source: "table" }))
)
const permissions: Permissions = { rules, approvals: [], mode: "default", attended: true }

describe("a shell line is allowed, asked about or denied by all that it would run, and counts as reading only where all of it does", () => {
  test.each(SHELL_TABLE)("%s, %s: %j", async (verdict, effect, line) => {
    const facts = await bench.vet("shell", { command: line })
    expect([decide("shell", facts, permissions).decision, facts.changes ? "changes" : "reads"]).toEqual([verdict, effect])
  })
})

test("the table has at least 300 lines, and none twice", () => {
  expect(new Set(SHELL_TABLE.map(([, , line]) => line)).size).toBe(SHELL_TABLE.length)
  expect(SHELL_TABLE.length).toBeGreaterThanOrEqual(300)
})
