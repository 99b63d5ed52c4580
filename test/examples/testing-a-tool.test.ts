import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { repository } from "../support/source.ts"
import { hostProject } from "../testing/scratch.ts"

const { root } = hostProject([], "testing-a-tool")

/** As a person runs it there. */
const nodeTest = (tool?: string) => {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const { status, stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=tap"], {
    cwd: root,
    encoding: "utf8",
    env: { ...environment, ...(tool === undefined ? {} : { TOOL: tool }) }
  })
  return { status, stdout }
}

/** What the readme shows of the first run. */
const shown = /```text\n([\s\S]*?)```/.exec(readFileSync(join(repository, "examples", "testing-a-tool", "README.md"), "utf8"))?.[1] ?? ""

test("a host's tool with a seeded bug fails under node --test, with what its readme shows", () => {
  const { status, stdout } = nodeTest("count-words-seeded")
  expect(status).toBe(1)
  expect(shown.split("\n").length).toBeGreaterThan(8)
  for (const line of shown.split("\n")) expect(stdout).toContain(line.trim())
})

test("the mended one passes", () => {
  expect(nodeTest()).toMatchObject({ status: 0, stdout: expect.stringContaining("# pass 1\n") })
})
