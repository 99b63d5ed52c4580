import { APIError, BaseAnthropic, type Anthropic } from "@anthropic-ai/sdk"
import { anthropicDecoder } from "./anthropic-decode.ts"
import { ANTHROPIC_URL, type Endpoint } from "./config.ts"
import { documentFailure, type Exchange } from "./exchange.ts"
import { causeOf, factsOfBody, sortFailure, type Asked, type ErrorFacts } from "./failure.ts"
import { httpFetch } from "./http-fetch.ts"
import type { ModelName } from "./model-name.ts"

/** The words of the wire. */
export type { Anthropic }

/** The only door to Anthropic's SDK: it builds the request and knows its errors; the stream is read by `exchange`. Loaded when first needed. */
export interface AnthropicDoor {
  readonly exchange: (body: Anthropic.MessageCreateParamsStreaming, model: ModelName, idleMs: number) => Exchange
}

/** The SDK's base is enough, and a tenth of the whole: nothing but `post` is called. */
export const openAnthropic = (endpoint: Endpoint & { readonly key: string }, send: typeof fetch = httpFetch): AnthropicDoor => {
  const baseUrl = endpoint.baseUrl ?? ANTHROPIC_URL
  const client = new BaseAnthropic({
    apiKey: endpoint.key,
    baseURL: baseUrl,
    maxRetries: 0,
    fetch: send,
    logLevel: "off",
    openTelemetry: false,
    defaultHeaders: baseUrl === ANTHROPIC_URL ? {} : gatewayHeaders(endpoint.key)
  })
  return {
    exchange: (body, model, idleMs) => {
      const asked: Asked = { model, baseUrl }
      const sort = (error: unknown, status: number | null = null) => sortFailure(factsOfBody(error, status), asked, Date.now())
      return {
        what: model.name,
        idleMs,
        // Not `messages.create`: it warns of deprecated models on the person's terminal. The timeout up to the headers is ours.
        send: (signal) => client.post("/v1/messages", { body, stream: true, signal, timeout: idleMs * 2 }).asResponse(),
        decoder: (on) => anthropicDecoder(model.name, sort, on),
        failure: (error) => sortFailure(factsOf(error), asked, Date.now()),
        document: (text) => documentFailure(text, sort)
      }
    }
  }
}

/** Gateways that imitate Anthropic mostly know only the header and the version that were in use until the SDK's 1.0. */
const gatewayHeaders = (key: string): Record<string, string | null> => ({
  "anthropic-version": "2023-06-01",
  "x-api-key": key,
  authorization: null
})

/** What an error of the SDK, or of reading the stream, says. */
export const factsOf = (error: unknown): ErrorFacts => {
  if (!(error instanceof APIError) || error.status === undefined) {
    return { status: null, kinds: [], message: "", header: () => null, cause: causeOf(error) }
  }
  const body = (error.error as { readonly error?: unknown } | undefined)?.error
  return {
    ...factsOfBody(body ?? error.message, error.status),
    header: (name) => error.headers?.get(name) ?? null
  }
}
