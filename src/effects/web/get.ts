import type { LookupAddress } from "node:dns"
import { Agent as PlainAgent, request as requestPlain, type IncomingHttpHeaders, type IncomingMessage } from "node:http"
import { Agent as SecureAgent, request as requestSecure } from "node:https"
import type { LookupFunction } from "node:net"
import { pipeline, type Readable } from "node:stream"
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib"
import * as Effect from "effect/Effect"
import { problem, problemOf, type Problem } from "../os/problem.ts"
import { isPublicAddress } from "../os/address.ts"
import { resolveBySystem, type Resolve } from "../os/resolve.ts"
import { whyPrivate } from "./web-url.ts"

export interface Getting {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Hosts, as `name` or `name:port`, that may lie in a private net. */
  readonly allowPrivate: readonly string[]
  /** More than this of the body, unpacked, is not read. */
  readonly bytesMax: number
  /** Where names are looked up. */
  readonly resolve?: Resolve
}

export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the body went on. */
  readonly cut: boolean
}

/**
 * One GET, without cookies, credentials and proxies, to an address that was looked at: the very one that is connected to, so that a name
 * cannot change between. Redirects are answers like any other. Interrupted, the connection is closed.
 * Errors: fails with a `Problem` where the host is not public, or cannot be reached.
 */
export const get = (getting: Getting): Effect.Effect<Got, Problem> => {
  const { url, headers, allowPrivate } = getting
  const mayBePrivate = allowPrivate.includes(url.host)
  const why = mayBePrivate ? null : whyPrivate(url)
  if (why !== null) return Effect.fail(refusal(url, why))
  return Effect.callback<Got, Problem>((resume) => {
    const fail = (thrown: unknown): void => resume(Effect.fail(problemOf(`fetch ${url.href}`, thrown)))
    const options = { headers: { ...headers, "accept-encoding": "gzip, deflate, br" }, lookup: lookupChecked(getting, mayBePrivate) }
    const answered = (message: IncomingMessage): void => readBody(message, getting.bytesMax, (got) => resume(Effect.succeed(got)), fail)
    // An agent of its own: the shared one may be told by the environment to use a proxy.
    const request =
      url.protocol === "https:"
        ? requestSecure(url, { ...options, agent: new SecureAgent() }, answered)
        : requestPlain(url, { ...options, agent: new PlainAgent() }, answered)
    request.on("error", fail)
    request.end()
    return Effect.sync(() => void request.destroy())
  })
}

const refusal = (url: URL, why: string): Problem =>
  problem(`fetch ${url.href}: ${why}; the person may allow ${url.host} with the setting web_allow_private`)

/** Addresses that are not public are left out before anything is connected to. */
const lookupChecked =
  ({ url, resolve = resolveBySystem }: Getting, mayBePrivate: boolean): LookupFunction =>
  (name, options, done) =>
    resolve(name, options, (error, addresses) => {
      if (error !== null) return done(error, "")
      const fit = addresses.filter(({ address }) => mayBePrivate || isPublicAddress(address))
      const [first] = fit
      if (first === undefined)
        return done(
          refusal(url, `${name} leads to ${addresses.map(({ address }) => address).join(", ")}, which is no address of the public net`),
          ""
        )
      return options.all === true ? done(null, fit as LookupAddress[]) : done(null, first.address, first.family)
    })

const readBody = (message: IncomingMessage, bytesMax: number, done: (got: Got) => void, fail: (thrown: unknown) => void): void => {
  const { statusCode: status = 0, headers } = message
  const pieces: Buffer[] = []
  let size = 0
  const body = unpacked(message)
  const end = (cut: boolean): void => {
    body.removeAllListeners("data")
    message.destroy()
    done({ status, headers, body: Buffer.concat(pieces), cut })
  }
  body.on("data", (piece: Buffer) => {
    pieces.push(piece.subarray(0, bytesMax - size))
    size += pieces.at(-1)?.length ?? 0
    if (pieces.at(-1)?.length !== piece.length) end(true)
  })
  body.on("end", () => end(false))
  body.on("error", fail)
}

const unpacked = (message: IncomingMessage): Readable => {
  const unpack = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress }[
    message.headers["content-encoding"] ?? ""
  ]
  // What breaks the pipe is heard where the body is read.
  return unpack === undefined ? message : pipeline(message, unpack(), () => {})
}
