import { wordsOf } from "../contract.ts"
import type { Arguments, HostTool, HostToolResult, TriedTool } from "./host-tool.ts"
import { changedPaths, makePlace, type Place } from "./place.ts"

/** Everything that one call did. */
export interface Called {
  readonly status: "ok" | "error" | "never ended"
  readonly result: HostToolResult | null
  /** All text of the result, or of what was thrown. */
  readonly text: string
  /** What was thrown, where something was. */
  readonly thrown: unknown
  readonly progress: readonly unknown[]
  readonly root: string
  /** What the call changed, relative to the root, once it had ended. */
  readonly changed: readonly string[]
  /** What it said and changed after its end. */
  readonly late: readonly string[]
  /** Whether it was still running when it was interrupted. */
  readonly interrupted: boolean
}

export interface CallOptions {
  /** Interrupts: before it begins, or once it is on its way. */
  readonly interrupt?: "before" | "during"
  /** How often the call is run, one after the other, in the same folder; left out: once. */
  readonly times?: number
  /** How long to listen once it has ended. Units: ms. */
  readonly listenMs?: number
  /** Another folder than one of its own. */
  readonly place?: Place
}

/** How long a call has to get on its way before it is interrupted, and to end then. Units: ms. */
const UNDER_WAY_MS = 60
const STOPPED_MS = 2_000

/** Runs a call in a folder of its own, as an agent would, and tells all of it. */
export const call = async (tried: TriedTool, args: Arguments, options: CallOptions = {}): Promise<Called> => {
  const place = options.place ?? makePlace()
  try {
    if (options.place === undefined) await tried.trial.prepare?.(place.root)
    return await callIn(place, tried, args, options)
  } finally {
    if (options.place === undefined) place.remove()
  }
}

const callIn = async (place: Place, { tool, trial }: TriedTool, args: Arguments, { interrupt, times = 1, listenMs = 0 }: CallOptions): Promise<Called> => {
  const before = place.look()
  const progress: unknown[] = []
  const abort = new AbortController()
  if (interrupt === "before") abort.abort()
  const running = runTimes(times, tool, args, { root: place.root, signal: abort.signal, progress: (text: unknown) => void progress.push(text) })
  const timer = interrupt === "during" ? setTimeout(() => abort.abort(), UNDER_WAY_MS) : undefined
  const ended = await within(interrupt === undefined ? (trial.timeoutMs ?? 5_000) : STOPPED_MS, running)
  clearTimeout(timer)
  const interrupted = abort.signal.aborted
  const said = progress.length
  const after = place.look()
  if (listenMs > 0) await pause(listenMs)
  const late = [...progress.slice(said).map((text) => `said ${JSON.stringify(text)}`), ...changedPaths(after, place.look()).map((path) => `changed ${path}`)]
  return { ...ended, progress: [...progress], root: place.root, changed: changedPaths(before, after), late, interrupted }
}

type Ended = Pick<Called, "status" | "result" | "text" | "thrown">

const runTimes = async (times: number, tool: HostTool, args: Arguments, context: Parameters<HostTool["run"]>[1]): Promise<Ended> => {
  let last = await runOnce(tool, args, context)
  for (let count = 1; count < times; count++) last = await runOnce(tool, args, context)
  return last
}

const runOnce = async (tool: HostTool, args: Arguments, context: Parameters<HostTool["run"]>[1]): Promise<Ended> => {
  try {
    const result = await tool.run(args, context)
    const status = typeof result === "object" && result?.status === "error" ? "error" : "ok"
    return { status, result, text: textOf(result), thrown: null }
  } catch (thrown) {
    return { status: "error", result: null, text: wordsOf(thrown), thrown: thrown ?? "nothing" }
  }
}

/** All text of a result, whatever shape it has. */
export const textOf = (result: unknown): string => {
  if (typeof result === "string") return result
  const parts = (result as { readonly parts?: unknown } | null)?.parts
  return Array.isArray(parts) ? parts.map((part) => String((part as { readonly text?: unknown } | null)?.text ?? "")).join("\n") : ""
}

const within = async (ms: number, running: Promise<Ended>): Promise<Ended> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Ended>((resolve) => {
    timer = setTimeout(() => resolve({ status: "never ended", result: null, text: "", thrown: null }), ms)
  })
  const ended = await Promise.race([running, late])
  clearTimeout(timer)
  return ended
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
