import { spawnSync } from "node:child_process"
import { expect, test } from "vitest"
import { hostProject } from "../testing/scratch.ts"

test("a program that embeds the machine holds its logs to the laws, under node --test", () => {
  const { root } = hostProject(["effect", "fast-check"], "testing-a-machine-host")
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const { status, stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=tap"], { cwd: root, encoding: "utf8", env: environment })
  expect(stdout).toContain("# pass 3\n")
  expect(status).toBe(0)
})
