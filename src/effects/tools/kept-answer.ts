import * as Effect from "effect/Effect"
import { chosen } from "../context/kept-page.ts"
import { KeptReader } from "../context/kept-reader.ts"
import type { ReadSpan } from "../context/kept.ts"
import { told, type ToolOutcome } from "./tool.ts"

/** Units: ms. */
const ANSWER_MS = 30_000

/** Percent of the reader's window that may be filled with what it reads, and the bytes that a token has at least: so that it fits. */
const SHARE_PERCENT = 60
const BYTES_PER_TOKEN = 2

/** What a cheap model says to a question about what is kept; why not, in a sentence, where it says nothing in its time. */
export const answerFrom = Effect.fnUntraced(function*(
  reads: readonly ReadSpan[],
  question: string,
  wanted: ReadonlySet<string>,
  patienceMs: number = ANSWER_MS
): Effect.fn.Return<ToolOutcome | string> {
  const reader = (yield* KeptReader)()
  if (reader === null) return "no model can be asked from here"
  const answer = yield* reader.ask(wordsFor(reads, question, wanted, reader.windowTokens)).pipe(
    Effect.timeoutOrElse({ duration: patienceMs, orElse: () => Effect.succeed(`${reader.model} did not answer within ${patienceMs / 1000} s`) }),
    Effect.catch(({ message }) => Effect.succeed(`${reader.model} could not be asked: ${message}`))
  )
  if (typeof answer === "string") return answer
  if (answer.why !== null || answer.text.trim() === "") {
    reader.owe(answer.usage)
    return `${reader.model} gave no answer: ${answer.why ?? "it said nothing"}`
  }
  return {
    ...told(
      `${answer.text}\n\n[${reader.model} read ${reads.map(({ span }) => span.name).join(", ")}; context_read gives the words themselves]`
    ),
    usage: answer.usage
  }
})

const wordsFor = (reads: readonly ReadSpan[], question: string, wanted: ReadonlySet<string>, windowTokens: number): string => {
  const bytesEach = Math.floor((windowTokens * BYTES_PER_TOKEN * SHARE_PERCENT) / 100 / reads.length)
  const kept = reads.map(({ span, messages, number }) => {
    const numbers = new Set(
      messages
        .filter((message) => message.number === number || wanted.has(`${span.session}#${message.number}`))
        .map((message) => message.number)
    )
    return `<conversation keeper="${span.name}">\n${chosen(messages, numbers, bytesEach)}\n</conversation>`
  })
  return `Answer from the conversation below: ${question}\n\n${kept.join("\n\n")}\n\nThe question: ${question}`
}
