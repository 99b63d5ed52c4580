import { createSocket } from "node:dgram"
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import type { Resolve } from "../../../../src/effects/os/resolve.ts"

/** Servers on loopback that note what they hear, and names that lead to them. */
export interface NetworkWorld {
  readonly ports: Readonly<Record<"web" | "other" | "tls" | "banner" | "udp", number>>
  /** By which address, for whom, and what. */
  readonly heard: string[]
  readonly lookedUp: string[]
  readonly resolve: Resolve
  /** What the person listed. */
  readonly hosts: readonly string[]
  /** `:W` and `:O` as the ports of the web server and of another. */
  readonly filled: (text: string) => string
  readonly forget: () => void
  readonly close: () => void
}

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  "listed.test": ["127.0.0.2"],
  "a.zone.test": ["127.0.0.2"],
  "loop.zone.test": ["127.0.0.3"],
  "metadata.zone.test": ["169.254.169.254"],
  "private.zone.test": ["10.0.0.1", "192.168.1.1"],
  "six.zone.test": ["::1"],
  "mapped.zone.test": ["::ffff:127.0.0.2"],
  "both.zone.test": ["127.0.0.3", "127.0.0.2"],
  "zone.test": ["127.0.0.2"],
  "unlisted.test": ["127.0.0.2"]
}

const whereTo = (socket: Socket): string => socket.localAddress?.replace(/^::ffff:/, "") ?? ""

export const openNetwork = async (): Promise<NetworkWorld> => {
  const heard: string[] = []
  const lookedUp: string[] = []
  const servers: { readonly close: () => unknown }[] = []
  const listening = async (server: Server | ReturnType<typeof createTcpServer>): Promise<number> => {
    servers.push(server)
    server.listen(0, "::")
    await once(server, "listening")
    return (server.address() as AddressInfo).port
  }
  const web = createServer((request, response) => {
    heard.push(`${whereTo(request.socket)} ${request.headers.host?.split(":")[0]} ${request.method} ${request.url}`)
    if (request.url === "/away") return void response.writeHead(302, { location: `http://unlisted.test:${ports.web}/secret` }).end()
    let body = ""
    request.on("data", (piece) => (body += piece)).on("end", () => response.end(`${Object.keys(request.headers).sort().join(" ")}; ${body.length} bytes\n`))
  })
  const tls = createTlsServer({ ciphers: "PSK", maxVersion: "TLSv1.2", pskCallback: () => Buffer.alloc(16, 7) }, (socket) => {
    heard.push(`${whereTo(socket)} TLS for ${String(socket.servername)}`)
    socket.on("error", () => {}).on("data", (bytes) => socket.end(`echo ${bytes}`))
  })
  tls.on("tlsClientError", () => heard.push("broken TLS"))
  const datagrams = createSocket("udp4").on("message", () => void heard.push("a datagram")).bind(0, "127.0.0.1")
  await once(datagrams, "listening")
  servers.push(datagrams)
  const ports = {
    web: await listening(web),
    other: await listening(createTcpServer((socket) => void (heard.push("the other port"), socket.on("error", () => {}), socket.end()))),
    tls: await listening(tls),
    banner: await listening(createTcpServer((socket) => void socket.on("error", () => {}).end("220 ready\n"))),
    udp: datagrams.address().port
  }
  return {
    ports,
    heard,
    lookedUp,
    // `rebound.test` leads elsewhere when it is asked about again.
    resolve: (name, _, done) => {
      lookedUp.push(name)
      const again = lookedUp.filter((each) => each === name).length > 1
      const found = name === "rebound.test" ? [again ? "127.0.0.3" : "127.0.0.2"] : ADDRESSES[name]
      if (found === undefined) done(Object.assign(new Error(`no ${name}`), { code: "ENOTFOUND" }), [])
      else done(null, found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })))
    },
    hosts: ["listed.test", "rebound.test", "*.zone.test", "127.0.0.2"].flatMap((host) => [ports.web, ports.tls, ports.banner].map((port) => `${host}:${port}`)),
    filled: (text) => text.replaceAll(":W", `:${ports.web}`).replaceAll(":O", `:${ports.other}`),
    forget: () => {
      heard.length = 0
      lookedUp.length = 0
    },
    close: () => {
      for (const server of servers) server.close()
    }
  }
}

export const get = (url: string, more = "", host = url.split("/")[2] ?? ""): string =>
  `GET ${url} HTTP/1.1\nHost: ${host}\n${more.includes("onnection: ") ? more : `${more}Connection: close\n`}\n`


/** Bytes to the proxy, what it answers, what the server outside heard. `W` is the port of the web server. */
export const REQUESTS: readonly (readonly [what: string, bytes: string, answer: RegExp, heard: readonly string[]])[] = [
  ["a listed host is reached", get("http://listed.test:W/x?y"), /^HTTP\/1.1 200 .*\n0 bytes|; 0 bytes/s, ["127.0.0.2 listed.test GET /x?y"]],
  ["in capitals, with a dot behind", get("http://LISTED.Test.:W/"), / 200 /, ["127.0.0.2 listed.test GET /"]],
  ["a name below a listed one", get("http://a.zone.test:W/"), / 200 /, ["127.0.0.2 a.zone.test GET /"]],
  ["a listed address, however it is spelled", get("http://2130706434:W/"), / 200 /, ["127.0.0.2 127.0.0.2 GET /"]],
  ["a body goes along", "POST http://listed.test:W/ HTTP/1.1\nHost: listed.test:W\nConnection: close\nContent-Length: 4\n\nabcd", /; 4 bytes/, ["127.0.0.2 listed.test POST /"]],
  ["one of two addresses that is listed", get("http://both.zone.test:W/"), / 200 /, ["127.0.0.2 both.zone.test GET /"]],
  ["what concerns the connection alone stays behind", get("http://listed.test:W/", "Upgrade: h2c\nX-Mine: 1\nConnection: close, x-mine\nProxy-Authorization: secret\n"), /\r\nconnection host; 0 bytes/, ["127.0.0.2 listed.test GET /"]],
  ["a host that is not listed", get("http://unlisted.test:W/"), /403.*loom: reach unlisted.test:W from the sandbox: it is not among the hosts of the setting sandbox_hosts; the person may add unlisted.test:W\n/s, []],
  ["a listed host as the beginning of another", get("http://listed.test.evil.test:W/"), /403/, []],
  ["a listed host as the end of another", get("http://unlisted.test:W/"), /403/, []],
  ["the name above a listed wildcard", get("http://zone.test:W/"), /403/, []],
  ["a letter in place of the wildcard's dot", get("http://azone.test:W/"), /403/, []],
  ["another port of a listed host", get("http://listed.test:O/"), /403/, []],
  ["the usual port of a host listed with another", get("http://listed.test/"), /403/, []],
  ["an address that is not listed", get("http://127.0.0.3:W/"), /403/, []],
  ["the same in other spellings", get("http://0x7f.3:W/"), /403.*127\.0\.0\.3/s, []],
  ["an address of IPv6", get("http://[::1]:W/"), /403.*\[::1\]/s, []],
  ["a listed address as one of IPv6", get("http://[::ffff:127.0.0.2]:W/"), /403/, []],
  ["the metadata service of a cloud", get("http://169.254.169.254/latest/"), /403/, []],
  ["a listed name that leads to this machine", get("http://loop.zone.test:W/"), /403.*it leads to 127\.0\.0\.3, which is no address of the public net/s, []],
  ["a listed name that leads to a metadata service", get("http://metadata.zone.test:W/"), /403.*169\.254/s, []],
  ["a listed name that leads to private nets", get("http://private.zone.test:W/"), /403.*10\.0\.0\.1, 192\.168\.1\.1/s, []],
  ["a listed name that leads to this machine by IPv6", get("http://six.zone.test:W/"), /403.*::1/s, []],
  ["a listed name that leads to a listed address as one of IPv6", get("http://mapped.zone.test:W/"), /403/, []],
  ["a listed name that leads nowhere", get("http://nowhere.zone.test:W/"), /502.*its name cannot be looked up \(ENOTFOUND\)/s, []],
  ["the head speaks of another host", get("http://listed.test:W/", "", "unlisted.test:W"), /403.*what is sent speaks of unlisted\.test:W, and has to speak of the host/s, []],
  ["the head speaks of another port", get("http://listed.test:W/", "", "listed.test"), /403/, []],
  ["the head speaks of two hosts", get("http://listed.test:W/", "Host: unlisted.test:W\n"), /400|403/, []],
  ["the second request of a connection", `${get("http://listed.test:W/1", "Connection: keep-alive\n")}${get("http://unlisted.test:W/2")}`, / 200 .* 403 /s, ["127.0.0.2 listed.test GET /1"]],
  ["a login before the host", get("http://listed.test:W@unlisted.test:W/"), /400/, []],
  ["a host behind a backslash", get("http://unlisted.test:W\\@listed.test:W/"), /400|403/, []],
  ["a host behind a fragment", get("http://unlisted.test:W#@listed.test:W/"), /40[03]/, []],
  ["a path alone, as to a server", "GET / HTTP/1.1\nHost: listed.test:W\n\n", /400.*takes whole http URLs/s, []],
  ["another scheme", get("https://listed.test:W/"), /400/, []],
  ["a file", get("file:///etc/passwd"), /400/, []],
  ["two lengths of one body", "POST http://listed.test:W/ HTTP/1.1\nHost: listed.test:W\nConnection: close\nContent-Length: 3\nTransfer-Encoding: chunked\n\n0\n\n", /^(HTTP\/1.1 400|$)/, []],
  ["a tunnel to a host that is not listed", "CONNECT unlisted.test:W HTTP/1.1\nHost: unlisted.test:W\n\n", /403.*reach unlisted\.test/s, []],
  ["a tunnel to another port", "CONNECT listed.test:O HTTP/1.1\nHost: listed.test:O\n\n", /403/, []],
  ["a tunnel to an address that is not listed", "CONNECT 127.0.0.3:W HTTP/1.1\n\n", /403/, []],
  ["a tunnel to an address of IPv6", "CONNECT [::1]:W HTTP/1.1\n\n", /403/, []],
  ["a tunnel to a listed name that leads to this machine", "CONNECT loop.zone.test:W HTTP/1.1\n\n", /403/, []],
  ["a tunnel whose head speaks of another host", "CONNECT listed.test:W HTTP/1.1\nHost: unlisted.test:W\n\n", /403/, []],
  ["a tunnel to no port", "CONNECT listed.test HTTP/1.1\n\n", /400/, []],
  ["a tunnel to port 0", "CONNECT listed.test:0 HTTP/1.1\n\n", /400/, []]
]
