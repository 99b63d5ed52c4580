import { spawn, type ChildProcess } from "node:child_process"
import { existsSync } from "node:fs"
import { setPriority } from "node:os"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { endGroup } from "../os/process-group.ts"
import { errorCode, reasonOf } from "../os/problem.ts"
import { gitEnvironment, OVERRIDES } from "./git-environment.ts"

/** Why a run of git gave nothing. `missing`: there is no git; `failed`: it said no; `too-much`: it said more than was wanted. */
export class GitError extends Schema.TaggedError<GitError>()("GitError", {
  reason: Schema.Literals(["missing", "failed", "too-much"]),
  message: Schema.String
}) {}

export interface GitOutput {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

export interface GitOptions {
  readonly cwd: string
  readonly input?: string | Uint8Array
  /** Added to a clean environment: `GIT_DIR`, `GIT_INDEX_FILE` and their like. */
  readonly environment?: Readonly<Record<string, string>>
  /** Exit codes that are answers; 0 where not said. */
  readonly codes?: readonly number[]
  readonly outputBytesMax?: number
  /** Lets everything else go first. */
  readonly background?: boolean
}

/** Units: bytes; enough for the names of a million files. */
const OUTPUT_BYTES_MAX = 128 * 1024 * 1024
const STDERR_BYTES_MAX = 8_000
/** What asks nicely gets this long before it is killed; git takes its lock files away in that time. Units: ms. */
const GRACE_MS = 500

/**
 * The one door to the program git. Nothing the repository at hand brings along is executed: no hooks, no file-system
 * monitor, no pager, no editor, no transport. Interrupted, its whole process group is dead before this ends.
 */
export const runGit = (args: readonly string[], options: GitOptions): Effect.Effect<GitOutput, GitError> =>
  Effect.callback<GitOutput, GitError>((resume) => {
    const child = started(args, options, (error) => resume(Effect.fail(error)))
    if (child?.pid === undefined) return
    const group = child.pid
    if (options.background === true) letOthersGoFirst(group)
    const heard = listen(child, options.outputBytesMax ?? OUTPUT_BYTES_MAX)
    child.once("close", (code, signal) => resume(ended(args, options, heard(), code, signal)))
    child.stdin?.end(options.input)
    return Effect.promise(() => endGroup(group, GRACE_MS))
  })

/** What git printed, as text without the last line break. */
export const gitText = (args: readonly string[], options: GitOptions): Effect.Effect<string, GitError> =>
  Effect.map(runGit(args, options), ({ stdout }) => stdout.toString("utf8").replace(/\n$/, ""))

/** Records that end in NUL, the only separator that no path contains. */
export const gitRecords = (args: readonly string[], options: GitOptions): Effect.Effect<readonly string[], GitError> =>
  Effect.map(runGit(args, options), ({ stdout }) => records(stdout))

export const records = (stdout: Buffer): readonly string[] => (stdout.length === 0 ? [] : stdout.toString("utf8", 0, stdout.length - 1).split("\0"))

const started = (args: readonly string[], options: GitOptions, fail: (error: GitError) => void): ChildProcess | null => {
  const refuse = (thrown: unknown): void => fail(notStarted(args, options, thrown))
  try {
    const child = spawn("git", [...OVERRIDES, ...args], {
      cwd: options.cwd,
      env: gitEnvironment(process.env, options.environment),
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true
    })
    child.once("error", refuse)
    // git may end before it has read all; its exit code says why.
    child.stdin?.on("error", () => {})
    return child
  } catch (thrown) {
    refuse(thrown)
    return null
  }
}

const notStarted = (args: readonly string[], { cwd }: GitOptions, thrown: unknown): GitError => {
  if (!existsSync(cwd)) return new GitError({ reason: "failed", message: `${named(args)} in ${cwd}: the directory does not exist` })
  if (errorCode(thrown) === "ENOENT") return new GitError({ reason: "missing", message: NO_GIT })
  return new GitError({ reason: "failed", message: `${named(args)} in ${cwd}: ${reasonOf(thrown)}` })
}

const NO_GIT = "run git: there is no such program on the PATH; install git to have checkpoints, undo and auto-commit"

/** Collects what the child says; what is too much ends it. */
const listen = (child: ChildProcess, bytesMax: number): (() => Heard) => {
  const chunks: Buffer[] = []
  let bytes = 0
  let stderr = ""
  child.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= bytesMax) chunks.push(chunk)
    else child.kill("SIGKILL")
  })
  child.stderr?.on("data", (chunk: Buffer) => {
    if (stderr.length < STDERR_BYTES_MAX) stderr += chunk.toString("utf8")
  })
  return () => ({ stdout: Buffer.concat(chunks), stderr: stderr.trim(), tooMuch: bytes > bytesMax })
}

interface Heard {
  readonly stdout: Buffer
  readonly stderr: string
  readonly tooMuch: boolean
}

const ended = (args: readonly string[], options: GitOptions, heard: Heard, code: number | null, signal: string | null) => {
  const { stdout, stderr, tooMuch } = heard
  const bytesMax = options.outputBytesMax ?? OUTPUT_BYTES_MAX
  if (tooMuch)
    return Effect.fail(
      new GitError({ reason: "too-much", message: `${named(args)} in ${options.cwd}: it printed more than ${bytesMax} bytes` })
    )
  if (code !== null && (options.codes ?? [0]).includes(code)) return Effect.succeed({ code, stdout, stderr })
  const why = firstLine(stderr) || (code === null ? `it was ended by ${signal}` : `it ended with ${code}`)
  return Effect.fail(new GitError({ reason: "failed", message: `${named(args)} in ${options.cwd}: ${why}` }))
}

/** `git update-index`, for messages; the arguments would say more than a reader wants. */
const named = (args: readonly string[]): string => `git ${args.find((arg, index) => arg !== "-c" && args[index - 1] !== "-c") ?? ""}`

/** The line that says what was wrong, else the first. */
const firstLine = (text: string): string => {
  const lines = text.split("\n")
  return (lines.find((line) => /^(fatal|error):/.test(line)) ?? lines[0] ?? "").replace(/^(fatal|error): /, "")
}

const letOthersGoFirst = (pid: number): void => {
  try {
    setPriority(pid, 10)
  } catch {
    // It ended meanwhile; a courtesy that is not needed any more.
  }
}
