import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type * as Semaphore from "effect/Semaphore"
import { attempt } from "../os/problem.ts"
import { copyBorrowed } from "./own-objects.ts"
import { keepIndex, markAsOwning } from "./shadow.ts"
import { forget, type Memory } from "./take.ts"

/** Makes checkpoints stand by themselves, beside whatever else goes on. */
export interface Copier {
  /** Copies what a tree borrowed; does not wait. */
  readonly copy: (memory: Memory, tree: string) => Effect.Effect<void>
  /** Ends when nothing is being copied. */
  readonly settled: Effect.Effect<void>
}

/** `alone` keeps checkpoints from being taken, `scope` ends the copying. */
export const makeCopier = (alone: Semaphore.Semaphore, scope: Scope.Scope): Copier => {
  const uncopied: string[] = []
  let copying: Fiber.Fiber<void> | null = null

  /** Until nothing is left to copy; only then, with nobody at work, the person's objects are let go. */
  const copyAll = (memory: Memory): Effect.Effect<void> =>
    Effect.gen(function*() {
      for (let tree = uncopied[0]; tree !== undefined; tree = uncopied[0]) {
        yield* copyBorrowed(memory.shadow, tree)
        uncopied.shift()
      }
      const done = yield* alone.withPermit(attempt("let go of borrowed objects", () => uncopied.length === 0 && letGo(memory)))
      if (!done) yield* copyAll(memory)
    }).pipe(
      Effect.catch(() => alone.withPermit(Effect.ignore(attempt("begin anew without borrowing", () => beginAlone(memory))))),
      Effect.ensuring(Effect.sync(() => (copying = null)))
    )

  /** What was borrowed is gone before it could be copied: the next checkpoint reads all files again and writes what it needs itself. */
  const beginAlone = (memory: Memory): void => {
    uncopied.length = 0
    memory.borrowing = false
    forget(memory)
  }

  return {
    copy: Effect.fnUntraced(function*(memory: Memory, tree: string) {
      uncopied.push(tree)
      copying ??= yield* Effect.forkIn(copyAll(memory), scope)
    }),
    settled: Effect.suspend(() => (copying === null ? Effect.void : Fiber.await(copying)))
  }
}

const letGo = (memory: Memory): boolean => {
  memory.borrowing = false
  markAsOwning(memory.shadow)
  keepIndex(memory.shadow)
  return true
}
