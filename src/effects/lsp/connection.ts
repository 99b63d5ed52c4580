import type { Writable } from "node:stream"
import type { Disposable, Message, MessageConnection, MessageReader } from "vscode-jsonrpc/node"
import { framesOf } from "./frames.ts"

/** What a server is asked and told, and what it asks and tells. */
export interface Connection {
  /** Errors: rejects where the server says no, or is gone. */
  readonly ask: (method: string, params: unknown) => Promise<unknown>
  /** Done when it is on its way. */
  readonly tell: (method: string, params: unknown) => Promise<void>
  readonly end: () => void
}

export interface Ears {
  /** Answers to what the server asks, by method; to what is not here it is told that nobody knows it. */
  readonly answers: Readonly<Record<string, (params: unknown) => unknown>>
  readonly hear: (method: string, params: unknown) => void
  /** Told once, where the server says what cannot be heard; nothing more is heard of it then. */
  readonly refuse: (why: string) => void
}

/** So much may wait to be read by a server; one that leaves more unread is told nothing more. Units: bytes. */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024

type Wire = typeof import("vscode-jsonrpc/node")

/** The wire under a connection, loaded by the first server that starts. A bundle has all of a CommonJS package under `default`. */
export const loadWire = async (): Promise<Wire> => {
  const loaded = await import("vscode-jsonrpc/node")
  return "Emitter" in loaded ? loaded : ((loaded as { readonly default: Wire }).default)
}

/** Speaks to a server over its stdin; `hear` takes what it says on its stdout. */
export const connect = (
  wire: Wire,
  stdin: Writable,
  { answers, hear, refuse }: Ears
): Connection & { readonly hear: (bytes: Buffer) => void } => {
  const { reader, said } = readerOf(wire, refuse)
  const connection: MessageConnection = wire.createMessageConnection(reader, new wire.StreamMessageWriter(stdin), wire.NullLogger)
  for (const [method, answer] of Object.entries(answers)) connection.onRequest(method, (params: unknown) => answer(params) ?? null)
  connection.onNotification((method, params) => hear(method, Array.isArray(params) && params.length === 1 ? params[0] : params))
  connection.onUnhandledProgress((params) => hear("$/progress", params))
  connection.listen()
  let ended = false
  const isDeaf = (): boolean => ended || stdin.destroyed || stdin.writableLength > UNREAD_BYTES_MAX
  return {
    hear: said,
    ask: (method, params) => (isDeaf() ? Promise.reject(new Error("it does not listen")) : connection.sendRequest(method, params)),
    // What cannot be told is told by the end of the process.
    tell: (method, params) => (isDeaf() ? Promise.resolve() : connection.sendNotification(method, params).catch(() => {})),
    end: () => {
      if (ended) return
      ended = true
      connection.dispose()
      stdin.end()
    }
  }
}

/** Gives the messages of a server to the wire, in bounded memory. */
const readerOf = (wire: Wire, refuse: (why: string) => void) => {
  const [errors, closes, partials] = [new wire.Emitter<Error>(), new wire.Emitter<void>(), new wire.Emitter<never>()]
  let take: (message: Message) => void = () => {}
  const { hear } = framesOf((value) => take(value as Message), refuse)
  const nothing: Disposable = { dispose: () => {} }
  const reader: MessageReader = {
    onError: errors.event,
    onClose: closes.event,
    onPartialMessage: partials.event,
    listen: (callback) => {
      take = callback
      return nothing
    },
    dispose: () => void (take = () => {})
  }
  return { reader, said: hear }
}
