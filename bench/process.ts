import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"

/** A process as a person starts it: its own environment, no input, what it prints thrown away. */
export interface Start {
  readonly file: string
  readonly words: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
}

/** How one process went. Units: `startNs` on the machine's monotonic clock. */
export interface Ran {
  readonly startNs: bigint
  /** From the start to the exit. */
  readonly wallMs: number
  /** The most memory it ever held; `null` where the system does not say. Units: bytes. */
  readonly peakBytes: number | null
}

/** Runs it to its end. Errors: rejects where it does not exit with 0, for then nothing was measured. */
export const runTimed = (start: Start, watchMemory = false): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const startNs = process.hrtime.bigint()
    const child = spawn(start.file, start.words, { cwd: start.cwd, env: start.environment, stdio: ["ignore", "ignore", "pipe"] })
    let said = ""
    child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()))
    const memory = watchMemory ? peakOf(child.pid as number) : null
    let wallMs = 0
    child.once("exit", () => (wallMs = Number(process.hrtime.bigint() - startNs) / 1e6))
    child.once("error", reject)
    child.once("close", (code) => {
      const peakBytes = memory?.() ?? null
      if (code === 0) resolve({ startNs, wallMs, peakBytes })
      else reject(new Error(`run ${start.file} ${start.words.join(" ")}: it ended with ${code}: ${said.trim()}`))
    })
  })

/** Looks again and again at the mark that the system keeps; only Linux shows it. */
const peakOf = (pid: number): (() => number | null) => {
  let peak: number | null = null
  const timer = setInterval(() => (peak = highWater(pid) ?? peak), 1)
  return () => (clearInterval(timer), peak)
}

const highWater = (pid: number): number | null => {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    // It has ended, or the system has no such file: what was seen so far counts.
    return null
  }
}
