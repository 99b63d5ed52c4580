import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as rest } from "node:timers/promises"

/** The same tool as it was first written. Its author tried it by hand, and it always counted right. @type {import("loom/testing").HostTool} */
export const countWords = {
  name: "count_words",
  description: "Count the words of all .txt files in the workspace, or in one folder of it.",
  inputSchema: {
    type: "object",
    properties: { folder: { type: "string" }, pause_ms: { type: "integer", minimum: 0, description: "rest between files" } },
    required: ["folder"],
    additionalProperties: false
  },
  changes: false,
  idempotent: true,
  run: async ({ folder, pause_ms: pauseMs = 0 }, { root, progress }) => {
    let words = 0
    for (const name of (await readdir(join(root, folder))).filter((each) => each.endsWith(".txt")).sort()) {
      await rest(pauseMs)
      words += (await readFile(join(root, folder, name), "utf8")).split(/\s+/).filter((word) => word !== "").length
      progress(`${name}: ${words} words so far\n`)
    }
    await writeFile(join(root, folder, ".words"), `${words}`)
    return `${words} words`
  }
}
