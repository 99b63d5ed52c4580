import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  type Dirent,
  type Stats
} from "node:fs"
import { basename, dirname, sep } from "node:path"
import { errorCode, refuse } from "./problem.ts"
import { isInside } from "./path.ts"

/**
 * Opening without following a swapped link. Linux: what was opened is asked for its own path, and children are reached
 * through the open directory (`/proc/self/fd/N/name`), so that nothing put in the way later is followed.
 * Elsewhere: the path is followed once more after opening and must lead to the same file, which leaves a moment open.
 */
export interface Handle {
  readonly fd: number
  /** A path that reaches this very file or directory. */
  readonly reach: string
}

/** Opens a canonical path, runs, closes. Errors: throws a `Problem` where something else lies there now, or what the system throws. */
export const withHandle = <A>(absolute: string, flags: number, use: (handle: Handle) => A): A => {
  const fd = open(absolute, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (pathOf(fd, absolute) !== absolute) refuse(`${absolute} was replaced while it was opened; try again`)
    return use({ fd, reach: hasProc() ? `/proc/self/fd/${fd}` : absolute })
  } finally {
    closeSync(fd)
  }
}

const open = (absolute: string, flags: number): number => {
  try {
    return openSync(absolute, flags)
  } catch (thrown) {
    if (errorCode(thrown) === "ELOOP" || errorCode(thrown) === "ENOTDIR")
      return refuse(`${absolute} was replaced by something else while it was opened; try again`)
    if (errorCode(thrown) === "ENXIO") return refuse(`${absolute} is no regular file`)
    throw thrown
  }
}

/** Opens a directory below a root, making those that are missing one by one; each is entered only if it is no link. */
export const withDirectory = <A>(root: string, absolute: string, use: (handle: Handle) => A): A => {
  if (!isInside(root, absolute)) refuse(`${absolute} lies outside ${root}`)
  const existing = deepestExisting(absolute)
  if (!isInside(root, existing)) refuse(`the workspace ${root} does not exist any more`)
  const missing = absolute.slice(existing.length).split(sep).filter((name) => name !== "")
  return withHandle(existing, DIRECTORY, (handle) => descend(handle, existing, missing, use))
}

/** Starts something that works in a canonical directory; what is put in its place meanwhile is not entered. */
export const inDirectory = <A>(absolute: string, start: (cwd: string) => A): A => withHandle(absolute, DIRECTORY, ({ reach }) => start(reach))

/** What stands under a name in a canonical directory, itself where it is a link. */
export const lookAt = (absolute: string): { readonly stat: Stats; readonly target: string | null } =>
  withHandle(dirname(absolute), DIRECTORY, ({ reach }) => {
    const path = `${reach}${sep}${basename(absolute)}`
    const stat = lstatSync(path)
    return { stat, target: stat.isSymbolicLink() ? readlinkSync(path) : null }
  })

/** What lies in a canonical directory. */
export const entriesIn = (absolute: string): readonly Dirent[] =>
  withHandle(absolute, DIRECTORY, ({ reach }) => readdirSync(reach, { withFileTypes: true }))

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY

const descend = <A>(handle: Handle, absolute: string, missing: readonly string[], use: (handle: Handle) => A): A => {
  const [name, ...rest] = missing
  if (name === undefined) return use(handle)
  const child = `${absolute === sep ? "" : absolute}${sep}${name}`
  try {
    mkdirSync(`${handle.reach}/${name}`)
  } catch (thrown) {
    if (errorCode(thrown) !== "EEXIST") throw thrown
  }
  return withHandle(child, DIRECTORY, (inner) => descend(inner, child, rest, use))
}

const deepestExisting = (absolute: string): string => {
  let path = absolute
  while (lstatSync(path, { throwIfNoEntry: false }) === undefined && path !== dirname(path)) path = dirname(path)
  return path
}

const pathOf = (fd: number, absolute: string): string => {
  if (hasProc()) return readlinkSync(`/proc/self/fd/${fd}`)
  const opened = fstatSync(fd)
  const now = lstatSync(absolute)
  return opened.ino === now.ino && opened.dev === now.dev ? realpathSync.native(absolute) : ""
}

let procSeen: boolean | undefined
const hasProc = (): boolean => (procSeen ??= process.platform === "linux" && existsSync("/proc/self/fd"))
