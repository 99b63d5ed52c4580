import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { engineTools, toolDefinitions } from "../../../src/effects/tools/registry.ts"
import { toolTable } from "../../../src/effects/tools/table.ts"

const json = JSON.stringify(toolDefinitions())

test("the engine has its twenty-one tools, each with a description and a schema that stands on its own", () => {
  expect(engineTools.map(({ name }) => name)).toEqual([
    "file_read",
    "file_write",
    "file_edit",
    "apply_patch",
    "file_search",
    "content_search",
    "directory_list",
    "shell",
    "shell_output",
    "shell_stop",
    "git",
    "lsp_diagnostics",
    "sub_agent",
    "oracle",
    "web_fetch",
    "web_search",
    "context_search",
    "context_read",
    "decision_log",
    "decision_query",
    "ask_user"
  ])
  for (const { inputSchema } of toolDefinitions()) expect(inputSchema["type"]).toBe("object")
  expect(json).not.toMatch(/\$ref|\$defs|\$schema|additionalProperties|allOf/)
})

test("what a model is told of all twenty-one is at most 8 kB", () => {
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(8_000)
})

test("a definition is what providers expect", () => {
  expect(toolDefinitions()[0]).toEqual({
    name: "file_read",
    description: expect.stringMatching(/^Read a text file or image/),
    inputSchema: {
      type: "object",
      properties: { path: { type: "string" }, offset: { type: "integer", minimum: 1, description: "first line" }, limit: { type: "integer", minimum: 1 } },
      required: ["path"]
    }
  })
})

/** With UPDATE=1 the file is written anew instead. */
test("a session opens with the definitions as the tools make them, made ahead", () => {
  const file = fileURLToPath(new URL("../../../src/effects/tools/definitions.json", import.meta.url))
  const made = `${JSON.stringify(toolDefinitions(), null, 2)}\n`
  if (process.env["UPDATE"] === "1") writeFileSync(file, made)
  expect(readFileSync(file, "utf8")).toBe(made)
})

/** With UPDATE=1 the page is written anew instead. */
test("specs/tools.md holds the table of the tools as the code has them", () => {
  const file = fileURLToPath(new URL("../../../specs/tools.md", import.meta.url))
  const page = readFileSync(file, "utf8")
  const table = /(<!-- tools -->\n)[\s\S]*(<!-- \/tools -->)/
  const renewed = page.replace(table, (_, before: string, behind: string) => `${before}${toolTable()}\n${behind}`)
  if (process.env["UPDATE"] === "1") writeFileSync(file, renewed)
  expect(page).toMatch(table)
  expect(process.env["UPDATE"] === "1" ? renewed : page).toBe(renewed)
})
