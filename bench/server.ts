import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { answersOf, type Story } from "./story.ts"

/**
 * A model server that takes no time of its own, as a process of its own: its answers are made beforehand, and how many results a request
 * holds says which one is due. The test's model server, which checks every request, would take longer than what is measured.
 */

/** What it tells its parent of each request that begins a run. Units: `atNs` on the machine's monotonic clock, as a decimal. */
export interface FirstRequest {
  readonly atNs: string
  readonly body: string
}

export type ServerMessage = { readonly port: number } | FirstRequest

let answers: readonly Buffer[] = []

const server = createServer((request, response) => {
  const atNs = process.hrtime.bigint()
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const body = Buffer.concat(chunks)
    const results = countOf(body, RESULT)
    response.socket?.setNoDelay(true)
    response.writeHead(200, { "content-type": "text/event-stream" }).end(answers[results])
    if (results === 0) process.send?.({ atNs: String(atNs), body: body.toString() } satisfies ServerMessage)
  })
})
server.keepAliveTimeout = 60_000

const RESULT = Buffer.from('"type":"tool_result"')

const countOf = (bytes: Buffer, part: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + part.length)) count++
  return count
}

process.on("message", (story: Story) => {
  answers = answersOf(story)
  process.send?.({ port: (server.address() as AddressInfo).port } satisfies ServerMessage)
})
server.listen(0, "127.0.0.1")
await once(server, "listening")
