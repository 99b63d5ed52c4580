import type { Look } from "../view/paint.ts"
import { EXIT, type ExitCode } from "./exit-code.ts"

type Environment = Readonly<Record<string, string | undefined>>

/** Where Loom speaks: stdout is the answer, stderr is everything else. */
export interface Output {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly outLook: () => Look
  readonly errLook: () => Look
  readonly quiet: boolean
  readonly verbose: boolean
}

export interface Loudness {
  readonly quiet: boolean
  readonly verbose: boolean
}

/** The process's own streams. A reader of stderr that went away is nobody's loss; of stdout, `gone` is told. */
export const processOutput = (environment: Environment, loudness: Loudness, gone: () => void): Output => {
  // Every write fails from then on; who reads is gone only once.
  process.stdout.once("error", gone)
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outLook: () => lookOf(process.stdout, environment),
    errLook: () => lookOf(process.stderr, environment),
    ...loudness
  }
}

/** What stood in the way of writing stdout, the first time. */
let stdoutTrouble: NodeJS.ErrnoException | null = null

/** Hears when somebody who reads goes away, so that it ends nothing by itself. */
export const hearStreams = (): void => {
  process.stdout.on("error", (error) => (stdoutTrouble ??= error))
  process.stderr.on("error", () => undefined)
}

/** How to leave, where not all of stdout could be written: as programs do whose reader went away, else with a sentence. */
export const codeAfterWriting = (code: ExitCode): ExitCode => {
  if (stdoutTrouble === null) return code
  if (stdoutTrouble.code !== "EPIPE") process.stderr.write(`write the answer to stdout: ${stdoutTrouble.message}; send it where there is room\n`)
  return code !== EXIT.done ? code : stdoutTrouble.code === "EPIPE" ? EXIT.brokenPipe : EXIT.failed
}

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Colour only where a terminal is and nobody said no; `COLUMNS` counts where the terminal does not say how wide it is. */
export const lookOf = (stream: Stream, environment: Environment): Look => {
  const isTerminal = stream.isTTY === true
  const asked = Number(environment["COLUMNS"])
  const columns = isTerminal ? stream.columns || asked || FALLBACK_COLUMNS : asked > 0 ? asked : null
  const forced = isSet(environment["FORCE_COLOR"]) && environment["FORCE_COLOR"] !== "0"
  return { colour: !isSet(environment["NO_COLOR"]) && (forced || (isTerminal && environment["TERM"] !== "dumb")), columns }
}

const FALLBACK_COLUMNS = 80

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ""

/** Everything written so far has left, or nobody reads it any more. */
export const flushed = async (): Promise<void> => {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) => new Promise<void>((resolve) => (stream.destroyed || stream.writableLength === 0 ? resolve() : stream.write("", () => resolve())))
    )
  )
  // A write that failed is told a moment later.
  await new Promise(setImmediate)
}
