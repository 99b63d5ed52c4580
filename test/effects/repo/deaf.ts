import { closeSync, openSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { makePool } from "../../../src/effects/repo/pool.ts"
import { makeLiveIndex } from "../../../src/effects/repo/repo-index.ts"
import { makeWatchedIndex } from "../../../src/effects/repo/watched-index.ts"
import "chokidar"

/** Watches a repository when no file can be opened any more, then changes it: says why nothing is watched, and what the index has. */
const root = process.argv[2] as string

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function*() {
      const pool = makePool()
      const live = yield* makeLiveIndex({ root, cacheDirectory: null, pool })
      const watched = yield* makeWatchedIndex(root, live)
      yield* watched.now
      const open: number[] = []
      try {
        for (;;) open.push(openSync("/dev/null", "r"))
      } catch {
        // That is what is wanted.
      }
      yield* watched.watch
      for (const fd of open) closeSync(fd)
      writeFileSync(join(root, "a.py"), "def after(): pass\n")
      const { files } = yield* watched.now
      console.log(JSON.stringify([watched.deaf(), files.get("a.py")?.definitions.map(({ name }) => name)]))
      pool.end()
    })
  )
)
process.exit(0)
