import { fault, type Fault } from "../../support/mutated-module.ts"

const PATH = "effects/os/path.ts"
const FILE = "effects/os/file.ts"
const PLACE = "effects/tools/place.ts"

/** Faults in where a path may lead. */
export const pathMutants: readonly Fault[] = [
  fault("lets a path lead outside", PATH, "if (found.root === null) refuse(", "if (false) refuse("),
  fault(
    "takes a folder that only begins alike for the root",
    PATH,
    "absolute === root || absolute.startsWith(prefixOf(root))",
    "absolute.startsWith(root)"
  ),
  fault(
    "takes .. before the link behind it",
    PATH,
    'follow(given.startsWith("/") ? given : `${from}/${given}`)',
    'follow((given.startsWith("/") ? given : `${from}/${given}`).replace(/[^/]+\\/\\.\\.\\//g, ""))'
  ),
  fault(
    "does not follow links of what is not there yet",
    PATH,
    "    if (target === null) reached = next\n",
    "    if (target === null || target !== null) reached = next\n"
  ),
  fault("takes a NUL in a path", PATH, 'if (given.includes("\\0")) refuse("the path contains a NUL character")', ""),
  fault("opens devices, pipes and sockets", FILE, 'if (kind === "special") refuse(', "if (false) refuse("),
  fault("reads private files with a second name", FILE, "    requireOwnName(file, stat)\n", ""),
  fault("takes the system's own files for files", PATH, "isSystems(absolute) ? \"special\" : kindOf(stat)", "kindOf(stat)"),
  fault("runs where a link was put after the decision", PLACE, "if (vetted !== null && !vetted.some(", "if (false && !vetted.some("),
  fault("writes what belongs to git", PLACE, "if (access === \"write\" && isGitsOwn(place)) refuse(", "if (false) refuse("),
  fault("takes .GIT for another name", PLACE, "const GITS_OWN = /^(\\.git|git~\\d+)[. ]*(:.*)?$/is", "const GITS_OWN = /^(\\.git|git~\\d+)[. ]*(:.*)?$/s"),
  fault("reads a folder as a file", FILE, "if (kind === \"directory\") refuse(", "if (false) refuse(")
]
