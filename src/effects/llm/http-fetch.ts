import type { IncomingMessage } from "node:http"
import type { HttpAnswer } from "./exchange.ts"

/**
 * The `fetch` that the SDKs are given, over Node's own HTTP client: loading Node's `fetch` takes longer than starting Node does.
 * It follows no redirect, for a request with a key in it goes nowhere but where the person said.
 * Errors: rejects with what the system says, its `code` on it, or with the reason of the signal.
 */
export const httpFetch: typeof fetch = (input, init) => send(new URL(String(input)), init ?? {}) as Promise<unknown> as Promise<Response>

/** What the SDKs, and we, read of a `Response`. */
interface HttpResponse extends HttpAnswer {
  readonly ok: boolean
  readonly status: number
  readonly statusText: string
  readonly url: string
  readonly headers: Headers
}

const send = (url: URL, { method = "GET", headers, body, signal }: RequestInit): Promise<HttpResponse> =>
  new Promise((resolve, reject) => {
    const { request } = process.getBuiltinModule(url.protocol === "https:" ? "node:https" : "node:http")
    const options = { method, headers: Object.fromEntries(new Headers(headers)), ...(signal ? { signal } : {}) }
    const sent = request(url, options, (message) => resolve(responseOf(url, message)))
    sent.setNoDelay(true)
    sent.once("error", reject)
    sent.end(typeof body === "string" ? body : undefined)
  })

const responseOf = (url: URL, message: IncomingMessage): HttpResponse => {
  const status = message.statusCode as number
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText: message.statusMessage ?? "",
    url: url.href,
    headers: new Headers(pairsOf(message)),
    body: message,
    text: () => textOf(message)
  }
}

const pairsOf = ({ headers }: IncomingMessage): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]))

const textOf = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
