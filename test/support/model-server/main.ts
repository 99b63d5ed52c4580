import { appendFileSync, readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import type { Wire } from "./answer.ts"
import { scripted, type ServerScript } from "./script.ts"
import { startModelServer } from "./server.ts"

/**
 * A model server as a process of its own:
 *
 *     node test/support/model-server/main.ts --wire anthropic --script answers.json [--key KEY] [--port N] [--seen FILE]
 *
 * Its first line on stdout is `{"url":"http://127.0.0.1:N"}`; that URL goes into the wire's BASE_URL variable. Each valid
 * request is appended to the file of `--seen` as one JSON line {path, body, bytes, atMs} (`atMs`: ms since the epoch).
 * It runs until it is killed.
 */
const { values } = parseArgs({
  options: {
    wire: { type: "string", default: "anthropic" },
    script: { type: "string" },
    key: { type: "string" },
    port: { type: "string", default: "0" },
    seen: { type: "string" }
  }
})
if (values.script === undefined) throw new Error("start the model server: --script is missing; name a JSON file of answers")
const answer = scripted(JSON.parse(readFileSync(values.script, "utf8")) as ServerScript)
const { seen } = values
const server = await startModelServer({
  wire: values.wire as Wire,
  port: Number(values.port),
  ...(values.key === undefined ? {} : { key: values.key }),
  answer: (request, index) => {
    if (seen !== undefined) {
      appendFileSync(seen, `${JSON.stringify({ path: request.path, body: request.body, bytes: Buffer.byteLength(request.raw), atMs: Date.now() })}\n`)
    }
    return answer(request, index)
  }
})
console.log(JSON.stringify({ url: server.url }))
