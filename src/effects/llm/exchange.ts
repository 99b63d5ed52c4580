import * as Effect from "effect/Effect"
import type { ReportedUsage } from "../../machine/session.ts"
import { failed, isEnd, type ModelFailure, type OnPiece } from "./piece.ts"
import { sseReader } from "./sse.ts"
import { IDLE, INTERRUPTED, OVER, watch, type Watchdog } from "./watchdog.ts"

/** Turns the events of one wire into pieces; made anew for each answer. */
export interface Decoder {
  /** Takes the data of one server-sent event. Throws where that is not what the wire promises. */
  readonly event: (data: string) => void
  /** The stream came to its end in good order; some wires only now know that the answer is whole. */
  readonly closed: () => void
  /** What the provider said of the usage so far. */
  readonly usage: () => ReportedUsage | undefined
}

/** What is read of a response. */
export interface HttpAnswer {
  readonly headers: { readonly get: (name: string) => string | null }
  readonly body: AsyncIterable<Uint8Array> | null
  readonly text: () => Promise<string>
}

/** One request to a provider, with everything that depends on who that is. */
export interface Exchange {
  /** For messages: what is asked, and where. */
  readonly what: string
  readonly send: (signal: AbortSignal) => Promise<HttpAnswer>
  readonly decoder: (on: OnPiece) => Decoder
  /** Sorts what `send` or reading threw. */
  readonly failure: (error: unknown) => ModelFailure
  /** Sorts a whole document that came where a stream should have come; `null` where it is no error of the provider. */
  readonly document: (text: string) => ModelFailure | null
  /** Units: ms without a byte. */
  readonly idleMs: number
}

/**
 * Asks and streams the answer to `on`: any deltas, then exactly one end. An answer is whole only once the wire has said so; a stream
 * that is cut, stalls or just ends before is a failure that may pass. Interruption closes the connection before it returns, and says nothing.
 */
export const exchange = (request: Exchange, on: OnPiece): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const abort = new AbortController()
    const done = stream(request, abort, on)
    void done.then(() => resume(Effect.void))
    return Effect.promise(() => {
      abort.abort(INTERRUPTED)
      return done
    })
  })

const stream = async (request: Exchange, abort: AbortController, on: OnPiece): Promise<void> => {
  const answer = listening(request, abort.signal, on)
  const watchdog = watch(abort, request.idleMs)
  try {
    await read(request, abort.signal, answer, watchdog)
  } catch (error) {
    const idle = abort.signal.reason === IDLE ? transient(request, `nothing came for ${request.idleMs / 1000} s`) : null
    answer.fail(idle ?? answer.garbled() ?? request.failure(error))
    abort.abort(OVER)
  } finally {
    watchdog.stop()
  }
}

const read = async (request: Exchange, signal: AbortSignal, answer: Listening, watchdog: Watchdog): Promise<void> => {
  const response = await request.send(signal)
  const { body } = response
  if (body === null || !isStream(response)) return answer.fail(request.document(await response.text()) ?? noStream(request, response))
  const events = sseReader(answer.event)
  for await (const bytes of body) {
    events.push(bytes)
    if (answer.ended()) watchdog.rest()
    else watchdog.heard()
  }
  answer.closed()
}

// ── the answer as it comes in ────────────────────────────────────────────────────────────────────────────────────

interface Listening {
  readonly event: (data: string) => void
  readonly closed: () => void
  readonly fail: (failure: ModelFailure) => void
  readonly ended: () => boolean
  /** What was wrong with an event that could not be understood. */
  readonly garbled: () => ModelFailure | null
}

/** Lets pieces through until one is an end, or until nobody wants them. */
const listening = (request: Exchange, signal: AbortSignal, on: OnPiece): Listening => {
  let ended = false
  let garbled: ModelFailure | null = null
  const decoder = request.decoder((piece) => {
    if (ended || signal.reason === INTERRUPTED) return
    ended = isEnd(piece)
    on(piece)
  })
  const fail = (failure: ModelFailure): void => {
    if (ended || signal.reason === INTERRUPTED) return
    ended = true
    on(failed(failure, decoder.usage()))
  }
  return {
    event: (data) => {
      if (ended) return
      try {
        decoder.event(data)
      } catch (error) {
        garbled = transient(request, `the stream holds what its wire does not allow (${String(error)})`)
        throw error
      }
    },
    closed: () => {
      decoder.closed()
      fail(transient(request, "the stream ended before the answer was whole"))
    },
    fail,
    ended: () => ended,
    garbled: () => garbled
  }
}

// ── what may come instead of an answer ───────────────────────────────────────────────────────────────────────────

const transient = (request: Exchange, what: string): ModelFailure => ({ failure: "transient", message: `ask ${request.what}: ${what}` })

/** Gateways often forget the type of a stream; only a document that says it is one is not read as a stream. */
const isStream = ({ headers }: HttpAnswer): boolean => !/json|html/.test(headers.get("content-type") ?? "")

const noStream = (request: Exchange, { headers }: HttpAnswer): ModelFailure => {
  const document = headers.get("content-type") ?? "empty document"
  return {
    failure: "permanent",
    message: `ask ${request.what}: the answer is no stream but ${document}; check that the address is a model server's`
  }
}

/** The error that a JSON document speaks of, where a stream should have come. */
export const documentFailure = (text: string, sort: (error: unknown) => ModelFailure): ModelFailure | null => {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown }
    return error === undefined || error === null ? null : sort(error)
  } catch {
    // No JSON: then it is not the provider who speaks, and the caller says so.
    return null
  }
}
