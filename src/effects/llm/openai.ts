import { APIError, OpenAI } from "openai"
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions/completions"
import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses"
import { OPENAI_URL, type Endpoint } from "./config.ts"
import { documentFailure, type Decoder, type Exchange } from "./exchange.ts"
import { causeOf, factsOfBody, sortFailure, type Asked, type ErrorFacts } from "./failure.ts"
import { httpFetch } from "./http-fetch.ts"
import type { ModelName } from "./model-name.ts"
import { chatDecoder } from "./openai-chat-decode.ts"
import { responsesDecoder } from "./openai-responses-decode.ts"
import type { ModelFailure, OnPiece } from "./piece.ts"

/** The words of both wires. */
export type {
  ChatCompletionChunk,
  ChatCompletionContentPart,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam
} from "openai/resources/chat/completions/completions"
export type {
  Response,
  ResponseCreateParamsStreaming,
  ResponseInputContent,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseStreamEvent
} from "openai/resources/responses/responses"

/** The only door to OpenAI's SDK: it builds the request and knows its errors; the stream is read by `exchange`. Loaded when first needed. */
export interface OpenAiDoor {
  readonly responses: (body: ResponseCreateParamsStreaming, model: ModelName, idleMs: number) => Exchange
  readonly chat: (body: ChatCompletionCreateParamsStreaming, model: ModelName, idleMs: number) => Exchange
}

export const openOpenAi = (endpoint: Endpoint, send: typeof fetch = httpFetch): OpenAiDoor => {
  const baseUrl = endpoint.baseUrl ?? OPENAI_URL
  const client = new OpenAI({
    apiKey: endpoint.key ?? "none",
    baseURL: baseUrl,
    maxRetries: 0,
    logLevel: "off",
    fetch: async (input, init) => withErrorObject(await send(input, init)),
    // Who pays is told to OpenAI alone; a server without a key gets no header that says otherwise.
    ...(baseUrl === OPENAI_URL ? {} : { organization: null, project: null }),
    ...(endpoint.key === null ? { defaultHeaders: { authorization: null } } : {})
  })
  const open = (path: string, decode: Decode) => (body: object, model: ModelName, idleMs: number): Exchange => {
    const asked: Asked = { model, baseUrl }
    const sort = (error: unknown): ModelFailure => sortFailure(factsOfBody(error), asked, Date.now())
    return {
      what: model.name,
      idleMs,
      // The timeout up to the headers is `exchange`'s own.
      send: (signal) => client.post(path, { body, stream: true, signal, timeout: idleMs * 2 }).asResponse(),
      decoder: (on) => decode(model.name, sort, on),
      failure: (error) => sortFailure(factsOf(error), asked, Date.now()),
      document: (text) => documentFailure(text, sort)
    }
  }
  return { responses: open("/responses", responsesDecoder), chat: open("/chat/completions", chatDecoder) }
}

/** Some servers put an error's words beside the place where the SDK looks for them, which then drops them. */
const withErrorObject = async (response: Response): Promise<Response> => {
  if (response.ok) return response
  const text = await response.text()
  const told = errorObject(text) ?? text
  return { ...response, text: async () => told }
}

const errorObject = (text: string): string | null => {
  try {
    const { error, message, detail, type, code } = JSON.parse(text) as Readonly<Record<string, unknown>>
    const words = message ?? detail
    if (error !== undefined || words === undefined) return null
    return JSON.stringify({ error: { message: typeof words === "string" ? words : JSON.stringify(words), type, code } })
  } catch {
    // No JSON: the SDK tells the text as it is.
    return null
  }
}

type Decode = (model: string, sort: (error: unknown) => ModelFailure, on: OnPiece) => Decoder

/** What an error of the SDK, or of reading the stream, says. */
export const factsOf = (error: unknown): ErrorFacts => {
  if (!(error instanceof APIError) || error.status === undefined) {
    return { status: null, kinds: [], message: "", header: () => null, cause: causeOf(error) }
  }
  return {
    ...factsOfBody(error.error ?? error.message, error.status),
    header: (name) => error.headers?.get(name) ?? null
  }
}
