import * as Effect from "effect/Effect"
import type { Keeper } from "./keeper.ts"
import type { KeepersOf } from "./keepers.ts"
import { chosen } from "./kept-page.ts"
import { KeptReader } from "./kept-reader.ts"

const WISH = "Sum up in at most five sentences what was asked, what was found out, what was decided and why, and what was left open. Name files and numbers of messages."

/** Units: UTF-16 code units. */
const SUMMARY_LENGTH_MAX = 2000

/**
 * Has a keeper summed up by the weak model, once, where a person named one. Whatever goes wrong costs the summary alone, which nothing
 * depends on: the words themselves are kept.
 */
export const summarize = Effect.fnUntraced(function*(keepers: KeepersOf, keeper: Keeper): Effect.fn.Return<void> {
  const reader = (yield* KeptReader)()
  if (reader === null) return
  yield* Effect.gen(function*() {
    if ((yield* keepers.summary(keeper)) !== null) return
    const text = chosen(keeper.messages, new Set(), reader.windowTokens)
    const answer = yield* reader.ask(`Sum up keeper ${keeper.name}.\n\n<conversation>\n${text}\n</conversation>\n\n${WISH}`)
    reader.owe(answer.usage)
    if (answer.why === null && answer.text.trim() !== "") yield* keepers.summarize(keeper, answer.text.trim().slice(0, SUMMARY_LENGTH_MAX).toWellFormed())
  }).pipe(Effect.ignore)
})
