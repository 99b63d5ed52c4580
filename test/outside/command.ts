import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"

const repository = join(import.meta.dirname, "../..")

/** A workspace whose name has blanks and umlauts, a home for Loom beside it; both are gone when the test is over. */
export const place = (): { readonly beside: string; readonly folder: string; readonly home: string } => {
  const beside = realpathSync(mkdtempSync(join(tmpdir(), "loom-outside-")))
  onTestFinished(() => rmSync(beside, { recursive: true, force: true }))
  const [folder, home] = [join(beside, "Übung für morgen"), join(beside, "home")]
  mkdirSync(folder)
  mkdirSync(home)
  return { beside, folder, home }
}

export type Call = readonly [tool: string, input: Readonly<Record<string, unknown>>]
/** Words, calls, or an answer as `specs/models.md` has it. */
export type Answer = string | readonly Call[] | Readonly<Record<string, unknown>>

export const script = (answers: readonly Answer[], chunkMs?: number): string => JSON.stringify({ chunkMs, answers: answers.map(answerOf) })

const answerOf = (answer: Answer): unknown => {
  if (typeof answer === "string") return { blocks: [{ type: "text", text: answer }] }
  if (!Array.isArray(answer)) return answer
  return { blocks: (answer as readonly Call[]).map(([name, input]) => ({ type: "tool-call", name, arguments: input })) }
}

export interface Server extends AsyncDisposable {
  readonly url: string
  readonly seenFile: string
}

/** A model server as a process of its own. */
export const serving = async (answers: readonly Answer[]): Promise<Server> => {
  const { beside } = place()
  const [scriptFile, seenFile] = [join(beside, "script.json"), join(beside, "seen.jsonl")]
  writeFileSync(scriptFile, script(answers))
  const child = spawn(
    process.execPath,
    [join(repository, "test/support/model-server/main.ts"), "--wire", "anthropic", "--script", scriptFile, "--seen", seenFile],
    { stdio: ["ignore", "pipe", "inherit"] }
  )
  const [line] = (await once(child.stdout, "data")) as [Buffer]
  return {
    url: (JSON.parse(line.toString()) as { url: string }).url,
    seenFile,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
    }
  }
}

interface Block {
  readonly type: string
  readonly text?: string
  readonly is_error?: boolean
  readonly content?: readonly { readonly text?: string }[] | string
}
export interface Said {
  readonly role: "user" | "assistant"
  readonly content: readonly Block[]
}

/** The messages of each request the server was asked. */
export const seen = (server: Server): readonly (readonly Said[])[] =>
  !existsSync(server.seenFile)
    ? []
    : readFileSync(server.seenFile, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { body: { messages: readonly Said[] } }).body.messages)

/** For each request, the tool results its last message brings. */
export const heard = (server: Server): readonly (readonly { readonly failed: boolean; readonly text: string }[])[] =>
  seen(server).map((messages) =>
    messages
      .at(-1)!
      .content.filter((block) => block.type === "tool_result")
      .map((block) => ({
        failed: block.is_error === true,
        text: typeof block.content === "string" ? block.content : (block.content ?? []).map((part) => part.text ?? "").join("")
      }))
  )

export interface With {
  readonly server?: Server
  readonly home?: string
  readonly input?: string | Buffer
  readonly variables?: Readonly<Record<string, string>>
}
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the built program in a folder; a task without a model gets the server's. */
export const start = (folder: string, words: readonly string[], { server, home, input, variables }: With = {}): ChildProcess => {
  const task = words.includes("-p") && !words.includes("--model") ? ["--model", "anthropic:claude-outside"] : []
  const child = spawn(process.execPath, [join(repository, "bin/loom.js"), ...words, ...task], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      LOOM_HOME: home ?? join(folder, "../home"),
      // To read so small a folder for a map takes longer than all else: what is about the map says so.
      LOOM_ZONE_MAP_TOKENS: process.env["LOOM_ZONE_MAP_TOKENS"] ?? "0",
      ...(server === undefined ? {} : { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "a key" }),
      ...variables
    },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"]
  })
  child.stdin?.end(input)
  return child
}

export const ended = async (child: ChildProcess): Promise<Ended> => {
  let [stdout, stderr] = ["", ""]
  child.stdout!.setEncoding("utf8").on("data", (piece: string) => (stdout += piece))
  child.stderr!.setEncoding("utf8").on("data", (piece: string) => (stderr += piece))
  const [code] = (await once(child, "close")) as [number | null]
  return { code, stdout, stderr }
}

export const loom = (folder: string, words: readonly string[], given: With = {}): Promise<Ended> => ended(start(folder, words, given))

/** Waits until something is so, at most eight seconds. */
export const until = async <A>(what: string, look: () => A | undefined | false): Promise<A> => {
  for (let tries = 0; tries < 400; tries++) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`waited in vain for ${what}`)
}

/** Ids of the processes that run with this in their command line. */
export const processes = (words: string): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => commandLine(name).includes(words))
    .map(Number)

const commandLine = (id: string): string => {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ")
  } catch {
    return "" // it ended while we looked
  }
}
