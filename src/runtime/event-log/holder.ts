import { execFileSync } from "node:child_process"
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"

/**
 * Who holds a session: a process, told apart by its start from a later one with the same number,
 * and where it runs, told apart from a place with other numbers.
 */
export interface Holder {
  readonly process: number
  readonly started: string
  readonly host: string
  /** The boot and the process space the number belongs to; empty where the system does not say. */
  readonly space: string
  /** Since when, ms since the epoch. */
  readonly since: number
}

/** How long a holder in a place that cannot be looked into counts as living after it was last heard of. */
export const SILENCE_MAX_MS = 180_000

export const thisHolder = (since: number): Holder => ({
  ...(us ??= { process: process.pid, started: startOf(process.pid) ?? "", host: hostname(), space: `${boot()} ${processSpace()}` }),
  since
})

/** Looked up once: none of it changes while the process lives. */
let us: Omit<Holder, "since"> | null = null

/** Whether it may still write. What cannot be looked at is believed to live for a while. Units: ms. */
export const isAlive = (holder: Holder, silentMs: number): boolean => {
  if (holder.host !== hostname()) return silentMs < SILENCE_MAX_MS
  if (holder.space !== `${boot()} ${processSpace()}`) return holder.space.split(" ")[0] === boot() && silentMs < SILENCE_MAX_MS
  const started = startOf(holder.process)
  return started !== null && (started === holder.started || started === "" || holder.started === "")
}

export const describeHolder = ({ process, host, since }: Holder): string =>
  `process ${process} on ${host}, since ${new Date(since).toISOString()}`

/** When the process began, in words that compare; `null` where there is none, empty where that cannot be told. */
const startOf = (id: number): string | null => {
  switch (process.platform) {
    case "linux":
      return startOnLinux(id)
    case "win32":
      return exists(id) ? "" : null
    default:
      return startByPs(id)
  }
}

/** The 22nd field of `stat`, counted after the name, which may hold blanks and brackets; a dead child unburied is dead. */
const startOnLinux = (id: number): string | null => {
  const stat = contentOf(`/proc/${id}/stat`)
  if (stat === null) return existsOutside(id)
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? "")
}

/** Where `/proc` is hidden, the number alone must do. */
const existsOutside = (id: number): string | null => (contentOf("/proc/self/stat") === null && exists(id) ? "" : null)

const startByPs = (id: number): string | null => {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(id)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() || null
  } catch {
    // No such process, or no `ps`: whether the number is in use decides.
    return exists(id) ? "" : null
  }
}

const exists = (id: number): boolean => {
  try {
    process.kill(id, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}

const boot = (): string => contentOf("/proc/sys/kernel/random/boot_id")?.trim() ?? ""

const processSpace = (): string => {
  try {
    return readlinkSync("/proc/self/ns/pid")
  } catch {
    // Only Linux has process spaces.
    return ""
  }
}

const contentOf = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // Not this system, or no such process.
    return null
  }
}
