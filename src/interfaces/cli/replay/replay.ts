import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { EXIT, type ExitCode } from "../exit-code.ts"
import { usageError, type Command, type Invocation, type Trouble } from "../invocation.ts"
import { fileNamed, logNamed } from "../log-word.ts"
import { printAt, printJson, printStory } from "./print.ts"
import { wishOf, type ReplayWish } from "./wish.ts"

/**
 * Plays a log on a terminal. Without one it tells what happened, event by event; `--json` gives what each event did, and the
 * state it all led to. With `--at`, only that event and the whole state after it.
 */
export const replay: Command = Effect.fnUntraced(function*(invocation: Invocation) {
  const word = invocation.words[0] as string
  const wish = wishOf(invocation.flags)
  if (typeof wish === "string") return yield* usageError(wish)
  if (invocation.flags.json !== true && isTerminal(invocation)) return yield* playNamed(invocation, word, wish)
  if (invocation.flags.json === true) yield* printJson(invocation, word, wish.at)
  else if (wish.at !== null) yield* printAt(invocation, word, wish.at)
  else yield* printStory(invocation, word)
  return EXIT.done
})

const isTerminal = ({ environment }: Invocation): boolean =>
  process.stdin.isTTY === true && process.stdout.isTTY === true && environment["TERM"] !== "dumb"

const playNamed = (invocation: Invocation, word: string, wish: ReplayWish): Effect.Effect<ExitCode, Trouble, Scope.Scope> =>
  Effect.gen(function*() {
    const log = yield* logNamed(invocation, word)
    // The player is a piece of its own: nothing but a person before a terminal needs it.
    const { playLog } = yield* Effect.promise(() => import("./play.ts"))
    const left = yield* playLog({ log, file: fileNamed(invocation, word), environment: invocation.environment, wish })
    if (typeof left === "string") return yield* usageError(left)
    if (!invocation.output.quiet) invocation.output.err(`left at event ${left.position}; \`loom replay ${word} --at ${left.position}\` comes back\n`)
    return left.interrupted ? EXIT.interrupted : EXIT.done
  })
