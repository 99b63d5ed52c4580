import type { IncomingMessage } from "node:http"
import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { parseTarget, type Target } from "./hosts.ts"
import { lookupAs, whyAnother, whyNot, type Leave } from "./leave.ts"
import type { Judge } from "./proxy.ts"
import { HELLO_BYTES_MAX, helloOf } from "./tls-name.ts"

export interface Tunnelling {
  /** A CONNECT, whom it came from, and what came right behind it. */
  readonly request: IncomingMessage
  readonly client: Duplex
  readonly head: Buffer
  readonly judge: Judge
  /** Remembers why something was refused. */
  readonly note: (why: string) => void
  /** Reads what comes from now on as requests of plain HTTP to this target. */
  readonly readAsPlain: (target: Target) => void
  /** Holds the far ends while they are open. */
  readonly open: Set<{ readonly destroy: () => unknown }>
}

const PLAIN_PORT = 80
const SECURE_PORT = 443

/** Joins a client to a listed host, as far as what it says first is for that host. */
export const openTunnel = async (tunnelling: Tunnelling): Promise<void> => {
  const { request, client, head, judge, note, readAsPlain, open } = tunnelling
  client.on("error", () => client.destroy())
  const target = parseTarget(request.url ?? "", 0)
  if (target === null || target.port === 0) return refuse(client, 400, `ask the sandbox's proxy for ${request.url ?? ""}: it names no host and port`)
  const leave = await judge(target, request.headers.host === undefined ? [] : [request.headers.host])
  if (leave.type === "refused") return refuse(client, leave.status, leave.why)
  if (client.destroyed) return
  if (head.length > 0) client.unshift(head)
  if (target.port === PLAIN_PORT) {
    client.write(ESTABLISHED)
    return readAsPlain(target)
  }
  const far = joined(target, leave, client)
  open.add(far)
  far.once("close", () => open.delete(far))
  far.once("connect", () => {
    client.write(ESTABLISHED)
    // A server may speak first where it is no web server.
    far.pipe(client)
    hearHello(client, target, (first) => {
      if (Buffer.isBuffer(first)) return void (far.write(first), client.pipe(far))
      note(first)
      client.destroy()
    })
  })
}

const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n"
const REASONS: Readonly<Record<number, string>> = { 400: "Bad Request", 403: "Forbidden", 502: "Bad Gateway" }

/** Says no in the words of HTTP. */
export const refuse = (client: Duplex, status: number, words: string): void => {
  const body = `loom: ${words}\n`
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ""}`,
    "content-type: text/plain; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close"
  ]
  client.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}

/** The far end; when one of both ends is gone, the other is, too. */
const joined = (target: Target, { addresses }: Leave & { readonly type: "given" }, client: Duplex): Socket => {
  const far = connect({ host: target.host, port: target.port, lookup: lookupAs(addresses) })
  far.on("error", (error) =>
    far.connecting || far.bytesRead + far.bytesWritten === 0 ? refuse(client, 502, whyNot(target, error.message)) : client.destroy()
  )
  far.once("close", () => client.destroyed || client.end())
  client.once("close", () => far.destroy())
  return far
}

/** Waits for what a client says first and gives it back, or a sentence why it may not pass. */
const hearHello = (client: Duplex, target: Target, done: (first: Buffer | string) => void): void => {
  let bytes: Buffer = Buffer.alloc(0)
  const hear = (piece: Buffer): void => {
    bytes = Buffer.concat([bytes, piece])
    const told = bytes.length > 2 * HELLO_BYTES_MAX ? ONLY_NOISE : helloOf(bytes)
    if (told.type === "more") return
    client.off("data", hear).pause()
    if (told.type === "for")
      return done(told.name === null || parseTarget(told.name, 0)?.host === target.host ? bytes : whyAnother(target, told.name))
    done(target.port === SECURE_PORT ? whyNot(target, "only TLS goes there; the person may list another port by its number") : bytes)
  }
  client.on("data", hear).resume()
}

const ONLY_NOISE = { type: "no-tls" } as const
