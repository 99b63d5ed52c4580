import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { promisify } from "node:util"
import type { Mount } from "./mounts.ts"

/** bubblewrap as it was found to work here. */
export interface Bubblewrap {
  readonly path: string
  readonly version: string
}

/** Never from `PATH`: a workspace could stand in it. */
export const PROGRAMS: readonly string[] = [
  "/usr/bin/bwrap",
  "/bin/bwrap",
  "/usr/local/bin/bwrap",
  "/run/current-system/sw/bin/bwrap",
  "/nix/var/nix/profiles/default/bin/bwrap"
]

const PROBE_MS = 5_000
const run = promisify(execFile)

/** Runs nothing in the sandbox once; a sentence says what stands in the way. Units: takes about 20 ms. */
export const probe = async (programs: readonly string[]): Promise<Bubblewrap | string> => {
  if (process.platform !== "linux") return `bubblewrap exists for Linux only, this is ${process.platform}`
  const path = programs.find(existsSync)
  if (path === undefined) return "bubblewrap is not installed; `apt install bubblewrap` (or dnf, pacman, apk add) brings it"
  try {
    const options = { timeout: PROBE_MS, env: { LC_ALL: "C" } }
    const version = /\d+(?:\.\d+)+/.exec((await run(path, ["--version"], options)).stdout)?.[0] ?? "0"
    const bubblewrap = { path, version }
    await run(path, [...argumentsOf(bubblewrap, [], { network: "none", cwd: "/", statusTo: null }), "/bin/sh", "-c", "exit 0"], options)
    return bubblewrap
  } catch (thrown) {
    return whyNot(thrown)
  }
}

const whyNot = (thrown: unknown): string => {
  const { stderr = "", message } = thrown as { readonly stderr?: string; readonly message: string }
  const said = (stderr.trim().split("\n").at(-1) || message).replace(/^bwrap: /, "")
  const advice = /uid map|namespace|Operation not permitted|Permission denied/.test(said)
    ? "; the system forbids namespaces to users, as containers do and some distributions (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)"
    : ""
  return `bubblewrap does not work here: ${said}${advice}`
}

/** The descriptor on which bubblewrap tells how the command ended, and only if it began. */
export const STATUS_DESCRIPTOR = 3

/** The words between `bwrap` and the command. */
export const argumentsOf = (
  { version }: Bubblewrap,
  mounts: readonly Mount[],
  { network, cwd, statusTo }: { readonly network: "none" | "as around it"; readonly cwd: string; readonly statusTo: number | null }
): readonly string[] => [
  ...["--unshare-user", ...(isAtLeast(version, [0, 8]) ? ["--disable-userns"] : [])],
  ...["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", ...(network === "none" ? ["--unshare-net"] : [])],
  ...["--die-with-parent", "--cap-drop", "ALL", ...(statusTo === null ? [] : ["--json-status-fd", `${statusTo}`])],
  ...["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
  ...mounts.flatMap(wordsOf),
  // Only now, when what stands below them is in place.
  ...mounts.flatMap(({ how, target }) => (how === "empty" ? ["--remount-ro", target] : [])),
  ...["--chdir", cwd, "--"]
]

const wordsOf = (mount: Mount): readonly string[] => {
  switch (mount.how) {
    case "read-only":
      return ["--ro-bind", mount.source, mount.target]
    case "writable":
      return ["--bind", mount.source, mount.target]
    case "empty":
    case "scratch":
      return ["--tmpfs", mount.target]
    case "closed":
      return ["--ro-bind", "/dev/null", mount.target]
  }
}

const isAtLeast = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [ours = 0, ourMinor = 0] = version.split(".").map(Number)
  return ours > major || (ours === major && ourMinor >= minor)
}
