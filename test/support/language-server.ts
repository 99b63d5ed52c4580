/**
 * A language server that speaks the true protocol over stdio and behaves as its one argument says, a JSON text. It finds a problem in each
 * line with a word in capitals: ERROR, WARNING, INFORMATION or HINT, and calls it what comes after that.
 */
import { appendFileSync } from "node:fs"

export interface ServerManner {
  /** How it tells what it thinks; left out: it pushes. */
  readonly tells?: "push" | "pull" | "push without version" | "never" | "in pieces"
  /** How long it thinks. Units: ms. */
  readonly thinksMs?: number
  /** How long it takes to begin. Units: ms. */
  readonly beginsMs?: number
  /** When it breaks down. */
  readonly breaks?: "at once" | "when it opens a file" | "when a file says BREAK"
  /** What it says that it should not. */
  readonly floods?: "a line without end" | "no json" | "a huge message" | "many problems" | "long words" | "for ever"
  /** How it writes the names of files. */
  readonly names?: "escaped" | "elsewhere" | "through a link"
  readonly encoding?: string
  /** Whether it first asks whatever a server may ask, and waits for all answers. */
  readonly asks?: boolean
  /** Whether it works at something, and tells its problems only when it is done. */
  readonly works?: boolean
  /** Whether its first answer is nothing, and it says soon that it knows better now. */
  readonly knowsBetter?: boolean
  /** Whether it stays although it is asked to end. */
  readonly stays?: boolean
  /** Whether it wants to hear of changed files. */
  readonly watches?: boolean
  /** Where it writes down what it hears, a line each. */
  readonly diary?: string
}

interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly params?: any
  readonly result?: unknown
  readonly error?: unknown
}

const manner = JSON.parse(process.argv[2] ?? "{}") as ServerManner
const texts = new Map<string, { readonly text: string; readonly version: number }>()
const answers = new Map<string, (result: unknown) => void>()
let asked = 0
let working = false
let knows = manner.knowsBetter !== true

const write = (words: string): void => void (manner.diary !== undefined && appendFileSync(manner.diary, `${words}\n`))

const send = (message: object): void => {
  const body = JSON.stringify({ jsonrpc: "2.0", ...message })
  process.stdout.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

const ask = (method: string, params: unknown): Promise<unknown> =>
  new Promise((resolve) => {
    const id = `q${++asked}`
    answers.set(id, resolve)
    send({ id, method, params })
  })

const problemsOf = (text: string): readonly object[] =>
  text.split("\n").flatMap((line, index) => {
    const found = /(ERROR|WARNING|INFORMATION|HINT) (.*)$/.exec(line)
    if (found === null) return []
    const before = line.slice(0, found.index)
    const character = manner.encoding === "utf-8" ? Buffer.byteLength(before) : before.length
    const message = manner.floods === "long words" ? `${found[2]} ${"and so on ".repeat(100_000)}` : found[2]
    const one = {
      range: { start: { line: index, character }, end: { line: index, character } },
      severity: ["ERROR", "WARNING", "INFORMATION", "HINT"].indexOf(found[1] as string) + 1,
      source: "fake",
      code: 7,
      message
    }
    return manner.floods === "many problems"
      ? Array.from({ length: 20_000 }, (_, number) => ({ ...one, message: `${one.message} ${number}` }))
      : [one]
  })

const named = (uri: string): string => {
  if (manner.names === "escaped")
    return uri.replace(
      /\/([^/]*)$/,
      (_, name: string) => `/${[...Buffer.from(decodeURIComponent(name))].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")}`
    )
  if (manner.names === "through a link") return uri.replace(/\/([^/]*)$/, "/linked/$1")
  return manner.names === "elsewhere" ? "untitled:elsewhere" : uri
}

const publish = (uri: string, problems: readonly object[]): void => {
  const version = manner.tells === "push without version" ? {} : { version: texts.get(uri)?.version }
  send({ method: "textDocument/publishDiagnostics", params: { uri: named(uri), ...version, diagnostics: problems } })
}

const think = async (uri: string): Promise<void> => {
  const { text } = texts.get(uri) as { readonly text: string }
  if (manner.breaks === "when it opens a file" || (manner.breaks === "when a file says BREAK" && text.includes("BREAK"))) {
    process.stderr.write("out of order\n")
    process.exit(7)
  }
  if (manner.tells === "pull" && manner.works === true && !working) {
    working = true
    send({ method: "$/progress", params: { token: 1, value: { kind: "begin", title: "indexing" } } })
    await after(manner.thinksMs ?? 0)
    working = false
    return send({ method: "$/progress", params: { token: 1, value: { kind: "end" } } })
  }
  if (manner.tells === "pull" || manner.tells === "never") return
  const problems = problemsOf(text)
  if (manner.works === true) {
    send({ method: "$/progress", params: { token: 1, value: { kind: "begin", title: "indexing" } } })
    publish(uri, [])
  }
  if (manner.tells === "in pieces") publish(uri, problems.slice(0, 1))
  await after(manner.thinksMs ?? 0)
  publish(uri, problems)
  if (manner.works === true) send({ method: "$/progress", params: { token: 1, value: { kind: "end" } } })
}

const after = (ms: number): Promise<void> => (ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms)))

const hear = async ({ id, method, params, result, error }: Message): Promise<void> => {
  if (method === undefined) return void answers.get(String(id))?.(error ?? result)
  const uri = params?.textDocument?.uri as string
  write(
    [
      method,
      uri === undefined ? "" : uri.slice(uri.lastIndexOf("/") + 1),
      params?.changes === undefined
        ? ""
        : params.changes.map((each: any) => `${each.uri.slice(each.uri.lastIndexOf("/") + 1)} ${each.type}`).join(",")
    ]
      .filter((word) => word !== "")
      .join(" ")
  )
  switch (method) {
    case "initialize":
      if (manner.floods === "a line without end") return flood("x".repeat(10_000))
      if (manner.floods === "no json") return flood("Content-Length: 3\r\n\r\n{{{")
      if (manner.floods === "a huge message") return flood("Content-Length: 99999999999\r\n\r\n{")
      await after(manner.beginsMs ?? 0)
      return send({
        id,
        result: {
          capabilities: {
            textDocumentSync: { openClose: true, change: 1, save: true },
            ...(manner.encoding === undefined ? {} : { positionEncoding: manner.encoding }),
            ...(manner.tells === "pull" ? { diagnosticProvider: { interFileDependencies: false, workspaceDiagnostics: false } } : {})
          }
        }
      })
    case "initialized":
      if (manner.watches === true)
        void ask("client/registerCapability", {
          registrations: [{ id: "w", method: "workspace/didChangeWatchedFiles", registerOptions: { watchers: [] } }]
        })
      if (manner.asks === true) {
        write(`answers ${JSON.stringify(await Promise.all([
          ask("workspace/configuration", { items: [{ section: "fake.deep" }, { section: "none" }] }),
          ask("client/registerCapability", { registrations: [] }),
          ask("window/workDoneProgress/create", { token: 1 }),
          ask("window/showMessageRequest", { type: 1, message: "well?", actions: [{ title: "yes" }] }),
          ask("workspace/applyEdit", { edit: {} }),
          ask("workspace/diagnostic/refresh", null)
        ]))}`)
      }
      if (manner.floods === "for ever") return flood(frame({ jsonrpc: "2.0", method: "window/logMessage", params: { type: 4, message: "y".repeat(1_000_000) } }))
      return
    case "textDocument/didOpen":
      texts.set(uri, params.textDocument)
      return think(uri)
    case "textDocument/didChange":
      texts.set(uri, { text: params.contentChanges[0].text, version: params.textDocument.version })
      return think(uri)
    case "textDocument/didClose":
      texts.delete(uri)
      return
    case "textDocument/diagnostic":
      if (working || !knows) {
        send({ id, result: { kind: "full", items: [] } })
        if (knows || working) return
        knows = true
        await after(20)
        return void ask("workspace/diagnostic/refresh", null)
      }
      await after(manner.works === true ? 0 : (manner.thinksMs ?? 0))
      return send({ id, result: { kind: "full", items: problemsOf(texts.get(uri)?.text ?? "") } })
    case "shutdown":
      return manner.stays === true ? undefined : send({ id, result: null })
    case "exit":
      return manner.stays === true ? undefined : process.exit(0)
  }
}

const frame = (message: object): string => {
  const body = JSON.stringify(message)
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** Says it as often as somebody listens. */
const flood = (words: string): void => {
  while (process.stdout.write(words));
  process.stdout.once("drain", () => flood(words))
}

if (manner.breaks === "at once") process.exit(3)
if (manner.stays === true) process.on("SIGTERM", () => {})
let held = Buffer.alloc(0)
process.stdin.on("data", (bytes: Buffer) => {
  held = Buffer.concat([held, bytes])
  for (let end = held.indexOf("\r\n\r\n"); end >= 0; end = held.indexOf("\r\n\r\n")) {
    const length = Number(/content-length: (\d+)/i.exec(held.toString("latin1", 0, end))?.[1])
    if (held.length < end + 4 + length) return
    const message = JSON.parse(held.toString("utf8", end + 4, end + 4 + length)) as Message
    held = held.subarray(end + 4 + length)
    void hear(message)
  }
})
if (manner.stays !== true) process.stdin.on("end", () => process.exit(0))
else setInterval(() => {}, 1_000)
