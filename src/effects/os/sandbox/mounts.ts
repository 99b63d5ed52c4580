import { readFileSync } from "node:fs"
import { isInside } from "../path.ts"
import type { SandboxWish } from "../sandbox.ts"
import { found, type Found, secretPlaces, startingPoints } from "./places.ts"
import { repositoryPlaces } from "./repository.ts"

/** What stands at a path inside the sandbox. */
export type Mount =
  /** The same as outside, or what stands at another path there. */
  | { readonly how: "read-only" | "writable"; readonly target: string; readonly source: string }
  /** An empty directory, or a file that nobody can open. */
  | { readonly how: "empty" | "closed"; readonly target: string }
  /** A directory that is empty at first, and gone with the command. */
  | { readonly how: "scratch"; readonly target: string }

/** What the view of a command is made from. */
export interface View {
  readonly roots: readonly string[]
  /** Stands at `temporaryPlace` inside. */
  readonly temporary: string
  readonly temporaryPlace: string
  /** Loom's own directories and files. */
  readonly own: readonly string[]
  /** What a person lets commands write beside the roots. */
  readonly alsoWritable: readonly string[]
  readonly network: SandboxWish["network"]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The whole view: parents before what lies in them; of two at one path the later in the list of kinds below counts. */
export const mountsOf = (view: View): { readonly mounts: readonly Mount[]; readonly forbidden: readonly string[] } => {
  const repositories = view.roots.map(repositoryPlaces)
  const writable = [
    ...view.alsoWritable.flatMap((path) => found(path.replace(/^~(?=\/)/, view.environment["HOME"] ?? "~"))?.path ?? []),
    ...repositories.flatMap((places) => places.writable),
    ...view.roots
  ]
  const readOnly = [
    ...startingPoints(view.environment).flatMap(({ path }) => (view.roots.includes(path) ? [] : path)),
    ...repositories.flatMap((places) => places.readOnly)
  ].filter((path) => writable.some((place) => isInside(place, path)))
  const mounts = inOrder([
    ...systemMounts(view),
    ...kernelMounts(),
    ...secretPlaces(view.environment, view.own).flatMap(hidden),
    ...writable.map((path) => same("writable", path)),
    ...readOnly.map((path) => same("read-only", path))
  ])
  return {
    mounts: [...mounts.filter((mount) => !isHidden(mount) || isSeen(mounts, mount)), ...socketsIn(mounts)],
    forbidden: repositories.flatMap((places) => places.forbidden)
  }
}

const same = (how: "read-only" | "writable", path: string): Mount => ({ how, target: path, source: path })

/** The system as it is, but for what programs leave for each other: sockets, pipes, temporary files. */
const systemMounts = ({ temporary, temporaryPlace, network }: View): readonly Mount[] => [
  ...["/run", "/var/run", "/var/tmp"].flatMap((path): readonly Mount[] => (found(path)?.path === path ? [{ how: "scratch", target: path }] : [])),
  ...(found(temporaryPlace)?.path === temporaryPlace ? [{ how: "writable", target: temporaryPlace, source: temporary } as const] : []),
  ...["/run/current-system", "/run/opengl-driver"].flatMap((path): readonly Mount[] => (found(path) === null ? [] : [{ how: "read-only", target: path, source: path }])),
  ...(network === "on" ? resolver() : [])
]

/**
 * The kernel's own switches: who is root outside owns them inside, too, whatever rights were dropped.
 * Source: the paths that container runtimes keep read-only or hidden.
 */
const kernelMounts = (): readonly Mount[] => [
  ...["sys", "sysrq-trigger", "irq", "bus", "fs", "mtrr", "driver"].flatMap((name) => (found(`/proc/${name}`) === null ? [] : same("read-only", `/proc/${name}`))),
  ...["acpi", "asound", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi"].flatMap((name) => hidden(found(`/proc/${name}`))),
  ...["/sys/firmware", "/sys/devices/virtual/powercap"].flatMap((path) => hidden(found(path)))
]

const hidden = (place: Found | null): readonly Mount[] =>
  place === null ? [] : [{ how: place.kind === "directory" ? "empty" : "closed", target: place.path }]

/** How names are looked up may be written in a directory that is not shown otherwise. */
const resolver = (): readonly Mount[] => {
  const file = found("/etc/resolv.conf")?.path
  return file === undefined || !file.startsWith("/run/") ? [] : [same("read-only", file)]
}

const inOrder = (mounts: readonly Mount[]): readonly Mount[] =>
  [...new Map(mounts.map((mount) => [mount.target, mount])).values()].toSorted((a, b) => depthOf(a.target) - depthOf(b.target))

const depthOf = (path: string): number => (path === "/" ? 0 : path.split("/").length)

/** The sockets of this machine that would still be seen: whoever listens there is somebody else. Only Linux lists them. */
const socketsIn = (mounts: readonly Mount[]): readonly Mount[] =>
  listening().flatMap((path): readonly Mount[] => {
    const closed: Mount = { how: "closed", target: path }
    return isSeen(mounts, closed) && found(path)?.kind === "socket" ? [closed] : []
  })

const isHidden = ({ how }: Mount): boolean => how === "empty" || how === "closed"

/** Whether what stands at its path outside would be seen inside, but for the mount itself. */
const isSeen = (mounts: readonly Mount[], mount: Mount): boolean => {
  const around = mounts.findLast((other) => other.target !== mount.target && isInside(other.target, mount.target))
  return around === undefined || ((around.how === "read-only" || around.how === "writable") && around.source === around.target)
}

const listening = (): readonly string[] => {
  try {
    const paths = readFileSync("/proc/net/unix", "utf8").split("\n").flatMap((line) => /^(?:\S+ +){6}\S+ (\/.*)$/.exec(line)?.[1] ?? [])
    return [...new Set(paths.flatMap((path) => found(path)?.path ?? []))]
  } catch {
    // No such list here: then only the directories where sockets usually stand are hidden.
    return []
  }
}
