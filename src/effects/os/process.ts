import { spawn, type ChildProcess } from "node:child_process"
import type { Writable } from "node:stream"
import * as Effect from "effect/Effect"
import { inDirectory } from "./handle.ts"
import { endGroup, groupIsEmpty, killGroupNow } from "./process-group.ts"
import { problem, problemOf, type Problem } from "./problem.ts"
import { endStrays, MARKER } from "./strays.ts"

export interface Command {
  readonly file: string
  readonly arguments: readonly string[]
  /** Canonical. */
  readonly cwd: string
  /** The whole environment; the marker is added. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Names the call in the environment of everything it starts, so that a later process can find what is left of it. */
  readonly marker: string
  readonly timeoutMs: number
  /** What it reads, or who goes on speaking to it while it runs; left out: nothing at all. */
  readonly input?: string | ((stdin: Writable) => void)
  /** The descriptor on which a sandbox around the command tells whether it began; `null` where none is around it. */
  readonly statusFrom?: number | null
  readonly hear: (stream: "stdout" | "stderr", bytes: Buffer) => void
}

export type Ended =
  | { readonly how: "exited"; readonly code: number }
  | { readonly how: "killed"; readonly signal: string }
  | { readonly how: "timed-out" }

/** What asks nicely gets this long before it is killed. Units: ms. */
const GRACE_MS = 500
/** What stays behind a command that ended by itself gets less. */
const LEFTOVER_GRACE_MS = 100
/** Something may hold the pipes open although all that can be found is dead. */
const PIPES_MS = 300

/**
 * Runs a command in a process group of its own, without a terminal, and without input but what is given. Whether it exits, times out or is
 * interrupted, this ends only when the whole group is dead, and what left the group but kept the marker, too.
 * Errors: fails with a `Problem` where it could not be started, or the sandbox around it not set up.
 */
export const runProcess = (command: Command): Effect.Effect<Ended, Problem> =>
  Effect.callback<Ended, Problem>((resume) => {
    const running = start(command, (ended) => resume(Effect.succeed(ended)), (problem) => resume(Effect.fail(problem)))
    return running === null ? Effect.void : Effect.promise(() => running.end())
  })

/** Whether nothing of the command ran, because the sandbox around it could not be set up. */
export const isNotBegun = ({ message }: Problem): boolean => message.startsWith(NOT_BEGUN)

const NOT_BEGUN = "run in the sandbox: it could not be set up, so nothing ran"

interface Running {
  /** Kills it and all it started, and waits for that. */
  readonly end: () => Promise<void>
}

const start = (command: Command, done: (ended: Ended) => void, failed: (problem: Problem) => void): Running | null => {
  const child = spawned(command, failed)
  if (child?.pid === undefined) return null
  const group = child.pid
  const whyNotBegun = watchStatus(child, command.statusFrom ?? null)
  let timedOut = false
  let ending: Promise<void> | null = null
  const end = (): Promise<void> => (ending ??= endAll(group, command, GRACE_MS).then(() => pipesClosed(child)))
  const timer = setTimeout(() => {
    timedOut = true
    void end().then(() => done({ how: "timed-out" }))
  }, command.timeoutMs)
  watchOutput(child, command.hear)
  guard(group)
  child.once("exit", (code, signal) => {
    clearTimeout(timer)
    void cleared(child, group, command.marker, ending).then(() => {
      unguard(group)
      const why = code === null || timedOut ? null : whyNotBegun()
      if (why !== null) failed(problem(`${NOT_BEGUN}: ${why}`))
      else if (!timedOut) done(code === null ? { how: "killed", signal: signal ?? "SIGKILL" } : { how: "exited", code })
    })
  })
  return { end: () => (clearTimeout(timer), end()) }
}

const spawned = (command: Command, failed: (problem: Problem) => void): ChildProcess | null => {
  const fail = (thrown: unknown): void => failed(problemOf(`start ${command.file}`, thrown))
  try {
    const child = inDirectory(command.cwd, (cwd) =>
      spawn(command.file, command.arguments, {
        cwd,
        env: { ...command.environment, [MARKER]: command.marker },
        stdio: [
          command.input === undefined ? "ignore" : "pipe",
          "pipe",
          "pipe",
          ...(typeof command.statusFrom === "number" ? ["pipe" as const] : [])
        ],
        detached: true
      })
    )
    child.on("error", fail)
    // Whoever does not read what it is given has no need of it.
    child.stdin?.on("error", () => {})
    if (typeof command.input === "function" && child.stdin !== null) command.input(child.stdin)
    else child.stdin?.end(command.input)
    return child
  } catch (thrown) {
    fail(thrown)
    return null
  }
}

const watchOutput = (child: ChildProcess, hear: Command["hear"]): void => {
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.on("data", (bytes: Buffer) => hear(stream, bytes))
    // A pipe that breaks has nothing more to say; how the command ended is told by its exit.
    child[stream]?.on("error", () => {})
  }
}

/** bubblewrap tells the exit code of what it ran; where it ran nothing it says why on stderr. `null`: the command began. */
const watchStatus = (child: ChildProcess, statusFrom: number | null): (() => string | null) => {
  if (statusFrom === null) return () => null
  const said = { status: "", stderr: "" }
  const keep = (what: keyof typeof said) => (bytes: Buffer): void => void (said[what] = (said[what] + bytes.toString("utf8")).slice(-STATUS_BYTES))
  child.stdio[statusFrom]?.on("error", () => {}).on("data", keep("status"))
  child.stderr?.on("data", keep("stderr"))
  return () => (said.status.includes('"exit-code"') ? null : said.stderr.trim().split("\n").at(-1) || "it says nothing")
}
const STATUS_BYTES = 4_096

/** After the command itself ended: nothing it started is left, and its output has come through. */
const cleared = async (child: ChildProcess, group: number, marker: string, ending: Promise<void> | null): Promise<void> => {
  if (ending !== null) return ending
  if (!groupIsEmpty(group)) await endGroup(group, LEFTOVER_GRACE_MS)
  await endStrays(marker, group)
  await pipesClosed(child)
}

/** A sandbox is not asked to end, only what runs in it: with the sandbox all would be dead at once. */
const endAll = async (group: number, { marker, statusFrom }: Command, graceMs: number): Promise<void> => {
  await endGroup(group, graceMs, typeof statusFrom === "number")
  await endStrays(marker, 0)
}

/** Waits for the end of the output, and gives up on pipes that stay open in silence. */
const pipesClosed = (child: ChildProcess): Promise<void> => {
  const open = child.stdio.slice(1).flatMap((pipe) => (pipe === null || pipe === undefined || pipe.closed ? [] : pipe))
  if (open.length === 0) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      for (const pipe of open) pipe.destroy()
    }, PIPES_MS)
    for (const pipe of open) pipe.on("data", () => timer.refresh())
    child.once("close", () => (clearTimeout(timer), resolve()))
  })
}

/** Groups that run now: they die with this process where it still gets to say so. */
const groups = new Set<number>()
let guarding = false

const guard = (group: number): void => {
  groups.add(group)
  if (guarding) return
  guarding = true
  process.on("exit", () => {
    for (const each of groups) killGroupNow(each)
  })
}

const unguard = (group: number): void => void groups.delete(group)
