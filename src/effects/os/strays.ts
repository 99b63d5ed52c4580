import { readFileSync } from "node:fs"
import { pidsIn } from "./process-group.ts"

/** The variable in the environment of every process that a call starts: `<session>:<effect>`. */
export const MARKER = "LOOM_CALL"

/** New ones may be born while the others are killed. */
const ROUNDS_MAX = 20

/**
 * Kills what a call left behind, wherever in the process table it hides: all whose marker is this one, or begins with it
 * and a colon (a session means all its calls). `after`: only processes younger than this one are looked at.
 * Gives back how many were killed. Only Linux shows the environment of a process; elsewhere nothing is found.
 */
export const killStrays = (marker: string, after = 0): number => {
  if (process.platform !== "linux") return 0
  const killed = new Set<number>()
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = straysOf(marker, after).filter((pid) => !killed.has(pid) && kill(pid))
    if (found.length === 0) break
    for (const pid of found) killed.add(pid)
  }
  return killed.size
}

const straysOf = (marker: string, after: number): readonly number[] =>
  pidsIn("/proc").filter((pid) => pid > after && pid !== process.pid && isMarked(pid, marker))

const isMarked = (pid: number, marker: string): boolean => {
  const environment = `\0${environmentOf(pid)}`
  const start = environment.indexOf(`\0${MARKER}=${marker}`)
  if (start < 0) return false
  const behind = environment.charAt(start + MARKER.length + marker.length + 2)
  return behind === "\0" || behind === ":" || behind === ""
}

/** Empty where the process ended meanwhile or belongs to somebody else. */
const environmentOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8")
  } catch {
    return ""
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
