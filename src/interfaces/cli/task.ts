import { isUtf8 } from "node:buffer"
import { fstatSync } from "node:fs"
import * as Effect from "effect/Effect"
import { usageError, type Invocation, type UsageError } from "./invocation.ts"

/** More than this is no text to be read at once. Units: bytes. */
const PIPED_BYTES_MAX = 1024 * 1024
/** After so long a silence the person is told what is waited for. */
const PATIENCE_MS = 2000

/** The task: the words of the command line, and what is piped in behind them; empty where there is neither. */
export const taskOf = (invocation: Invocation): Effect.Effect<string, UsageError> =>
  Effect.gen(function*() {
    const words = invocation.words.join(" ").trim()
    const piped = isPiped() ? yield* pipedText(invocation) : ""
    return [words, piped.trimEnd()].filter((text) => text.trim() !== "").join("\n\n")
  })

/** Whether something may be waiting on stdin: a pipe, a socket or a file, but no terminal and no `/dev/null`. */
const isPiped = (): boolean => {
  try {
    const stat = fstatSync(0)
    return stat.isFIFO() || stat.isFile() || stat.isSocket()
  } catch {
    // Stdin is closed: nothing comes from there.
    return false
  }
}

const pipedText = (invocation: Invocation): Effect.Effect<string, UsageError> =>
  Effect.gen(function*() {
    const bytes = yield* Effect.promise(() =>
      pipedBytes(() => invocation.output.err("reading what is piped in until it ends; `</dev/null` where there is nothing\n"))
    )
    if (bytes === null) {
      return yield* usageError(
        `read what is piped in: it is larger than ${PIPED_BYTES_MAX / 1024 / 1024} MB; put it into a file and name the file in the task`
      )
    }
    if (!isUtf8(bytes)) return yield* usageError("read what is piped in: it is no UTF-8 text; put it into a file and name the file in the task")
    return bytes.toString("utf8")
  })

const pipedBytes = async (silent: () => void): Promise<Buffer | null> => {
  const patience = setTimeout(silent, PATIENCE_MS)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    clearTimeout(patience)
    size += (chunk as Buffer).length
    if (size > PIPED_BYTES_MAX) return null
    chunks.push(chunk as Buffer)
  }
  clearTimeout(patience)
  return Buffer.concat(chunks)
}
