import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { startModelServer, type ModelServer, type Wire } from "../../support/model-server/server.ts"
import { scripted } from "../../support/model-server/script.ts"
import { calls, loom, makePlace, says, type Ran } from "../loom.ts"


const servers: ModelServer[] = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

const WIRES: readonly (readonly [Wire, string])[] = [
  ["anthropic", "ANTHROPIC"],
  ["openai", "OPENAI"],
  ["openai-compatible", "OPENAI_COMPATIBLE"]
]

/** Reads and commands by turns, each of its own number, so that no two are alike. */
const steps = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? calls("file_read", { path: "README.md", offset: 1, limit: (index % 3) + 1 }) : calls("shell", { command: `echo step ${index}` })
  )

test.each(WIRES)("over the %s wire 50 tool steps are done, and the log of them is exact", async (wire, prefix) => {
  const server = await startModelServer({ wire, key: "secret", answer: scripted({ answers: [...steps(50), says("All fifty.")] }) })
  servers.push(server)
  const place = makePlace({ git: false })
  const environment = { [`${prefix}_BASE_URL`]: server.url, [`${prefix}_API_KEY`]: "secret" }
  const words = ["-p", "go", "--model", `${wire}:scripted`, "--allowed-tools", "shell(echo *)", "--output-format", "json"]
  const ran = await loom(place, words, { environment })
  const report = JSON.parse(ran.stdout) as { session: string; result: string; steps: number }
  expect([ran.code, report.result, report.steps, server.requests.length]).toEqual([0, "All fifty.", 51, 51])
  expect(server.requests.filter(({ refusal }) => refusal !== null)).toEqual([])

  const file = join(place.root, "log.jsonl")
  expect((await loom(place, ["export", report.session, "--to", file])).code).toBe(0)
  const log = readFileSync(file)
  const [whole, flipped, cut] = await Promise.all([verified(file, log), verified(`${file}.flipped`, flip(log)), verified(`${file}.cut`, log.subarray(0, log.length - 200))])
  expect([whole.code, whole.stdout]).toEqual([0, expect.stringMatching(/: exact: \d{3,} events, \d{3} actions, 51 requests and \d+ states compared\n$/)])
  expect([flipped.code, flipped.stdout]).toEqual([1, expect.stringMatching(/damaged at (line \d+|events \d+ to \d+): /)])
  expect([cut.code, cut.stdout]).toEqual([1, expect.stringMatching(/\bcut\b/)])
  expect(log.includes("secret")).toBe(false)

  async function verified(path: string, bytes: Buffer): Promise<Ran> {
    writeFileSync(path, bytes)
    return await loom(place, ["verify", path])
  }
})

/** One bit of one letter in the middle. */
const flip = (bytes: Buffer): Buffer => {
  const flipped = Buffer.from(bytes)
  const at = flipped.indexOf("step 25")
  flipped[at + 5] = flipped[at + 5]! ^ 1
  return flipped
}
