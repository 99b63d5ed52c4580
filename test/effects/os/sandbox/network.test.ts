import { createSocket } from "node:dgram"
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { runProcess } from "../../../../src/effects/os/process.ts"
import type { Resolve } from "../../../../src/effects/os/resolve.ts"
import { layerSandbox, Sandbox, sandboxState } from "../../../../src/effects/os/sandbox.ts"
import { folder } from "../folder.ts"
import { noSandbox, placeOf, sceneIn, WISH } from "./support.ts"

/** Real commands in a real sandbox, real servers on loopback; only where names lead is said by the test. */

const scene = sceneIn(folder())
/** What servers outside heard: by which address, for whom, and what. */
let heard: string[] = []
let lookedUp: string[] = []
let run: (line: string) => Promise<{ readonly said: string; readonly refused: readonly string[] }>
const scope = Scope.makeUnsafe()
const ports = { web: 0, other: 0, tls: 0, banner: 0, udp: 0 }

/** `rebound.test` leads elsewhere when it is asked about again. */
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
const resolve: Resolve = (name, _, done) => {
  lookedUp.push(name)
  const again = lookedUp.filter((each) => each === name).length > 1
  const found = name === "rebound.test" ? [again ? "127.0.0.3" : "127.0.0.2"] : ADDRESSES[name]
  if (found === undefined) done(Object.assign(new Error(`no ${name}`), { code: "ENOTFOUND" }), [])
  else done(null, found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })))
}

const whereTo = (socket: Socket): string => socket.localAddress?.replace(/^::ffff:/, "") ?? ""
const servers: { readonly close: () => unknown }[] = []
const listening = async (server: Server | ReturnType<typeof createTcpServer>, host = "::"): Promise<number> => {
  servers.push(server)
  server.listen(0, host)
  await once(server, "listening")
  return (server.address() as AddressInfo).port
}

beforeAll(async () => {
  const web = createServer((request, response) => {
    heard.push(`${whereTo(request.socket)} ${request.headers.host?.split(":")[0]} ${request.method} ${request.url}`)
    if (request.url === "/away") return void response.writeHead(302, { location: `http://unlisted.test:${ports.web}/secret` }).end()
    let body = ""
    request.on("data", (piece) => (body += piece)).on("end", () => response.end(`${Object.keys(request.headers).sort().join(" ")}; ${body.length} bytes\n`))
  })
  ports.web = await listening(web)
  ports.other = await listening(createTcpServer((socket) => void (heard.push("the other port"), socket.on("error", () => {}), socket.end())))
  const tls = createTlsServer({ ciphers: "PSK", maxVersion: "TLSv1.2", pskCallback: () => Buffer.alloc(16, 7) }, (socket) => {
    heard.push(`${whereTo(socket)} TLS for ${String(socket.servername)}`)
    socket.on("error", () => {}).on("data", (bytes) => socket.end(`echo ${bytes}`))
  })
  tls.on("tlsClientError", () => heard.push("broken TLS"))
  ports.tls = await listening(tls)
  ports.banner = await listening(createTcpServer((socket) => void socket.on("error", () => {}).end("220 ready\n")))
  const datagrams = createSocket("udp4").on("message", () => void heard.push("a datagram")).bind(0, "127.0.0.1")
  await once(datagrams, "listening")
  ports.udp = datagrams.address().port
  servers.push(datagrams)
  if (!noSandbox) run = await session()
})
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  for (const server of servers) server.close()
})
beforeEach(() => {
  heard = []
  lookedUp = []
})

/** One session: its commands share a way out. */
const session = async (): Promise<typeof run> => {
  const { web, tls, banner } = ports
  const hosts = ["listed.test", "rebound.test", "*.zone.test", "127.0.0.2"].flatMap((host) => [web, tls, banner].map((port) => `${host}:${port}`))
  const environment = { ...scene.environment, ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name.toUpperCase(), `${port}`])) }
  const layer = layerSandbox({ ...WISH, network: "hosts", hosts }, { ...placeOf(scene, [scene.work], environment), resolve })
  const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  let runs = 0
  const work = Effect.fnUntraced(function*(line: string) {
    const { start, statusFrom, refused } = yield* (yield* Sandbox).enclose({ file: "/bin/sh", arguments: ["-c", line], cwd: scene.work, environment })
    let said = ""
    yield* runProcess({ ...start, statusFrom, timeoutMs: 20_000, marker: `network-test-${process.pid}:${++runs}`, hear: (_, bytes) => void (said += bytes.toString()) })
    return { said, refused: refused() }
  })
  return (line) => Effect.runPromise(Effect.provideContext(work(line), context))
}

/** Runs a program of Node inside; it may use `ask(text)`, which gives back what the proxy says to these very bytes. */
const program = async (text: string): Promise<{ readonly said: string; readonly refused: readonly string[] }> => {
  scene.folder.write("work place/program.mjs", `
    import net from "node:net"; import tls from "node:tls"; import dgram from "node:dgram"; import dns from "node:dns"
    const { WEB, OTHER, TLS, BANNER, UDP, HTTP_PROXY } = process.env
    const proxy = new URL(HTTP_PROXY)
    const open = (port = proxy.port, host = proxy.hostname) => new Promise((done, failed) => { const socket = net.connect(port, host, () => done(socket)).on("error", failed) })
    const ask = async (text) => { const socket = await open(); let said = ""; return new Promise((done) => socket.on("data", (bytes) => { said += bytes }).on("close", () => done(said)).on("error", () => {}).write(text.replaceAll("\\n", "\\r\\n"))) }
    const tunnel = async (target) => { const socket = await open(); socket.write("CONNECT " + target + " HTTP/1.1\\r\\nHost: " + target + "\\r\\n\\r\\n"); const said = await new Promise((done) => socket.once("data", (bytes) => { socket.pause(); const end = bytes.indexOf("\\r\\n\\r\\n") + 4; socket.unshift(bytes.subarray(end)); done(String(bytes.subarray(0, end))) })); return said.includes(" 200 ") ? socket : Promise.reject(new Error(said)) }
    ${text}
  `)
  return await run('exec "$NODE" program.mjs')
}

const get = (url: string, more = "", host = url.split("/")[2] ?? ""): string => `GET ${url} HTTP/1.1\nHost: ${host}\n${more.includes("onnection: ") ? more : `${more}Connection: close\n`}\n`

describe.skipIf(noSandbox)("a sandbox with listed hosts", () => {
  /** Bytes to the proxy, what it answers, what the server outside heard. `W` is the port of the web server. */
  const REQUESTS: readonly (readonly [what: string, bytes: string, answer: RegExp, heard: readonly string[]])[] = [
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
  const filled = (text: string): string => text.replaceAll(":W", `:${ports.web}`).replaceAll(":O", `:${ports.other}`)
  /** All in one command; what was heard is told apart by a request after each. */
  let played: readonly { readonly answer: string; readonly heard: readonly string[] }[] = []
  beforeAll(async () => {
    const { said } = await program(`
      const answers = []
      for (const bytes of ${JSON.stringify(REQUESTS.map(([, bytes]) => filled(bytes)))}) { answers.push(await ask(bytes)); await ask(${JSON.stringify(filled(get("http://listed.test:W/mark")))}) }
      console.log(JSON.stringify(answers))`)
    const heardBy = heard.join("\n").split("127.0.0.2 listed.test GET /mark").map((part) => part.split("\n").filter((line) => line !== ""))
    played = (JSON.parse(said) as readonly string[]).map((answer, index) => ({ answer, heard: heardBy[index] ?? ["no mark"] }))
  })
  test.each(REQUESTS.map((row, index) => [row[0], index, ...row.slice(2)] as const))("%s", (_, index, answer, expected) => {
    expect(played[index]?.answer).toMatch(new RegExp(filled((answer as RegExp).source), (answer as RegExp).flags))
    expect(played[index]?.heard).toEqual(expected)
  })

  test("a name is looked up once, and only what was found then is connected to", async () => {
    await program(`await ask(${JSON.stringify(filled(get("http://rebound.test:W/")))})`)
    expect([lookedUp, heard]).toEqual([["rebound.test"], ["127.0.0.2 rebound.test GET /"]])
  })

  test("names that are not listed are looked up nowhere, by no way", async () => {
    const { said } = await program(`
      await ask(${JSON.stringify(filled(get("http://secret.unlisted.test:W/")))})
      const resolver = new dns.promises.Resolver({ timeout: 200, tries: 1 }); resolver.setServers(["127.0.0.1:" + UDP])
      await resolver.resolve4("secret.unlisted.test").catch(({ code }) => console.log(code))
      await dns.promises.lookup("secret.unlisted.test").catch(({ code }) => console.log(code))
      const socket = dgram.createSocket("udp4"); socket.on("error", () => {}).send("secret", Number(UDP), "127.0.0.1", () => setTimeout(() => socket.close(), 50))`)
    expect(said).toMatch(/^E[A-Z]+\nE[A-Z_]+\n$/)
    expect([lookedUp, heard]).toEqual([[], []])
  })

  test("around the proxy there is nothing: not a listed address either", async () => {
    const { said } = await program(`for (const [host, port] of [["127.0.0.2", WEB], ["127.0.0.1", OTHER], ["::1", OTHER], ["8.8.8.8", 53]]) await open(port, host).then(() => console.log("ESCAPED"), ({ code }) => console.log(code))`)
    expect(said).toMatch(/^(ECONNREFUSED|ENETUNREACH|EADDRNOTAVAIL|\n)+$/)
    expect(heard).toEqual([])
  })

  const TLS = (target: string, name: string): string => `
    const socket = await tunnel("${target}:" + TLS)
    const secure = tls.connect({ socket, servername: "${name}", ciphers: "PSK", maxVersion: "TLSv1.2", checkServerIdentity: () => undefined, pskCallback: () => ({ psk: Buffer.alloc(16, 7), identity: "x" }) }, () => secure.write("hello"))
    secure.on("data", (bytes) => console.log(String(bytes))).on("error", () => console.log("broken"))`
  test("TLS goes through a tunnel to its very host", async () => {
    expect([(await program(TLS("listed.test", "listed.test"))).said, heard]).toEqual(["echo hello\n", ["127.0.0.2 TLS for listed.test"]])
  })
  test("TLS for another host does not, and that is told", async () => {
    const { said, refused } = await program(TLS("listed.test", "unlisted.test"))
    expect([said, heard.filter((each) => each !== "broken TLS")]).toEqual(["broken\n", []])
    expect(refused).toEqual([`reach listed.test:${ports.tls} from the sandbox: what is sent speaks of unlisted.test, and has to speak of the host that it is sent to`])
  })

  test("a server that speaks first is heard through a tunnel to a port that a person named", async () => {
    expect((await program(`const far = await tunnel("listed.test:" + BANNER); far.pipe(process.stdout)`)).said).toBe("220 ready\n")
  })

  test("a redirect leads to no host that is not listed, and what was refused is told once", async () => {
    const { said, refused } = await program(`for (let n = 0; n < 2; n++) console.log(await fetch("http://listed.test:" + WEB + "/away").then((r) => r.status + " " + r.url, (e) => String(e.cause ?? e)))`)
    expect(said).not.toContain("200")
    expect(heard).toEqual(["127.0.0.2 listed.test GET /away", "127.0.0.2 listed.test GET /away"])
    expect(refused).toEqual([`reach unlisted.test:${ports.web} from the sandbox: it is not among the hosts of the setting sandbox_hosts; the person may add unlisted.test:${ports.web}`])
    expect((await run(":")).refused).toEqual([])
  })

  test("what one command of the session serves, another reaches", async () => {
    const serving = run(`exec "$NODE" -e 'require("net").createServer((socket) => { socket.end("served"); process.exit() }).listen(4321, "127.0.0.1")'`)
    const tries = `const again = () => require("net").connect(4321, "127.0.0.1").on("data", (bytes) => console.log(String(bytes))).on("error", () => setTimeout(again, 20)); again()`
    const [{ said }] = await Promise.all([run(`exec "$NODE" -e '${tries}'`), serving])
    expect(said).toBe("served\n")
  })

  test("what is shown names the hosts; where they are out of reach there is no network and it says why", async () => {
    const state = await Effect.runPromise(sandboxState({ ...WISH, network: "hosts", hosts: ["a.test"] }))
    expect(state).toMatchObject({ name: "on", network: "hosts", hosts: ["a.test"] })
  })
})
