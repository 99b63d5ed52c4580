import { readFileSync } from "node:fs"
import { isDead, isKernels, pidsIn } from "./process-group.ts"

/** The variable in the environment of every process that a call starts: `<session>:<effect>`. */
export const MARKER = "LOOM_CALL"

/** New ones may be born while the others are killed. */
const ROUNDS_MAX = 20
/** Units: ms. What survives SIGKILL hangs in the kernel; it is not waited for longer than `DEAD_MS`. */
const LOOK_AGAIN_MS = 2
const DEAD_MS = 1_000
/** A process has no environment to show while it becomes another program; that takes no longer than so many looks. */
const UNSURE_LOOKS_MAX = 5

/**
 * Kills what calls left behind, wherever in the process table it hides: all whose marker is this one, or begins with it and a
 * colon (a session means all its calls). Gives back how many were told to die, without waiting for it.
 * Only Linux shows the environment of a process; elsewhere nothing is found.
 */
export const killStrays = (marker: string): number => {
  const killed = new Set<number>()
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = lookFor(marker, 0).marked.filter((pid) => !killed.has(pid) && kill(pid))
    if (found.length === 0) break
    for (const pid of found) killed.add(pid)
  }
  return killed.size
}

/** Kills what a call left behind and ends when it is dead; only what is younger than the process `after` is looked at. */
export const endStrays = async (marker: string, after: number): Promise<void> => {
  const until = performance.now() + DEAD_MS
  for (let looks = 1; performance.now() < until; looks++) {
    const { marked, unsure } = lookFor(marker, after)
    if (marked.length === 0 && (!unsure || looks > UNSURE_LOOKS_MAX)) return
    for (const pid of marked) kill(pid)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

interface Look {
  readonly marked: readonly number[]
  /** Whether something is alive that did not show its environment. */
  readonly unsure: boolean
}

const lookFor = (marker: string, after: number): Look => {
  if (process.platform !== "linux") return { marked: [], unsure: false }
  const pids = pidsIn("/proc").filter((pid) => pid > after && pid !== process.pid)
  const seen = pids.map((pid) => ({ pid, environment: environmentOf(pid) }))
  return {
    marked: seen.flatMap(({ pid, environment }) => (environment !== null && isMarked(environment, marker) ? pid : [])),
    unsure: seen.some(({ pid, environment }) => environment === "" && !isDead(pid) && !isKernels(pid))
  }
}

const isMarked = (shown: string, marker: string): boolean => {
  const environment = `\0${shown}`
  const start = environment.indexOf(`\0${MARKER}=${marker}`)
  if (start < 0) return false
  const behind = environment.charAt(start + MARKER.length + marker.length + 2)
  return behind === "\0" || behind === ":" || behind === ""
}

/** `null` where the process ended meanwhile or belongs to somebody else. */
const environmentOf = (pid: number): string | null => {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8")
  } catch {
    return null
  }
}

/** Whether the signal went out; not where the process ended meanwhile or belongs to somebody else. */
const kill = (pid: number): boolean => {
  try {
    return process.kill(pid, "SIGKILL")
  } catch {
    return false
  }
}
