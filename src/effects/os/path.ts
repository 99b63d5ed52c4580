import { lstatSync, readlinkSync, realpathSync, type Stats } from "node:fs"
import { errorCode, problemOf, refuse } from "./problem.ts"

/** Where a path leads, every link followed; a path that does not exist yet is followed as far as it does. */
export interface Located {
  /** Canonical: absolute, without links, `.` and `..`. */
  readonly absolute: string
  /** The root it lies in, `null` where it lies in none. */
  readonly root: string | null
  /** As people and rules see it: relative to its root with `/` when inside, absolute when not; the root itself is `.`. */
  readonly shown: string
  readonly kind: Kind
  /** Units: bytes; 0 where nothing is there. */
  readonly size: number
}
export type Kind = "file" | "directory" | "missing" | "special"

/** Links followed before a path counts as a circle, as the kernel counts. */
const LINKS_MAX = 40

/**
 * Finds where a path leads. Relative ones begin in `from`, the first root where not said.
 * Errors: throws a `Problem` where the text is no path or cannot be followed.
 */
export const locate = (roots: readonly string[], given: string, from: string = roots[0] ?? "/"): Located => {
  if (given === "") refuse("the path is empty; use . for the workspace itself")
  if (given.includes("\0")) refuse("the path contains a NUL character")
  if (given === "~" || given.startsWith("~/")) refuse(`${given}: ~ is not expanded; give a path relative to the workspace`)
  try {
    return located(roots, follow(given.startsWith("/") ? given : `${from}/${given}`))
  } catch (thrown) {
    throw problemOf(`follow ${given}`, thrown)
  }
}

/** `locate`, and refuses what lies outside every root. */
export const locateInside = (roots: readonly string[], given: string, from?: string): Located => {
  const found = locate(roots, given, from)
  if (found.root === null) refuse(`${given} leads to ${found.absolute}, outside the workspace; only paths below ${roots.join(", ")} can be used`)
  return found
}

const located = (roots: readonly string[], absolute: string): Located => {
  const root = roots.find((candidate) => isInside(candidate, absolute)) ?? null
  const stat = lstatSync(absolute, { throwIfNoEntry: false })
  return {
    absolute,
    root,
    shown: root === null ? absolute : absolute.slice(prefixOf(root).length) || ".",
    kind: stat === undefined ? "missing" : isSystems(absolute) ? "special" : kindOf(stat),
    size: stat?.size ?? 0
  }
}

/**
 * What looks like files there is the system itself: processes with their environments and open files, devices, switches of the kernel.
 * Shared memory is an ordinary place for files.
 */
const isSystems = (absolute: string): boolean => /^\/(proc|sys|dev)(\/|$)/.test(absolute) && !/^\/dev\/shm(\/|$)/.test(absolute)

/** Whether a canonical path is the root or lies below it. */
export const isInside = (root: string, absolute: string): boolean => absolute === root || absolute.startsWith(prefixOf(root))

const prefixOf = (root: string): string => (root.endsWith("/") ? root : `${root}/`)

export const kindOf = (stat: Pick<Stats, "isFile" | "isDirectory">): Kind => (stat.isFile() ? "file" : stat.isDirectory() ? "directory" : "special")

/** The canonical path; the system's own way where all of it exists, step by step where it does not. */
const follow = (path: string): string => {
  try {
    return realpathSync.native(path)
  } catch (thrown) {
    if (errorCode(thrown) !== "ENOENT") throw thrown
    return followByStep(path)
  }
}

/** As the kernel walks: a link is replaced by what it names before the `..` behind it counts. */
const followByStep = (path: string): string => {
  const ahead = path.split("/").reverse()
  let reached = ""
  let links = 0
  while (ahead.length > 0) {
    const name = ahead.pop() as string
    if (name === "" || name === ".") continue
    if (name === "..") {
      reached = reached.slice(0, Math.max(0, reached.lastIndexOf("/")))
      continue
    }
    const next = `${reached}/${name}`
    const target = linkAt(next)
    if (target === null) reached = next
    else if (++links > LINKS_MAX) throw Object.assign(new Error("too many links"), { code: "ELOOP" })
    else {
      if (target.startsWith("/")) reached = ""
      ahead.push(...target.split("/").reverse())
    }
  }
  return reached === "" ? "/" : reached
}

/** What a link names; `null` where it is none or nothing is there. Errors: throws where a part of the path is a file. */
const linkAt = (path: string): string | null => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.isSymbolicLink() === true ? readlinkSync(path) : null
}
