/**
 * The least that an agent is: it asks, streams the answer, runs what was called, and asks again; nothing is kept, checked or shown.
 *
 *     node bench/plain-loop.js URL REQUEST-FILE WORDS
 *
 * `REQUEST-FILE` is a request as Loom sends it, so that both send the same model, system prompt and tools.
 */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { readFile } from "node:fs/promises"

const [url, requestFile, words] = process.argv.slice(2)
const { model, max_tokens, system, tools } = JSON.parse(readFileSync(requestFile, "utf8"))
const messages = [{ role: "user", content: [{ type: "text", text: words }] }]

for (;;) {
  const blocks = await ask()
  messages.push({ role: "assistant", content: blocks })
  const calls = blocks.filter((block) => block.type === "tool_use")
  if (calls.length === 0) break
  const results = []
  for (const { id, name, input } of calls) results.push({ type: "tool_result", tool_use_id: id, content: await run(name, input) })
  messages.push({ role: "user", content: results })
}
console.log(messages.at(-1).content.map((block) => block.text).join(""))

async function ask() {
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "bench", "anthropic-version": "2023-06-01" },
    body: JSON.stringify({ model, max_tokens, system, tools, messages, stream: true })
  })
  const blocks = []
  const decoder = new TextDecoder()
  let rest = ""
  for await (const chunk of response.body) {
    const events = (rest + decoder.decode(chunk, { stream: true })).split("\n\n")
    rest = events.pop()
    for (const event of events) hear(JSON.parse(event.slice(event.indexOf("data: ") + 6)), blocks)
  }
  return blocks
}

function hear(event, blocks) {
  if (event.type === "content_block_start") blocks[event.index] = { ...event.content_block, json: "" }
  if (event.type === "content_block_delta" && event.delta.type === "text_delta") blocks[event.index].text += event.delta.text
  if (event.type === "content_block_delta" && event.delta.type === "input_json_delta") blocks[event.index].json += event.delta.partial_json
  if (event.type === "content_block_stop") {
    const { json, ...block } = blocks[event.index]
    blocks[event.index] = block.type === "tool_use" ? { ...block, input: JSON.parse(json) } : block
  }
}

function run(name, input) {
  return name === "file_read" ? readFile(input.path, "utf8") : runShell(input.command)
}

function runShell(command) {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", command], { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (bytes) => (output += bytes))
    child.stderr.on("data", (bytes) => (output += bytes))
    child.on("close", (code) => resolve(`exit code ${code}\n${output}`))
  })
}
