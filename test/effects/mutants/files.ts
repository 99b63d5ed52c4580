import { fault, type Fault } from "../../support/mutated-module.ts"

const FILE = "effects/os/file.ts"
const HANDLE = "effects/os/handle.ts"
const WRITE = "effects/tools/file-write.ts"

/** Faults in how files are opened and written while others change them. */
export const fileMutants: readonly Fault[] = [
  fault("opens what a swapped link leads to", HANDLE, "flags | constants.O_NOFOLLOW | constants.O_NONBLOCK", "flags | constants.O_NONBLOCK"),
  fault("does not ask what it opened for its path", HANDLE, "if (pathOf(fd, absolute) !== absolute) refuse(", "if (false) refuse("),
  fault("writes over what changed since it was read", FILE, "      requireUnchanged(file, target, before?.stat ?? null)\n", ""),
  fault("deletes what changed since it was read", FILE, "    requireUnchanged(file, target, before.stat)\n", ""),
  fault("takes a changed file for the one it was", FILE, "now === undefined || roughVersionOf(now) !== roughVersionOf(before)", "now === undefined"),
  fault("forgets the mode of what it replaces", FILE, "if (stat !== null) keepOwnerAndMode(fd, stat)", "")
]

/** Faults in what a model may write over. */
export const writeMutants: readonly Fault[] = [
  fault("writes over what nobody read", WRITE, "if (seen === null) refuse(", "if (false) refuse("),
  fault("writes over what changed since the model read it", WRITE, "if (seen !== versionBySize(before)) refuse(", "if (false) refuse("),
  fault("writes over what was read in part", WRITE, "if (unseenFrom !== null) refuse(", "if (false) refuse(")
]
