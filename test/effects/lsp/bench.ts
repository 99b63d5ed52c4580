import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll } from "vitest"
import { lineOf, newsText } from "../../../src/effects/lsp/said.ts"
import { lazyLanguageServers, type ChangedFile, type LanguageServersOf, type LanguageServersOptions, type News } from "../../../src/effects/lsp/language-servers.ts"
import type { LspWish, ServerWish } from "../../../src/effects/lsp/wish.ts"
import { Sandbox } from "../../../src/effects/os/sandbox.ts"
import type { ServerManner } from "../../support/language-server.ts"
import { folder, type Folder } from "../os/folder.ts"

const SERVER = fileURLToPath(new URL("../../support/language-server.ts", import.meta.url))

/** A workspace with language servers, as a session has them. */
export interface Bench extends Folder {
  readonly servers: LanguageServersOf
  readonly session: string
  /** What the tool would tell: lines, who answered, who did not; or why nothing can be told. */
  readonly ask: (name: string) => Promise<readonly string[]>
  /** Changes a file as a call would, and gives the note after it. */
  readonly change: (name: string, text: string | null) => Promise<string>
  readonly changeAll: (texts: Readonly<Record<string, string | null>>) => Promise<News>
  readonly late: () => readonly string[]
  readonly end: () => Promise<void>
}

let count = 0

export const bench = async (wish: LspWish, more: Partial<LanguageServersOptions> = {}): Promise<Bench> => {
  const home = folder()
  const session = `lsp-bench-${process.pid}-${++count}`
  const scope = await Effect.runPromise(Scope.make())
  const options = { roots: [home.root], session, wish, isTrusted: () => true, sandbox: () => Effect.runSync(Sandbox), environment: process.env, ...more }
  const servers = await Effect.runPromise(Scope.provide(lazyLanguageServers(options), scope))
  const end = (): Promise<void> => Effect.runPromise(Scope.close(scope, Exit.void))
  afterAll(end)
  const changeAll: Bench["changeAll"] = (texts) => {
    const files = Object.entries(texts).map(([name, text]): ChangedFile => {
      const before = textAt(home.path(name))
      const how = text === null ? "gone" : before === null ? "made" : "changed"
      mkdirSync(dirname(home.path(name)), { recursive: true })
      if (text === null) rmSync(home.path(name))
      else writeFileSync(home.path(name), text)
      return { path: home.path(name), how, before: Effect.succeed(before) }
    })
    return Effect.runPromise(servers.afterBatch(files))
  }
  const linesOf = (all: Parameters<typeof lineOf>[0][]): readonly string[] => all.map((each) => lineOf(each, [home.root]))
  return {
    ...home,
    servers,
    session,
    ask: (name) =>
      Effect.runPromise(
        Effect.match(servers.ask(home.path(name)), {
          onSuccess: ({ diagnostics, by, silent }) => [...linesOf([...diagnostics]), ...by.map((server) => `by ${server}`), ...silent],
          onFailure: ({ message }) => [message]
        })
      ),
    change: async (name, text) => newsText(await changeAll({ [name]: text }), [home.root], 1024, "test:model"),
    changeAll,
    late: () => linesOf([...servers.late()]),
    end
  }
}

const textAt = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

/** A server of this manner for files that end with `.fake`. */
export const fake = (manner: ServerManner = {}, files: readonly string[] = [".fake"]): ServerWish => ({
  command: [process.execPath, SERVER, JSON.stringify(manner)],
  files,
  settings: { fake: { deep: 1 } }
})

export const only = (...servers: readonly ServerWish[]): LspWish => ({
  on: true,
  servers: Object.fromEntries(servers.map((server, index) => [`fake${index === 0 ? "" : index + 1}`, server]))
})

/** The processes that a session of a bench has started and that live. */
export const alive = (session: string): readonly string[] => {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(`LOOM_CALL=${session}:`))
}

/** Those that live still although nobody should: looked at until there is none, for a while. */
export const left = async (session: string): Promise<readonly string[]> => {
  const by = performance.now() + 10_000
  while (alive(session).length > 0 && performance.now() < by) await new Promise((resolve) => setTimeout(resolve, 20))
  return alive(session)
}

const environmentOf = (pid: string): string => {
  try {
    return readFileSync(join("/proc", pid, "environ"), "utf8")
  } catch {
    return ""
  }
}
