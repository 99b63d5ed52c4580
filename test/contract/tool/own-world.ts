import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layerGraphMemory } from "../../../src/effects/graph/graph.ts"
import { problem } from "../../../src/effects/os/problem.ts"
import { ChildSessions, type ChildSessionsOf } from "../../../src/effects/tools/child-sessions.ts"
import type { Tool } from "../../../src/effects/tools/tool.ts"
import { Web } from "../../../src/effects/web/web-settings.ts"
import type { HostTool } from "./host-tool.ts"
import { sessionOf } from "./tools-of-services.ts"

/** What tools need that reach beyond files and commands: a web, other sessions, commands in the background, a graph. */
export interface OwnWorld {
  readonly tools: readonly HostTool[]
  /** Where a web is: `http://127.0.0.1:PORT`. */
  readonly site: string
  /** A background command that said something and ended, one that said much, and one that runs and says nothing. */
  readonly said: string
  readonly much: string
  readonly silent: string
  readonly end: () => Promise<void>
}

const LONG = "a line of a page that goes on and on, with \u{1f600} in it\n".repeat(40_000)

/** Opens it: a server on loopback, sessions in memory, real commands. */
export const ownWorld = async (engineTools: readonly Tool<any>[]): Promise<OwnWorld> => {
  const server = await webOfPages()
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const site = `http://${host}`
  const more = Layer.mergeAll(Layer.succeed(Web, { allowPrivate: [host], searchUrl: `${site}/search` }), Layer.succeed(ChildSessions, children), layerGraphMemory)
  const { tools, end } = sessionOf(engineTools, more)
  const said = await begun(tools, "echo said; echo more >&2")
  const much = await begun(tools, "yes 'a long line of output that nobody wants to read' | head -c 2000000")
  const silent = await begun(tools, "sleep 600")
  for (const id of [said, much]) await untilEnded(tools, id)
  const close = async (): Promise<void> => {
    await end()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { tools, site, said, much, silent, end: close }
}

const webOfPages = async () => {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://x")
    const send = (type: string, body: string, status = 200): void => void response.writeHead(status, { "content-type": type }).end(body)
    if (pathname === "/never" || searchParams.get("q") === "never") return void response.write(" ")
    if (pathname === "/page") return send("text/html", "<h1>Hello</h1><p>A page.</p>")
    if (pathname === "/text") return send("text/plain", "a text")
    if (pathname === "/long") return send("text/plain", LONG)
    if (pathname !== "/search") return send("text/plain", "nothing here", 404)
    if (searchParams.get("q") === "html") return send("text/html", "<html>")
    const count = searchParams.get("q") === "none" ? 0 : 50
    const content = searchParams.get("q") === "long" ? LONG.slice(0, 20_000) : "a few words"
    send("application/json", JSON.stringify({ results: Array.from({ length: count }, (_, index) => ({ title: `Result ${index}`, url: `https://example.com/${index}`, content })) }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return server
}

const USAGE = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, cost: "unknown" } as const

/** Sessions that live in memory and do what their task says. */
const children: ChildSessionsOf = {
  ask: ({ kind, words, hear }) => {
    if (words === "never begin") return Effect.fail(problem(`${kind}: no model is set`))
    const answer = { session: "child", text: words === "much" ? LONG : "it is so", why: words === "stumble" ? "budget-steps" : null, usage: USAGE }
    const told = Effect.sync(() => {
      for (let line = 0; line < (words === "much" ? 5_000 : 1); line++) hear(`looked at file ${line}`)
      return answer
    })
    return words === "wait" ? Effect.delay(told, 20_000) : told
  }
}

const toolOf = (tools: readonly HostTool[], name: string): HostTool => tools.find((tool) => tool.name === name) as HostTool

const textOf = async (tools: readonly HostTool[], name: string, args: object): Promise<string> => {
  const result = await toolOf(tools, name).run(args, { root: mkdtempSync(join(tmpdir(), "loom-world-")), signal: new AbortController().signal, progress: () => {} })
  return typeof result === "string" ? result : result.parts.map((part) => (part.type === "text" ? part.text : "")).join("")
}

const begun = async (tools: readonly HostTool[], command: string): Promise<string> => (await textOf(tools, "shell", { command, background: true })).split(" ", 1)[0] as string

const untilEnded = async (tools: readonly HostTool[], id: string): Promise<void> => {
  while (/ runs since /.test(await textOf(tools, "shell_output", { id, wait_ms: 5_000 })));
}
