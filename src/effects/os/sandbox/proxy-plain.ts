import { Agent, request as ask, type IncomingMessage, type ServerResponse } from "node:http"
import { pipeline } from "node:stream"
import { parseTarget, showTarget, type Target } from "./hosts.ts"
import { lookupAs, whyNot } from "./leave.ts"
import type { Judge } from "./proxy.ts"

/** An agent of its own: the shared one may be told by the environment to use a proxy. */
const agent = new Agent({ keepAlive: false })

/** Asks a listed host for what a request of plain HTTP wants; `tunnel`: where a tunnel leads that it came through. */
export const answerPlain = async (request: IncomingMessage, response: ServerResponse, tunnel: Target | null, judge: Judge): Promise<void> => {
  const wanted = wantedBy(request, tunnel)
  if (wanted === null)
    return say(response, 400, `ask the sandbox's proxy for ${request.url ?? ""}: it takes whole http URLs, and CONNECT for all else`)
  const { target, path } = wanted
  const leave = await judge(target, hostsNamed(request, target))
  if (leave.type === "refused") return say(response, leave.status, leave.why)
  const options = {
    host: target.host,
    port: target.port,
    path,
    method: request.method,
    headers: headersTo(request, target),
    agent,
    setHost: false,
    lookup: lookupAs(leave.addresses)
  }
  const asked = ask(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, withoutHops(answer))
    pipeline(answer, response, ENDED)
  })
  asked.on("error", (error) => (response.headersSent ? response.destroy() : say(response, 502, whyNot(target, error.message))))
  response.on("close", () => asked.destroy())
  pipeline(request, asked, ENDED)
}

/** What breaks is heard where the request is made. */
const ENDED = (): void => {}

const say = (response: ServerResponse, status: number, words: string): void => {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`loom: ${words}\n`)
}

/** A whole URL, or a path where it came through a tunnel. */
const wantedBy = ({ url = "" }: IncomingMessage, tunnel: Target | null): { readonly target: Target; readonly path: string } | null => {
  if (tunnel !== null) return url.startsWith("/") ? { target: tunnel, path: url } : null
  const [, named = "", path = ""] = /^http:\/\/([^/?#]+)(.*)$/is.exec(url) ?? []
  const target = parseTarget(named, 80)
  return target === null ? null : { target, path: path.startsWith("/") ? path : `/${path}` }
}

/** Every name of a host in the head, with its port: without one it is 80. */
const hostsNamed = ({ rawHeaders }: IncomingMessage, { port }: Target): readonly string[] =>
  rawHeaders.flatMap((name, index) => {
    const value = rawHeaders[index + 1] ?? ""
    if (index % 2 === 1 || name.toLowerCase() !== "host") return []
    return port === 80 || /:\d+$/.test(value) ? value : `${value}:80`
  })

/** What concerns one connection only. Source: RFC 9110, 7.6.1. */
const HOPS: ReadonlySet<string> = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "upgrade",
  "expect"
])

/** Names and values in turn, as they came. */
const withoutHops = ({ rawHeaders, headers }: IncomingMessage, also: readonly string[] = []): string[] => {
  const named = (headers.connection ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
  const isLeftOut = (name: string): boolean =>
    HOPS.has(name) || also.includes(name) || (named.includes(name) && name !== "transfer-encoding" && name !== "content-length")
  return rawHeaders.flatMap((name, index) => (index % 2 === 1 || isLeftOut(name.toLowerCase()) ? [] : [name, rawHeaders[index + 1] ?? ""]))
}

/** With one name of the host, the one that was looked at. */
const headersTo = (request: IncomingMessage, target: Target): string[] => [
  "host",
  showTarget(target).replace(/:80$/, ""),
  ...withoutHops(request, ["host"]),
  "connection",
  "close"
]
