import { once } from "node:events"
import { connect, type AddressInfo } from "node:net"
import { connect as connectSecurely } from "node:tls"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { HostRule } from "../../../../src/effects/os/sandbox/hosts.ts"
import type { Proxy, ProxyWish } from "../../../../src/effects/os/sandbox/proxy.ts"
import { runProcess } from "../../../../src/effects/os/process.ts"
import { mutatedModule } from "../../../support/mutated-module.ts"
import { folder } from "../folder.ts"
import { openNetwork, REQUESTS, type NetworkWorld } from "./network-world.ts"
import { AGAIN, noSandbox, placeOf, sceneIn, WISH } from "./support.ts"

/** Faults put into the sandbox, each of which its tables notice: a table that lets one pass says nothing. */

let world: NetworkWorld
beforeAll(async () => void (world = await openNetwork()))
afterAll(() => world.close())
beforeEach(() => world.forget())

type Fault = readonly [does: string, file: string, find: string, put: string]

const editOf = ([, file, find, put]: Fault) => ({ file: `effects/os/${file}`, find, put })

interface ProxyModule {
  readonly makeProxy: (wish: ProxyWish) => Proxy
  readonly parseHostRule: (text: string) => HostRule | string
}

/** The first of the table's rows, or of what is tried with TLS, that comes out otherwise; `null` where all are as they should. */
const noticedBy = async (edits: readonly ReturnType<typeof editOf>[]): Promise<string | null> => {
  const { makeProxy, parseHostRule } = await mutatedModule<ProxyModule>(["src/effects/os/sandbox/proxy.ts", "src/effects/os/sandbox/hosts.ts"], edits)
  const proxy = makeProxy({ rules: world.hosts.map((host) => parseHostRule(host) as HostRule), resolve: world.resolve })
  proxy.server.listen(0, "127.0.0.1")
  await once(proxy.server, "listening")
  const { port } = proxy.server.address() as AddressInfo
  try {
    for (const [what, bytes, answer, heard] of REQUESTS) {
      world.forget()
      const said = await ask(port, world.filled(bytes).replaceAll("\n", "\r\n"))
      if (!new RegExp(world.filled(answer.source), answer.flags).test(said) || JSON.stringify(world.heard) !== JSON.stringify(heard)) return what
    }
    world.forget()
    await ask(port, world.filled("GET http://rebound.test:W/ HTTP/1.1\r\nHost: rebound.test:W\r\nConnection: close\r\n\r\n"))
    if (world.heard[0]?.startsWith("127.0.0.2") !== true) return "a name is looked up once"
    for (const name of ["listed.test", "unlisted.test"]) if ((await speaksTls(port, name)) !== (name === "listed.test")) return `TLS for ${name}`
    return null
  } finally {
    proxy.close()
  }
}

const ask = (port: number, bytes: string): Promise<string> =>
  new Promise((done) => {
    let said = ""
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes))
    socket.setTimeout(500, () => socket.destroy()).on("data", (piece) => (said += String(piece))).on("error", () => {}).on("close", () => done(said))
  })

const speaksTls = async (port: number, servername: string): Promise<boolean> => {
  const socket = connect(port, "127.0.0.1").on("error", () => {})
  socket.write(`CONNECT listed.test:${world.ports.tls} HTTP/1.1\r\n\r\n`)
  await once(socket, "data")
  return new Promise((done) => {
    const secure = connectSecurely(
      {
        socket,
        servername,
        ciphers: "PSK",
        maxVersion: "TLSv1.2",
        checkServerIdentity: () => undefined,
        pskCallback: () => ({ psk: Buffer.alloc(16, 7), identity: "x" })
      },
      () => done(true)
    )
    secure.on("error", () => {}).on("close", () => done(false))
  })
}

test("without a fault nothing is noticed", async () => expect(await noticedBy([])).toBe(null))

test.each<Fault>([
  ["lets every host through", "sandbox/leave.ts", "if (rulesFor(rules, target).length === 0) {", "if (false) {"],
  ["lets every port of a listed host through", "sandbox/hosts.ts", "(rule.port === null ? USUAL_PORTS.includes(port) : rule.port === port)", "true"],
  ["takes the usual ports for listed where another is", "sandbox/hosts.ts", "(rule.port === null ?", "(USUAL_PORTS.includes(port) ||rule.port === null ?"],
  ["takes a name that only ends alike for one below", "sandbox/hosts.ts", "host.endsWith(`.${name}`)", "host.endsWith(name)"],
  ["takes the name above for one below", "sandbox/hosts.ts", "rule.below ? isBelow(host, rule.name) :", "rule.below && host !== rule.name ? isBelow(host, rule.name) :"],
  ["reaches this machine by a listed name", "sandbox/leave.ts", "isPublicAddress(address) ||", "true ||"],
  ["takes every local address for one of the public net", "address.ts", 'return !notPublic4.check(address, "ipv4")', "return true"],
  ["looks names up again when it connects", "sandbox/proxy-plain.ts", "lookup: lookupAs(leave.addresses)", "lookup: undefined"],
  ["does not heed what a request says it is for", "sandbox/proxy.ts", "const other = named.find((name) => !isSame(parseTarget(name, target.port), target))", "const other = named.find(() => false)"],
  ["compares hosts without their ports", "sandbox/proxy.ts", "one.host === other.host && one.port === other.port", "one.host === other.host"],
  ["sends on what concerns one connection only", "sandbox/proxy-plain.ts", '"proxy-authorization", "te"', '"te"'],
  ["reads no other spelling of an address", "sandbox/hosts.ts", "new URL(`http://${named}/`).hostname", "named"],
  ["takes a login for a part of the host", "sandbox/hosts.ts", "[\\p{L}\\p{N}._-]+)(?::", "(?:[^@]*@)?[\\p{L}\\p{N}._-]+)(?::"],
  ["lets TLS for another host pass", "sandbox/proxy-tunnel.ts", "told.name === null || parseTarget(told.name, 0)?.host === target.host", "true"],
  ["reads no name in TLS", "sandbox/tls-name.ts", "if (hello.readUInt16BE(at) === SERVER_NAME)", "if (false)"]
])("the table of requests notices a proxy that %s", async (...fault) => expect(await noticedBy([editOf(fault)])).not.toBe(null))

describe.skipIf(noSandbox)("what is tried inside", () => {
  const scene = sceneIn(folder())

  /** What a command says in a sandbox with that fault. */
  const saidIn = async (line: string, edits: readonly ReturnType<typeof editOf>[]): Promise<string> => {
    const { layerSandbox, Sandbox } = await mutatedModule<typeof import("../../../../src/effects/os/sandbox.ts")>(["src/effects/os/sandbox.ts"], edits)
    const environment = { ...scene.environment, SECRET_TOKEN: "12345", PORT: `${world.ports.web}` }
    scene.folder.write("home/.ssh/key", "ESCAPED")
    const work = Effect.gen(function*() {
      const { start, statusFrom } = yield* (yield* Sandbox).enclose({ file: "/bin/sh", arguments: ["-c", line], cwd: scene.work, environment })
      let said = ""
      yield* runProcess({ ...start, statusFrom, timeoutMs: 20_000, marker: `mutants-${process.pid}:1`, hear: (_, bytes) => void (said += bytes.toString()) })
      return said
    })
    return Effect.runPromise(Effect.provide(Effect.retry(work, AGAIN), layerSandbox(WISH, placeOf(scene, [scene.work], environment))))
  }

  const REACHES = `exec "$NODE" -e 'require("net").connect(+process.env.PORT, "127.0.0.1").on("connect", () => { console.log("ESCAPED"); process.exit() }).on("error", () => {})'`
  test.each<readonly [line: string, ...Fault]>([
    [REACHES, "leaves the network open", "sandbox/bubblewrap.ts", '...(network === "none" ? ["--unshare-net"] : [])', ""],
    ["echo x > $OUT/made && echo ESCAPED", "writes everywhere", "sandbox/bubblewrap.ts", '...["--ro-bind", "/", "/",', '...["--bind", "/", "/",'],
    ['cat "$HOME/.ssh/key"', "hides no keys", "sandbox/mounts.ts", "...secretPlaces(view.environment, view.own).flatMap(hidden),", ""],
    ['test "$SECRET_TOKEN" = 12345 && echo ESCAPED', "keeps variables that hold keys", "sandbox/environment.ts", "SECRET_NAME.test(name) ||", ""],
    ["grep -q 'NSpid:.[0-9]*$' /proc/self/status && ls /proc | grep -cx '[0-9]*' | grep -q '[0-9][0-9]' && echo ESCAPED", "shares its processes", "sandbox/bubblewrap.ts", '"--unshare-pid", ', ""]
  ])("%s: notices a sandbox that %s", async (line, ...fault) => {
    expect(await saidIn(line, [])).not.toContain("ESCAPED")
    expect(await saidIn(line, [editOf(fault)])).toContain("ESCAPED")
  })
})
