import { anthropic } from "../../support/model-server/anthropic.ts"
import type { Answer, WireSpeech } from "../../support/model-server/answer.ts"
import { openaiCompatible } from "../../support/model-server/openai-compatible.ts"
import { openai } from "../../support/model-server/openai.ts"
import type { Speech, WireFault } from "./plan.ts"
import type { Said } from "./promises.ts"

/** What the world says to a request, and what it hears of the service. */
export interface Provider {
  /** The next speech; it is told how long the request is. */
  readonly speech: () => Speech
  readonly refused: (why: string) => void
  readonly happened: (what: string) => void
  /** What was sent of the newest answer so far. */
  readonly sent: (said: Said) => void
}

/** Sends requests to a service that is none: it speaks the three wires true to the byte, refuses what a strict provider would, and fails as told. */
export const wireTo =
  (provider: Provider): typeof fetch =>
  async (input, init) => {
    const url = new URL(String(input))
    const speech = speechOf(url.pathname)
    const raw = String(init?.body)
    const body = JSON.parse(raw) as Readonly<Record<string, unknown>>
    const why = speech.refusal(body)
    if (why !== null) provider.refused(`${url.pathname}: ${why}`)
    const signal = init?.signal ?? new AbortController().signal
    const said = provider.speech()
    provider.happened(`asked ${url.pathname} ${raw.length}`)
    await pause(said.startMs, signal)
    return responseTo(provider, speech, { ...said, answer: withUsage(said.answer, raw.length) }, signal)
  }

const speechOf = (path: string): WireSpeech => (path.endsWith("/messages") ? anthropic : path.endsWith("/responses") ? openai : openaiCompatible)

/** Tokens as a provider would roughly count them. */
const withUsage = (answer: Answer, letters: number): Answer => ({ ...answer, usage: { inputTokens: Math.ceil(letters / 4), ...answer.usage } })

const responseTo = async (provider: Provider, speech: WireSpeech, said: Speech, signal: AbortSignal): Promise<Response> => {
  const { fault } = said
  switch (fault?.fault) {
    case "no connection":
      provider.happened(`no connection: ${fault.code}`)
      throw Object.assign(new Error(`connect ${fault.code}`), { code: fault.code })
    case "no head":
      provider.happened("the response has no head")
      return pause(Number.POSITIVE_INFINITY, signal) as Promise<never>
    case "too long":
      provider.happened("the request is too long")
      return documentOf(400, {}, speech.errorBody(400, { type: "invalid_request_error", message: "prompt is too long: 250000 tokens > 200000 maximum" }))
    case "status":
      provider.happened(`status-${fault.status}${fault.retryAfter === null ? "" : " with retry-after"}`)
      return documentOf(fault.status, fault.retryAfter === null ? {} : { "retry-after": fault.retryAfter }, speech.errorBody(fault.status, {}))
    case undefined:
    case "cut":
    case "ends early":
    case "stalls":
    case "pauses":
    case "garbled":
    case "error event":
      return responseOf(200, { "content-type": "text/event-stream" }, streamOf(provider, speech, said, signal))
  }
}

const documentOf = (status: number, headers: Readonly<Record<string, string>>, text: string): Response =>
  responseOf(status, { "content-type": "application/json", ...headers }, chunksOf(Buffer.from(text)))

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** What the SDKs, and our exchange, read of a response. */
const responseOf = (status: number, headers: Readonly<Record<string, string>>, body: AsyncIterable<Uint8Array>): Response =>
  ({
    ok: status >= 200 && status < 300,
    status,
    statusText: "",
    url: "",
    headers: new Headers(headers),
    body,
    text: async () => {
      const chunks: Uint8Array[] = []
      for await (const chunk of body) chunks.push(chunk)
      return Buffer.concat(chunks).toString()
    }
  }) as unknown as Response

async function* streamOf(provider: Provider, speech: WireSpeech, said: Speech, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const frames = framesOf(speech, said)
  const bytes = Buffer.from(frames.join(""))
  const tellingBytes = Buffer.byteLength(frames.slice(0, -ENDING_FRAMES).join(""))
  const tell = (sentBytes: number): void => provider.sent({ answer: said.answer, sentBytes, tellingBytes, sound: said.fault === null || said.fault.fault === "pauses" })
  const fault = said.fault !== null && "at" in said.fault ? said.fault : null
  const breaksAt = fault === null ? bytes.length : Math.floor(bytes.length * fault.at)
  const chunk = Math.max(1, said.chunkBytes)
  for (let from = 0; from < breaksAt; from += chunk) {
    tell(Math.min(breaksAt, from + chunk))
    yield bytes.subarray(from, Math.min(breaksAt, from + chunk))
    await pause(said.gapMs, signal)
  }
  if (fault === null) return
  if (fault.fault === "pauses" || fault.fault === "garbled") tell(bytes.length)
  else tell(breaksAt)
  yield* broken(provider, fault, bytes.subarray(breaksAt), signal)
}

/** Frames that only end an answer: why it stopped, what it used, that it is over. */
const ENDING_FRAMES = 3

const framesOf = (speech: WireSpeech, { answer, fault }: Speech): readonly string[] => {
  const frames = speech.frames(answer, "sim", "1")
  return fault?.fault === "error event"
    ? [...frames.slice(0, Math.ceil(frames.length / 2)), speech.errorEvent({ type: fault.type, message: "the provider is at its limit" })]
    : frames
}

async function* broken(provider: Provider, fault: Extract<WireFault, { readonly at: number }>, rest: Buffer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  provider.happened(`the stream ${fault.fault}`)
  switch (fault.fault) {
    case "cut":
      throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })
    case "ends early":
      return
    case "stalls":
      await pause(Number.POSITIVE_INFINITY, signal)
      return
    case "pauses":
      await pause(fault.forMs, signal)
      yield rest
      return
    case "garbled":
      yield Buffer.from("\n\ndata: {\"type\": \"cont\n\n")
      yield rest
  }
}

/** What waits on connections now: Node keeps a signal alive that somebody listens to, and with it all of a process that is dead. */
const open = new Set<() => void>()

/** The connections of a process that is no more are forgotten. */
export const forgetConnections = (): void => open.forEach((forget) => forget())

/** Waits in the simulation's time; a signal that aborts rejects at once, as a connection does. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const timer = Number.isFinite(ms) ? setTimeout(done, ms) : undefined
    function forget(): void {
      open.delete(forget)
      signal.removeEventListener("abort", aborted)
    }
    function done(): void {
      forget()
      resolve()
    }
    function aborted(): void {
      forget()
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    open.add(forget)
    signal.addEventListener("abort", aborted, { once: true })
  })
