import { renameSync, symlinkSync } from "node:fs"
import { parentPort, workerData } from "node:worker_threads"

/** A thread that puts links to the outside in the place of a directory and of a file, and takes them away, as fast as it can. */

const { home, outside, stop } = workerData as { readonly home: string; readonly outside: string; readonly stop: Int32Array }

symlinkSync(outside, `${home}/dir-link`)
symlinkSync(`${outside}/f.txt`, `${home}/file-link`)

/** What a tool made in its place meanwhile is put aside. */
const put = (from: string, to: string): void => {
  for (let tries = 0; tries < 20; tries++) {
    try {
      return renameSync(`${home}/${from}`, `${home}/${to}`)
    } catch {
      try {
        renameSync(`${home}/${to}`, `${home}/made-${++made}`)
      } catch {
        // It is gone again.
      }
    }
  }
}
let made = 0

const swap = (place: string, real: string, link: string): void => {
  put(place, real)
  put(link, place)
  put(place, link)
  put(real, place)
}

let rounds = 0
while (Atomics.load(stop, 0) === 0) {
  swap("dir", "dir-real", "dir-link")
  swap("still/f.txt", "file-real", "file-link")
  rounds++
}
parentPort?.postMessage(rounds)
