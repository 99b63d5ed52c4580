import * as Effect from "effect/Effect"
import type { ReportedUsage } from "../../machine/session.ts"
import { failed, isEnd, type ModelFailure, type OnPiece } from "./piece.ts"
import { sseReader } from "./sse.ts"

/** Turns the events of one wire into pieces; made anew for each answer. */
export interface Decoder {
  /** Takes the data of one server-sent event. Throws where that is not what the wire promises. */
  readonly event: (data: string) => void
  /** The stream came to its end in good order; some wires only now know that the answer is whole. */
  readonly closed: () => void
  /** What the provider said of the usage so far. */
  readonly usage: () => ReportedUsage | undefined
}

/** One request to a provider, with everything that depends on who that is. */
export interface Exchange {
  /** For messages: what is asked, and where. */
  readonly what: string
  readonly send: (signal: AbortSignal) => Promise<Response>
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

const INTERRUPTED = Symbol("interrupted")
const IDLE = Symbol("idle")

const stream = async (request: Exchange, abort: AbortController, on: OnPiece): Promise<void> => {
  let ended = false
  let garbled: string | null = null
  const give: OnPiece = (piece) => {
    if (ended || abort.signal.reason === INTERRUPTED) return
    ended = isEnd(piece)
    on(piece)
  }
  const decoder = request.decoder(give)
  const fail = (failure: ModelFailure): void => give(failed(failure, decoder.usage()))
  const watchdog = setTimeout(() => abort.abort(IDLE), request.idleMs)
  try {
    const response = await request.send(abort.signal)
    const { body } = response
    if (body === null || !isStream(response)) {
      fail(request.document(await response.text()) ?? noStream(request, response))
      return
    }
    const events = sseReader((data) => {
      if (ended) return
      try {
        decoder.event(data)
      } catch (error) {
        garbled = String(error)
        throw error
      }
    })
    const reader = body.getReader()
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      watchdog.refresh()
      events.push(chunk.value)
      if (ended) {
        letGo(reader)
        return
      }
    }
    decoder.closed()
    fail(transient(request, "the stream ended before the answer was whole"))
  } catch (error) {
    if (abort.signal.reason === IDLE) fail(transient(request, `nothing came for ${request.idleMs / 1000} s`))
    else if (garbled !== null) fail(transient(request, `the stream holds what its wire does not allow (${garbled})`))
    else fail(request.failure(error))
    abort.abort(INTERRUPTED)
  } finally {
    clearTimeout(watchdog)
  }
}

const transient = (request: Exchange, what: string): ModelFailure => ({ failure: "transient", message: `ask ${request.what}: ${what}` })

/** Gateways often forget the type of a stream; only a document that says it is one is not read as a stream. */
const isStream = (response: Response): boolean => !/json|html/.test(response.headers.get("content-type") ?? "")

const noStream = (request: Exchange, response: Response): ModelFailure => ({
  failure: "permanent",
  message: `ask ${request.what}: the answer is a ${response.headers.get("content-type") ?? "empty document"}, not a stream; check that the address is a model server`
})

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

/** How long the rest of a finished stream may take, so that its connection can serve the next request. Units: ms. */
const REST_MS = 1000

const letGo = (reader: ReadableStreamDefaultReader<Uint8Array>): void => {
  const timer = setTimeout(() => void reader.cancel().catch(NOTHING), REST_MS)
  timer.unref()
  const rest = async (): Promise<void> => {
    while (!(await reader.read()).done);
  }
  void rest().catch(NOTHING).finally(() => clearTimeout(timer))
}

/** The answer is whole already: what becomes of its connection concerns nobody. */
const NOTHING = (): void => {}
