import { readdirSync, readFileSync } from "node:fs"
import { errorCode } from "./problem.ts"

/** Units: ms. */
const POLL_MS = 10
/** What survives SIGKILL hangs in the kernel; it is not waited for longer than this. */
const KILLED_MS = 1_000

/** Whether nothing of the process group is left. What belongs to somebody else, and cannot be killed, counts as gone. */
export const groupIsEmpty = (group: number): boolean => {
  try {
    process.kill(-group, 0)
  } catch (thrown) {
    return errorCode(thrown) === "ESRCH" || errorCode(thrown) === "EPERM"
  }
  return onlyZombies(group)
}

/** Asks the group to end, then kills it; done when nothing of it is left. `sparesLeader`: the one it is named for is not asked. */
export const endGroup = async (group: number, graceMs: number, sparesLeader = false): Promise<void> => {
  if (sparesLeader) askMembers(group)
  else signal(group, "SIGTERM")
  if (await emptied(group, graceMs)) return
  signal(group, "SIGKILL")
  await emptied(group, KILLED_MS)
}

const askMembers = (group: number): void => {
  for (const pid of pidsIn("/proc")) if (pid !== group && Number(statOf(pid)[2]) === group) signal(-pid, "SIGTERM")
}

export const killGroupNow = (group: number): void => signal(group, "SIGKILL")

const signal = (group: number, name: NodeJS.Signals): void => {
  try {
    process.kill(-group, name)
  } catch {
    // It ended meanwhile, or belongs to somebody else: nothing that could be done about it here.
  }
}

const emptied = async (group: number, withinMs: number): Promise<boolean> => {
  const until = performance.now() + withinMs
  while (!groupIsEmpty(group)) {
    if (performance.now() >= until) return false
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return true
}

/** The dead that nobody has collected yet still answer to signals. Only Linux tells; elsewhere they count as alive. */
const onlyZombies = (group: number): boolean => {
  if (process.platform !== "linux") return false
  for (const pid of pidsIn("/proc")) {
    const [, , groupOf] = statOf(pid)
    if (Number(groupOf) === group && !isDead(pid)) return false
  }
  return true
}

export const pidsIn = (proc: string): readonly number[] => readdirSync(proc).map(Number).filter(Number.isInteger)

/** Whether a process ended, though it may still stand in the table until somebody collects it. */
export const isDead = (pid: number): boolean => {
  const [state] = statOf(pid)
  return state === undefined || state === "Z" || state === "X"
}

/** Whether it is a thread of the kernel, which never has an environment. */
export const isKernels = (pid: number): boolean => pid === KTHREADD || statOf(pid)[1] === String(KTHREADD)
const KTHREADD = 2

/** State, parent, process group of a process; nothing where it ended meanwhile. */
const statOf = (pid: number): readonly string[] => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3)
  } catch {
    return []
  }
}
