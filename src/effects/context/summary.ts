import * as Effect from "effect/Effect"
import type { Problem } from "../os/problem.ts"
import type { KeptMessage, KeptSpan } from "./keeper.ts"
import type { KeepersOf } from "./keepers.ts"
import { chosen } from "./kept-page.ts"
import { KeptReader } from "./kept-reader.ts"

const WISH =
  "Sum up in at most five sentences what was asked, what was found out, what was decided and why, and what was left open. Name files and numbers of messages."

/** Units: UTF-16 code units. */
const SUMMARY_LENGTH_MAX = 2000
/** How often a summary is begun at most, and how many that came to nothing are tried again at a time. */
const TRIES_MAX = 3
const AGAIN_MAX = 2

/**
 * Has a keeper summed up by the weak model, where a person named one, and then some whose summary failed or was broken off before. Whatever goes wrong costs
 * the summary alone, which nothing depends on: the words themselves are kept.
 */
export const summarize = Effect.fnUntraced(function*(keepers: KeepersOf, keeper: KeptSpan): Effect.fn.Return<void> {
  yield* summarizeOne(keepers, keeper)
  const again = yield* Effect.orElseSucceed(keepers.unsummarized(keeper.project, TRIES_MAX), () => [])
  yield* Effect.forEach(
    again.filter((one) => !isUnderWay(one) && keyOf(one) !== keyOf(keeper)).slice(0, AGAIN_MAX),
    (one) => summarizeOne(keepers, one),
    { discard: true }
  )
})

/** Those that this process is at. */
const underWay = new Set<string>()
const keyOf = ({ session, name }: KeptSpan): string => `${session}\n${name}`
const isUnderWay = (span: KeptSpan): boolean => underWay.has(keyOf(span))

const summarizeOne = (keepers: KeepersOf, span: KeptSpan): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (isUnderWay(span)) return Effect.void
    underWay.add(keyOf(span))
    return Effect.ensuring(Effect.ignore(summary(keepers, span)), Effect.sync(() => underWay.delete(keyOf(span))))
  })

const summary = Effect.fnUntraced(function*(keepers: KeepersOf, span: KeptSpan): Effect.fn.Return<void, Problem> {
  const reader = (yield* KeptReader)()
  if (reader === null || (yield* keepers.summary(span)) !== null) return
  yield* keepers.tryToSummarize(span)
  const messages: readonly KeptMessage[] = yield* keepers.messages(span.session, span.from, span.to)
  const answer = yield* reader.ask(
    `Sum up keeper ${span.name}.\n\n<conversation>\n${chosen(messages, new Set(), reader.windowTokens)}\n</conversation>\n\n${WISH}`
  )
  reader.owe(answer.usage)
  if (answer.why === null && answer.text.trim() !== "") yield* keepers.summarize(span, answer.text.trim().slice(0, SUMMARY_LENGTH_MAX).toWellFormed())
})
