import { join } from "node:path"
import { parentPort, workerData } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { layer } from "../../../src/effects/os/sqlite.ts"

/* One of two threads that open the same new databases in the same instant, over and over. */

const { shared, directory, rounds } = workerData as { readonly shared: SharedArrayBuffer; readonly directory: string; readonly rounds: number }
const counter = new Int32Array(shared)

/** Goes on once the other one has come here too. */
const meet = (round: number): void => {
  Atomics.add(counter, 0, 1)
  Atomics.notify(counter, 0)
  for (let seen = Atomics.load(counter, 0); seen < 2 * round; seen = Atomics.load(counter, 0)) Atomics.wait(counter, 0, seen)
}

const errors: string[] = []
for (let round = 1; round <= rounds; round++) {
  meet(round)
  const opened = await Effect.runPromiseExit(Effect.provide(Effect.void, layer({ file: join(directory, `${round}.db`) })))
  if (opened._tag === "Failure") errors.push(String(opened.cause))
}
parentPort!.postMessage(errors)
