import * as Effect from "effect/Effect"
import type { Problem } from "../os/problem.ts"
import type { Ended } from "../os/process.ts"
import { outgoingBytes } from "./outgoing.ts"
import { excerptOf, keepEnds, wholeOutput, type Output } from "./output.ts"
import { runEnclosed, type Run } from "./run-enclosed.ts"
import { counted } from "./text.ts"
import type { ToolContext, ToolOutcome } from "./tool.ts"

/** More output than this is shown by its head and tail. */
const SHOWN_BYTES_MAX = 30_000
/** Of the whole output, so much is kept from each end. */
const KEPT_BYTES = 2 * 1024 * 1024

/** Runs a program for the model: how it ended, then what it said, the middle left out where that is much. */
export const runAndTell = Effect.fnUntraced(function*(run: Run, context: ToolContext): Effect.fn.Return<ToolOutcome, Problem> {
  const { add, output } = keepEnds(KEPT_BYTES, KEPT_BYTES)
  const ended = yield* runEnclosed(run, context, (stream, bytes) => {
    add(stream, bytes)
    context.hear(stream, bytes)
  })
  const said = output()
  const blob = said.total > SHOWN_BYTES_MAX ? yield* stored(said, context) : null
  const text = excerptOf(said, SHOWN_BYTES_MAX, (leftOut) => `${counted(leftOut, "byte")} left out here; filter the output to see them`)
  return {
    status: ended.how === "exited" && ended.code === 0 ? "ok" : "error",
    parts: [{ type: "text", text: `${howEnded(ended, run.timeoutMs)}${text === "" ? "" : `\n${text}`}` }],
    ...(blob === null ? {} : { blob })
  }
})

/** The result is worth telling although its whole could not be stored. */
const stored = (output: Output, { blobs }: ToolContext): Effect.Effect<string | null> =>
  blobs.put(outgoingBytes(wholeOutput(output))).pipe(Effect.catch(() => Effect.succeed(null)))

/** `howEnded({ how: "exited", code: 1 }, 60_000)  // => "exit code 1"` */
export const howEnded = (ended: Ended, timeoutMs: number): string => {
  switch (ended.how) {
    case "exited":
      return `exit code ${ended.code}`
    case "killed":
      return `killed by ${ended.signal}`
    case "timed-out":
      return `killed: it took longer than ${timeoutMs} ms; give it more with timeout_ms, or do less`
  }
}
