import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs"
import { join } from "node:path"
import { isInside } from "../os/path.ts"
import { errorCode, reasonOf } from "../os/problem.ts"

/** A file that a workspace brings along: its text, or why it was not read. `cut`: it has more than was taken. */
export type TextInside = { readonly text: string; readonly cut: boolean } | { readonly refused: string }

/** Reads a regular file of the workspace; a link that leads outside it is not followed. `null`: nothing is there. Units: bytes. */
export const textInside = (root: string, name: string, bytesMax: number): TextInside | null => {
  try {
    const path = realpathSync.native(join(root, name))
    if (!isInside(root, path)) return { refused: "it leads outside the workspace" }
    return beginningOf(path, bytesMax) ?? { refused: "it is no regular file" }
  } catch (thrown) {
    const code = errorCode(thrown)
    return code === "ENOENT" || code === "ENOTDIR" ? null : { refused: reasonOf(thrown) }
  }
}

/** `null`: it is no regular file. A character that would be cut in two is left out. */
const beginningOf = (path: string, bytesMax: number): TextInside | null => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) return null
    const buffer = Buffer.allocUnsafe(Math.min(bytesMax, stat.size) + 1)
    const count = readSync(fd, buffer, 0, buffer.length, 0)
    return { text: new TextDecoder().decode(buffer.subarray(0, Math.min(count, bytesMax)), { stream: true }), cut: count > bytesMax }
  } finally {
    closeSync(fd)
  }
}
