import { existsSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { errorCode } from "./problem.ts"

/**
 * Makes a directory, and those above it that are missing. By hand, for Node's own recursive way tries for ever where a file
 * system takes no directories, as `/proc`. Errors: throws what the system says; `EPERM` where nothing can be made in what is there.
 */
export const makeDirectory = (path: string, mode = 0o777): void => {
  if (existsSync(path)) return
  const above = dirname(path)
  if (above !== path) makeDirectory(above, mode)
  try {
    mkdirSync(path, { mode })
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return
    // What is above it is there: then it is no path that is wrong, but a file system that does not have it.
    if (errorCode(cause) === "ENOENT") throw Object.assign(new Error(`no directory can be made in ${above}`), { code: "EPERM" })
    throw cause
  }
}
