import { basename, dirname, join, relative } from "node:path"
import type { FSWatcher } from "chokidar"
import type { Ignored } from "./ignored.ts"
import { reasonOf } from "./problem.ts"

/** What a watcher says: something under this name changed, came or went, relative to the root; a directory came; or it hears nothing any more. */
export type Heard =
  | { readonly type: "touched"; readonly path: string }
  | { readonly type: "directory"; readonly path: string }
  | { readonly type: "deaf"; readonly why: string }

/**
 * Watches the directories of a tree, and so what lies in them; it follows no links.
 * It may say too much, and before it is ready too little; when it is, this resolves. After `deaf` nothing more is said.
 */
export const watchTree = async (root: string, hidden: Ignored, hear: (heard: Heard) => void): Promise<{ readonly close: () => Promise<void> }> => {
  const { watch } = await import("chokidar")
  const watcher: FSWatcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    // A watcher for each file would be one too many: that of its directory hears of it.
    ignored: (path, stat) => stat !== undefined && path !== root && (!stat.isDirectory() || hidden(dirname(path), basename(path), true))
  })
  let isDeaf = false
  const say = (heard: Heard): void => {
    if (isDeaf) return
    isDeaf = heard.type === "deaf"
    hear(heard)
    if (isDeaf) void watcher.close()
  }
  watcher.on("raw", (_event: string, name: string, details: unknown) => {
    const { watchedPath } = details as { readonly watchedPath?: unknown }
    if (typeof watchedPath !== "string") return
    const path = relative(root, typeof name === "string" && name !== "" ? join(watchedPath, name) : watchedPath)
    if (path !== "") say({ type: "touched", path })
  })
  watcher.on("addDir", (path: string) => say({ type: "directory", path: relative(root, path) }))
  return new Promise((resolve) => {
    const settled = { close: () => watcher.close() }
    watcher.once("ready", () => resolve(settled))
    watcher.on("error", (error: unknown) => {
      say({ type: "deaf", why: reasonOf(error) })
      resolve(settled)
    })
  })
}
