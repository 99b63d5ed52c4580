import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { runProcess } from "../../../../src/effects/os/process.ts"
import { layerSandbox, Sandbox, sandboxState } from "../../../../src/effects/os/sandbox.ts"
import { openGate } from "../../../../src/effects/os/sandbox/gate.ts"
import { folder } from "../folder.ts"
import { get, openNetwork, REQUESTS, type NetworkWorld } from "./network-world.ts"
import { AGAIN, noSandbox, placeOf, sceneIn, WISH } from "./support.ts"

/** Real commands in a real sandbox, real servers on loopback; only where names lead is said by the test. */

const scene = sceneIn(folder())
let run: (line: string) => Promise<{ readonly said: string; readonly refused: readonly string[] }>
const scope = Scope.makeUnsafe()
let world: NetworkWorld

beforeAll(async () => {
  world = await openNetwork()
  if (!noSandbox) run = await session()
})
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  world.close()
})
beforeEach(() => world.forget())

/** One session: its commands share a way out. */
const session = async (): Promise<typeof run> => {
  const { ports, hosts, resolve } = world
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
  return (line) => Effect.runPromise(Effect.provideContext(Effect.retry(work(line), AGAIN), context))
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

describe.skipIf(noSandbox)("a sandbox with listed hosts", () => {
  const filled = (text: string): string => world.filled(text)
  /** All in one command; what was heard is told apart by a request after each. */
  let played: readonly { readonly answer: string; readonly heard: readonly string[] }[] = []
  beforeAll(async () => {
    const { said } = await program(`
      const answers = []
      for (const bytes of ${JSON.stringify(REQUESTS.map(([, bytes]) => filled(bytes)))}) { answers.push(await ask(bytes)); await ask(${JSON.stringify(filled(get("http://listed.test:W/mark")))}) }
      console.log(JSON.stringify(answers))`)
    const heardBy = world.heard.join("\n").split("127.0.0.2 listed.test GET /mark").map((part) => part.split("\n").filter((line) => line !== ""))
    played = (JSON.parse(said) as readonly string[]).map((answer, index) => ({ answer, heard: heardBy[index] ?? ["no mark"] }))
  })
  test.each(REQUESTS.map((row, index) => [row[0], index, ...row.slice(2)] as const))("%s", (_, index, answer, expected) => {
    expect(played[index]?.answer).toMatch(new RegExp(filled((answer as RegExp).source), (answer as RegExp).flags))
    expect(played[index]?.heard).toEqual(expected)
  })

  test("a name is looked up once, and only what was found then is connected to", async () => {
    await program(`await ask(${JSON.stringify(filled(get("http://rebound.test:W/")))})`)
    expect([world.lookedUp, world.heard]).toEqual([["rebound.test"], ["127.0.0.2 rebound.test GET /"]])
  })

  test("names that are not listed are looked up nowhere, by no way", async () => {
    const { said } = await program(`
      await ask(${JSON.stringify(filled(get("http://secret.unlisted.test:W/")))})
      const resolver = new dns.promises.Resolver({ timeout: 200, tries: 1 }); resolver.setServers(["127.0.0.1:" + UDP])
      await resolver.resolve4("secret.unlisted.test").catch(({ code }) => console.log(code))
      await dns.promises.lookup("secret.unlisted.test").catch(({ code }) => console.log(code))
      const socket = dgram.createSocket("udp4"); socket.on("error", () => {}).send("secret", Number(UDP), "127.0.0.1", () => setTimeout(() => socket.close(), 50))`)
    expect(said).toMatch(/^E[A-Z]+\nE[A-Z_]+\n$/)
    expect([world.lookedUp, world.heard]).toEqual([[], []])
  })

  test("around the proxy there is nothing: not a listed address either", async () => {
    const { said } = await program(
      `for (const [host, port] of [["127.0.0.2", WEB], ["127.0.0.1", OTHER], ["::1", OTHER], ["8.8.8.8", 53]]) await open(port, host).then(() => console.log("ESCAPED"), ({ code }) => console.log(code))`
    )
    expect(said).toMatch(/^(ECONNREFUSED|ENETUNREACH|EADDRNOTAVAIL|\n)+$/)
    expect(world.heard).toEqual([])
  })

  const TLS = (target: string, name: string): string => `
    const socket = await tunnel("${target}:" + TLS)
    const secure = tls.connect({ socket, servername: "${name}", ciphers: "PSK", maxVersion: "TLSv1.2", checkServerIdentity: () => undefined, pskCallback: () => ({ psk: Buffer.alloc(16, 7), identity: "x" }) }, () => secure.write("hello"))
    secure.on("data", (bytes) => console.log(String(bytes))).on("error", () => console.log("broken"))`
  test("TLS goes through a tunnel to its very host", async () => {
    expect([(await program(TLS("listed.test", "listed.test"))).said, world.heard]).toEqual(["echo hello\n", ["127.0.0.2 TLS for listed.test"]])
  })
  test("TLS for another host does not, and that is told", async () => {
    const { said, refused } = await program(TLS("listed.test", "unlisted.test"))
    expect([said, world.heard.filter((each) => each !== "broken TLS")]).toEqual(["broken\n", []])
    expect(refused).toEqual([`reach listed.test:${world.ports.tls} from the sandbox: what is sent speaks of unlisted.test, and has to speak of the host that it is sent to`])
  })

  test("a server that speaks first is heard through a tunnel to a port that a person named", async () => {
    expect((await program(`const far = await tunnel("listed.test:" + BANNER); far.pipe(process.stdout)`)).said).toBe("220 ready\n")
  })

  test("a redirect leads to no host that is not listed, and what was refused is told once", async () => {
    const { said, refused } = await program(
      `for (let n = 0; n < 2; n++) console.log(await fetch("http://listed.test:" + WEB + "/away").then((r) => r.status + " " + r.url, (e) => String(e.cause ?? e)))`
    )
    expect(said).not.toContain("200")
    expect(world.heard).toEqual(["127.0.0.2 listed.test GET /away", "127.0.0.2 listed.test GET /away"])
    expect(refused).toEqual([
      `reach unlisted.test:${world.ports.web} from the sandbox: it is not among the hosts of the setting sandbox_hosts; the person may add unlisted.test:${world.ports.web}`
    ])
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

test("where the program that enters a network is missing, it is said which package brings it", async () => {
  await expect(openGate({ path: "/usr/bin/bwrap", version: "0.8.0" }, { hosts: [] }, ["/no/such/nsenter"])).rejects.toThrow(
    "give the sandbox its hosts: nsenter is not installed; the package util-linux brings it"
  )
})

test("where bubblewrap makes no network, its own words are told", async () => {
  const broken = scene.folder.write("broken-bwrap", "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n", 0o755)
  await expect(openGate({ path: broken, version: "0.8.0" }, { hosts: [] }, ["/bin/sh"])).rejects.toThrow(
    "give the sandbox its hosts: its network cannot be made: bwrap: No permissions to create new namespace"
  )
})
