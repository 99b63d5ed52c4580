import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { startModelServer, type ModelServer, type Wire } from "../support/model-server/server.ts"
import { scripted } from "../support/model-server/script.ts"
import { calls, loom, makePlace, says } from "../interfaces/loom.ts"

const servers: ModelServer[] = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

const WIRES: readonly (readonly [Wire, string])[] = [
  ["anthropic", "ANTHROPIC"],
  ["openai", "OPENAI"],
  ["openai-compatible", "OPENAI_COMPATIBLE"]
]

/** Writes down, when the process ends, which of its own modules Node loaded. */
const TELLS = `process.on("exit", () => process.getBuiltinModule("node:fs").writeFileSync(process.env.LOADED, process.moduleLoadList.join("\\n")))`

/* What takes longer to load than Node and Loom together is never loaded on the way to an answer. */
test.each(WIRES)("a task over the %s wire is done without Node's fetch", async (wire, prefix) => {
  const server = await startModelServer({ wire, answer: scripted({ answers: [calls("shell", { command: "echo one" }), says("Done.")] }) })
  servers.push(server)
  const place = makePlace()
  const loaded = join(place.home, "..", "loaded.txt")
  const environment = {
    [`${prefix}_BASE_URL`]: server.url,
    [`${prefix}_API_KEY`]: "secret",
    NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(TELLS)}"`,
    LOADED: loaded
  }
  const ran = await loom(place, ["-p", "go", "--model", `${wire}:scripted`, "--permission-mode", "bypass"], { environment })
  expect([ran.code, ran.stdout]).toEqual([0, "Done.\n"])
  const modules = readFileSync(loaded, "utf8").split("\n")
  expect(modules).toContain("NativeModule http")
  expect(modules.filter((name) => /undici|worker_threads/.test(name))).toEqual([])
})
