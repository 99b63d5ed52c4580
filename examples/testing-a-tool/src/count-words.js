import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"

/** A tool of a host's own: how many words the texts of a folder have. @type {import("loom/testing").HostTool} */
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
  run: async (args, { root, signal, progress }) => {
    const { folder, pause_ms: pauseMs = 0 } = checked(args)
    let words = 0
    for (const name of (await readdir(join(root, folder))).filter((each) => each.endsWith(".txt")).sort()) {
      await rest(pauseMs, signal)
      words += (await readFile(join(root, folder, name), "utf8")).split(/\s+/).filter((word) => word !== "").length
      progress(`${name}: ${words} words so far\n`)
    }
    return `${words} words`
  }
}

const checked = (args) => {
  const { folder, pause_ms: pauseMs = 0, ...unknown } = Object(args)
  if (typeof folder !== "string") throw new Error("count words: `folder` must be a text")
  if (!Number.isInteger(pauseMs) || pauseMs < 0) throw new Error("count words: `pause_ms` must be a whole number")
  if (Object.keys(unknown).length > 0) throw new Error(`count words: it takes folder and pause_ms, not ${Object.keys(unknown)[0]}`)
  return { folder, pause_ms: pauseMs }
}

/** Errors: rejects at once where the call is interrupted. */
const rest = (ms, signal) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(new Error("count words: interrupted"))))
  })
