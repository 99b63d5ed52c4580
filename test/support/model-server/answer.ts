import type { Hearing } from "../../../src/effects/llm/script.ts"

/** What a test says the model answers, free of any wire. */
export interface Answer {
  readonly blocks: readonly AnswerBlock[]
  /** Left out: `tool-calls` where a block is one, else `end`. */
  readonly stop?: AnswerStop
  readonly usage?: Partial<AnswerUsage>
  /** Text and arguments are chopped into deltas of at least this many bytes. */
  readonly deltaBytes?: number
  /** Pause before each delta. Units: ms. */
  readonly delayMs?: number
  /** The body is written in slices of this many bytes, wherever they fall, also in the middle of a letter. */
  readonly sliceBytes?: number
}

export type AnswerBlock =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "thinking"
      readonly text: string
      /** Left out: the server seals the text itself, and later knows its seal again. */
      readonly signature?: string
      /** The text is hidden; only the signature is sent. */
      readonly redacted?: boolean
    }
  | {
      readonly type: "tool-call"
      readonly name: string
      /** Raw JSON, valid or not. */
      readonly arguments: string
      readonly id?: string
    }

export type AnswerStop = "end" | "tool-calls" | "max-tokens" | "refusal" | "filter"

/** Units: tokens. `inputTokens` are those neither read from nor written to a cache. */
export interface AnswerUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
}

/** What goes wrong instead. Units: `after` in bytes of the stream's body. */
export type Fault =
  /** An HTTP error. `error` fills the wire's own error object; `body` replaces it whole. */
  | {
      readonly fault: "status"
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly error?: { readonly type?: string; readonly code?: string; readonly message?: string }
      readonly body?: string
    }
  /** The connection is torn down after so many bytes. */
  | { readonly fault: "cut"; readonly after: number; readonly answer: Answer }
  /** The response ends in good order, but too early, as a proxy does. */
  | { readonly fault: "end"; readonly after: number; readonly answer: Answer }
  /** Nothing more comes after so many bytes; `headers`: not even the response's head. */
  | { readonly fault: "stall"; readonly after: number | "headers"; readonly answer: Answer }
  /** The provider reports an error in the middle of the stream, after the first half of the answer's events. */
  | { readonly fault: "error-event"; readonly answer: Answer; readonly error: { readonly type: string; readonly message: string } }
  /** A body of one's own, with status 200. */
  | { readonly fault: "body"; readonly body: string; readonly contentType?: string }

export type Wire = "anthropic" | "openai" | "openai-compatible"

/** The stream of one answer: each element is one server-sent event, or several that belong together. */
export type Frames = readonly string[]

/** What each wire's file gives the server. */
export interface WireSpeech {
  /** The path of the endpoint that answers. */
  readonly path: string
  /** What is put behind the origin to make the base URL. */
  readonly base: string
  readonly frames: (answer: Answer, model: string, id: string) => Frames
  readonly errorEvent: (error: { readonly type: string; readonly message: string }) => string
  /** The body of an HTTP error. */
  readonly errorBody: (status: number, error: { readonly type?: string; readonly code?: string; readonly message?: string }) => string
  /** Why the strictest provider would refuse the request, or `null`. */
  readonly refusal: (body: Readonly<Record<string, unknown>>) => string | null
  readonly key: (headers: Readonly<Record<string, string>>) => string | null
  readonly heard: (body: Readonly<Record<string, unknown>>) => Heard
}

/** What a model heard before each of its answers; the last element is what it heard now. */
export type Heard = readonly Hearing[]

/** Gathers what was heard, message by message. */
export const hearings = (): {
  readonly all: Heard
  readonly next: () => void
  readonly add: (kind: "results" | "words", ...texts: readonly string[]) => void
} => {
  const all = [{ results: [] as string[], words: [] as string[] }]
  return {
    all,
    next: () => void all.push({ results: [], words: [] }),
    add: (kind, ...texts) => void all.at(-1)?.[kind].push(...texts)
  }
}

export const stopOf = (answer: Answer): AnswerStop =>
  answer.stop ?? (answer.blocks.some((block) => block.type === "tool-call") ? "tool-calls" : "end")

export const usageOf = (answer: Answer): AnswerUsage => ({
  inputTokens: 10,
  outputTokens: Math.ceil(JSON.stringify(answer.blocks).length / 4),
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  ...answer.usage
})

/** Cuts a text into deltas of at least `bytes` UTF-8 bytes, never inside a letter. */
export const chop = (text: string, bytes = 24): readonly string[] => {
  const pieces: string[] = []
  let piece = ""
  let size = 0
  for (const letter of text) {
    piece += letter
    size += Buffer.byteLength(letter)
    if (size >= bytes) {
      pieces.push(piece)
      piece = ""
      size = 0
    }
  }
  return piece === "" ? pieces : [...pieces, piece]
}
