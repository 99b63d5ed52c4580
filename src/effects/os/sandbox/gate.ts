import { spawn, type ChildProcess } from "node:child_process"
import { closeSync, existsSync, openSync } from "node:fs"
import type { Server } from "node:net"
import type { Resolve } from "../resolve.ts"
import { problem } from "../problem.ts"
import type { Bubblewrap } from "./bubblewrap.ts"
import { parseHostRule, type HostRule } from "./hosts.ts"
import { makeProxy } from "./proxy.ts"

/** A network for commands that has one way out, the proxy of this process. */
export interface Gate {
  /** The words before a command that is to be started in that network. */
  readonly enter: readonly string[]
  /** Variables that lead programs to the proxy. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly takeRefused: () => readonly string[]
  readonly close: () => void
}

export interface GateWish {
  readonly hosts: readonly string[]
  readonly resolve?: Resolve | undefined
}

/** Never from `PATH`: a workspace could stand in it. */
const ENTERING: readonly string[] = ["/usr/bin/nsenter", "/bin/nsenter", "/run/current-system/sw/bin/nsenter"]
/** Units: ms. It takes about 100. */
const PATIENCE_MS = 10_000

/**
 * Makes a network namespace with nothing in it but a loopback, where this process listens: a short-lived program in it opens the socket and hands it over.
 * Nothing runs there afterwards but commands; it is gone with this process, or when it is closed.
 * Errors: rejects with a `Problem` where the system does not let us.
 */
export const openGate = async ({ path }: Bubblewrap, { hosts, resolve }: GateWish, programs: readonly string[] = ENTERING): Promise<Gate> => {
  const nsenter = programs.find(existsSync)
  if (nsenter === undefined) throw problem("give the sandbox its hosts: nsenter is not installed; the package util-linux brings it")
  const { listener, namespaces } = await networkBy(path)
  const proxy = makeProxy({ rules: hosts.flatMap(asRule), ...(resolve === undefined ? {} : { resolve }) })
  const address = listener.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  proxy.server.listen(listener)
  // A proxy alone is no reason for this process to live on.
  proxy.server.unref()
  const [user, net] = namespaces
  return {
    enter: [nsenter, `--user=/proc/${process.pid}/fd/${user}`, `--net=/proc/${process.pid}/fd/${net}`, "--preserve-credentials", "--"],
    environment: leadingTo(`http://127.0.0.1:${port}`, hosts),
    takeRefused: proxy.takeRefused,
    close: () => {
      proxy.close()
      for (const each of namespaces) closeSync(each)
    }
  }
}

/** What is no rule was refused where the settings were read. */
const asRule = (text: string): readonly HostRule[] => {
  const rule = parseHostRule(text)
  return typeof rule === "string" ? [] : [rule]
}

/** Runs inside: listens, hands the socket over, and ends when it is told that all is in place. */
const HANDING_OVER = `const server = require("node:net").createServer().listen({ host: "127.0.0.1", port: 0 }, () => process.send(process.pid, server)); process.on("message", () => process.exit(0))`

interface Network {
  readonly listener: Server
  /** Descriptors of the user namespace and of the network: they keep both alive. */
  readonly namespaces: readonly [user: number, net: number]
}

const networkBy = (bwrap: string): Promise<Network> =>
  new Promise((done, failed) => {
    const words = [
      "--unshare-user",
      "--unshare-net",
      "--die-with-parent",
      "--ro-bind",
      "/",
      "/",
      "--dev",
      "/dev",
      "--",
      process.execPath,
      "-e",
      HANDING_OVER
    ]
    const child = spawn(bwrap, words, { stdio: ["ignore", "ignore", "pipe", "ipc"], env: { LC_ALL: "C" } })
    const fail = (why: string): void => (child.kill("SIGKILL"), failed(problem(`give the sandbox its hosts: ${why}`)))
    const timer = setTimeout(() => fail("its network did not come about in time"), PATIENCE_MS)
    const said = saidBy(child)
    child.once("error", ({ message }) => fail(message))
    child.once("close", () => (clearTimeout(timer), fail(`its network cannot be made: ${said() || "nothing was said why"}`)))
    child.once("message", (pid, listener) => {
      clearTimeout(timer)
      child.removeAllListeners("close").on("error", () => {})
      try {
        done({
          listener: listener as Server,
          namespaces: [openSync(`/proc/${Number(pid)}/ns/user`, "r"), openSync(`/proc/${Number(pid)}/ns/net`, "r")]
        })
        child.send("in place", () => {})
      } catch (thrown) {
        fail(String(thrown))
      }
    })
  })

const saidBy = (child: ChildProcess): (() => string) => {
  let said = ""
  child.stderr?.on("data", (bytes: Buffer) => void (said = (said + bytes.toString()).slice(-1_000)))
  return () => said.trim().split("\n").at(-1) ?? ""
}

/** What programs know a proxy by; what lives in the sandbox itself is reached without it. */
const leadingTo = (url: string, hosts: readonly string[]): Gate["environment"] => {
  const without = ["localhost", "127.0.0.1", "::1"]
    .filter((name) => !hosts.some((host) => host.replace(/^\[|\](?=:|$)/g, "").startsWith(name)))
    .join(",")
  const twice = { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: without, ALL_PROXY: undefined }
  const lower = Object.entries(twice).map(([name, value]) => [name.toLowerCase(), value])
  return { ...twice, ...Object.fromEntries(lower), NODE_USE_ENV_PROXY: "1" }
}
