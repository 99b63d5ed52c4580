import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { anthropic } from "./anthropic.ts"
import type { Answer, Fault, Heard, Wire, WireSpeech } from "./answer.ts"
import { openaiCompatible } from "./openai-compatible.ts"
import { openai } from "./openai.ts"
import { asObject, type Json } from "./shape.ts"
import { send } from "./send.ts"

export type { Answer, AnswerBlock, AnswerUsage, Fault, Heard, Wire } from "./answer.ts"

/** One request as it came, valid or not. */
export interface SeenRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json
  /** The body as it came over the wire. */
  readonly raw: string
  readonly model: string
  /** The texts a model heard before each of its answers; the last element is what it heard now. */
  readonly heard: Heard
  /** Why the request was refused with 400 before the test was asked, or `null`. */
  readonly refusal: string | null
  /** Resolves once the exchange is over: the whole response was handed over, or the client hung up before. */
  readonly ended: Promise<"finished" | "client-closed">
}

export interface ModelServer {
  /** What goes into the environment variable of the wire's base URL. */
  readonly url: string
  readonly requests: SeenRequest[]
  /** How many connections were ever opened. */
  readonly connections: () => number
  readonly close: () => Promise<void>
}

export interface ModelServerOptions {
  readonly wire: Wire
  /** What to say to a request that is valid; `index` counts those from 0. */
  readonly answer: (request: SeenRequest, index: number) => Answer | Fault | Promise<Answer | Fault>
  /** The key that is demanded; any other gets 401. Left out: any key will do, and none too where the wire allows it. */
  readonly key?: string
  readonly port?: number
}

const SPEECH: Readonly<Record<Wire, WireSpeech>> = { anthropic, openai, "openai-compatible": openaiCompatible }

/** A real HTTP server on loopback that speaks a provider's wire and is stricter than any provider. */
export const startModelServer = async (options: ModelServerOptions): Promise<ModelServer> => {
  const speech = SPEECH[options.wire]
  const requests: SeenRequest[] = []
  let valid = 0
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) reply(response, 500, speech.errorBody(500, { message: `the test's answer failed: ${String(error)}` }))
      response.destroy()
    })
  })
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (incoming.method === "GET" && incoming.url === "/v1/models") return reply(response, 200, MODELS)
    const seen = await see(speech, incoming, response)
    requests.push(seen)
    const missing = speech.key(seen.headers) ?? ""
    if (options.wire !== "openai-compatible" && missing === "") return reply(response, 401, speech.errorBody(401, { message: "no API key was given" }))
    if (options.key !== undefined && missing !== options.key) return reply(response, 401, speech.errorBody(401, { message: "invalid API key" }))
    if (seen.path !== speech.path) return reply(response, 404, speech.errorBody(404, { message: `no such path: ${seen.path}` }))
    if (seen.refusal !== null) return reply(response, 400, speech.errorBody(400, { message: seen.refusal }))
    const index = valid++
    await send(speech, response, await options.answer(seen, index), seen.model, `${index}`)
  }
  let connections = 0
  server.on("connection", () => (connections += 1))
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${speech.base}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

const MODELS = JSON.stringify({ object: "list", data: [{ id: "scripted", object: "model", owned_by: "test" }] })

const reply = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(body)
}

const see = async (speech: WireSpeech, incoming: IncomingMessage, response: ServerResponse): Promise<SeenRequest> => {
  const ended = new Promise<"finished" | "client-closed">((resolve) =>
    response.once("close", () => resolve(response.writableFinished ? "finished" : "client-closed"))
  )
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const raw = Buffer.concat(chunks).toString("utf8")
  const body = bodyOf(raw)
  return {
    path: incoming.url ?? "",
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: body ?? {},
    raw,
    model: String(body?.["model"]),
    heard: speech.heard(body ?? {}),
    refusal: body === null ? "the body is not JSON" : speech.refusal(body),
    ended
  }
}

const bodyOf = (raw: string): Json | null => {
  try {
    return asObject(JSON.parse(raw))
  } catch {
    return null
  }
}
