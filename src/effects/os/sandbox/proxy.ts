import { createServer, type IncomingMessage, type Server } from "node:http"
import { resolveBySystem, type Resolve } from "../resolve.ts"
import { parseTarget, type HostRule, type Target } from "./hosts.ts"
import { leaveFor, whyAnother, type Leave } from "./leave.ts"
import { answerPlain } from "./proxy-plain.ts"
import { openTunnel, refuse } from "./proxy-tunnel.ts"

/** What commands in the sandbox reach listed hosts through. */
export interface Proxy {
  /** Speaks to whoever connects; it listens nowhere by itself. */
  readonly server: Server
  /** What was refused since it was asked last, a sentence each. */
  readonly takeRefused: () => readonly string[]
  /** Ends all connections. */
  readonly close: () => void
}

export interface ProxyWish {
  readonly rules: readonly HostRule[]
  /** Where names are looked up; left out: the system says. */
  readonly resolve?: Resolve
}

/** Says of a target whether it may be reached, and remembers where not. `named`: what the request itself says that it is for. */
export type Judge = (target: Target, named: readonly string[]) => Promise<Leave>

const CONNECTIONS_MAX = 256
const REFUSED_MAX = 20

/**
 * A proxy for listed hosts. Plain HTTP is asked for request by request, and each must name the host that it goes to; a tunnel to port 80 is read as plain HTTP is.
 * TLS in a tunnel has to be for its very host; to port 443 nothing else goes, to a port that a person named it may. Redirects are answers like any other.
 */
export const makeProxy = ({ rules, resolve = resolveBySystem }: ProxyWish): Proxy => {
  const refused = new Set<string>()
  const open = new Set<{ readonly destroy: () => unknown }>()
  const note = (why: string): void => void (refused.size < REFUSED_MAX && refused.add(why))
  const judge: Judge = async (target, named) => {
    const other = named.find((name) => !isSame(parseTarget(name, target.port), target))
    const leave =
      other === undefined
        ? await leaveFor(target, rules, resolve)
        : ({ type: "refused", status: 403, why: whyAnother(target, other) } as const)
    if (leave.type === "refused") note(leave.why)
    return leave
  }
  const targetByTunnel = new WeakMap<object, Target>()
  const server = createServer(
    { requestTimeout: 0 },
    (request, response) => void answerPlain(request, response, targetByTunnel.get(request.socket) ?? null, judge)
  )
  server.maxConnections = CONNECTIONS_MAX
  server.on("connect", (request: IncomingMessage, client, head) => {
    const readAsPlain = (target: Target): void => {
      targetByTunnel.set(client, target)
      server.emit("connection", client)
    }
    void openTunnel({ request, client, head, judge, note, readAsPlain, open })
  })
  server.on("clientError", (_, client) => refuse(client, 400, "ask the sandbox's proxy: this is no request of HTTP that it can read"))
  return {
    server,
    takeRefused: () => {
      const taken = [...refused]
      refused.clear()
      return taken
    },
    close: () => {
      server.close()
      server.closeAllConnections()
      for (const each of open) each.destroy()
    }
  }
}

const isSame = (one: Target | null, other: Target): boolean => one !== null && one.host === other.host && one.port === other.port
