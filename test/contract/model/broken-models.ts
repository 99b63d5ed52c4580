import type { HostModel, ModelAnswer, ModelTrial, Piece, Situation } from "./host-model.ts"

const SECRET = "sk-of-the-good-model"
const USAGE = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 }

type On = (piece: Piece) => void
type Failed = Extract<Piece, { readonly type: "LlmFailed" }>

/** A model that keeps all that a model promises; its provider is a function, which plays the situation. */
export const goodModel = (situation: Situation): HostModel => ({
  ask: async (_, on, signal) => {
    if (signal.aborted) return
    await Promise.resolve()
    switch (situation.happens) {
      case "answers":
        return piecesOf(situation.answer).forEach(on)
      case "goes on for ever":
        partOf(situation).forEach(on)
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()))
      case "is cut":
      case "ends early":
        partOf(situation).forEach(on)
        return on(failed("transient", "ask good: the stream ended before the answer was whole"))
      case "stalls":
        partOf(situation).forEach(on)
        await new Promise((resolve) => setTimeout(resolve, 20))
        return on(failed("transient", "ask good: nothing came for 20 ms"))
      case "is garbled":
        return on(failed("transient", "ask good: the stream holds what its wire does not allow"))
      case "is no stream":
        return on(failed("permanent", "ask good: the answer is no stream but text/html"))
      case "refuses":
        return on(
          failed(
            ({ unauthorized: "permanent", overloaded: "transient", "too long": "overflow" } as const)[situation.why],
            `ask good: the provider refused, ${situation.why}`
          )
        )
      case "limits the rate":
        return on({ ...failed("rate-limited", "ask good: the provider limits the rate"), retryAfterMs: situation.retryAfterS * 1000 })
      case "is not there":
        return on(failed("transient", "ask good: there is nobody at its address"))
    }
  }
})

export const trialOf = (make: (situation: Situation) => HostModel, hungUp?: () => boolean): ModelTrial => ({
  name: "good",
  model: "good:model",
  secret: SECRET,
  timeoutMs: 400,
  when: (situation) => ({ model: make(situation), hungUp: hungUp ?? (() => true) })
})

const failed = (failure: Failed["failure"], message: string): Failed => ({ type: "LlmFailed", failure, message })

const partOf = ({ answer, share }: { readonly answer: ModelAnswer; readonly share: number }): readonly Piece[] => {
  const pieces = piecesOf(answer).slice(0, -1)
  return pieces.slice(0, Math.max(0, Math.floor(pieces.length * share)))
}

const piecesOf = ({ blocks, stop, usage }: ModelAnswer): readonly Piece[] => [
  ...blocks.flatMap((block, index): readonly Piece[] => {
    if (block.type === "text") return chopped(block.text).map((text) => ({ type: "LlmTextDelta", text }))
    if (block.type === "thinking") return chopped(block.text).map((text) => ({ type: "LlmThinkingDelta", text }))
    return [
      { type: "LlmToolCallDelta", index, name: block.name, arguments: "" },
      ...chopped(block.arguments).map((piece): Piece => ({ type: "LlmToolCallDelta", index, arguments: piece }))
    ]
  }),
  { type: "LlmCompleted", stop: stop ?? (blocks.some(({ type }) => type === "tool-call") ? "tool-calls" : "end"), usage: { ...(usage ?? USAGE), cost: 7 } }
]

const chopped = (text: string): readonly string[] => [...text].flatMap((_, index, letters) => (index % 6 === 0 ? [letters.slice(index, index + 6).join("")] : []))

/** A model with one fault, and the promise that it breaks. */
export interface BrokenModel {
  readonly does: string
  readonly promise: RegExp
  readonly make: (situation: Situation) => HostModel
  readonly hungUp?: () => boolean
}

/** What becomes of each piece on its way. */
const changing = (does: string, promise: RegExp, change: (piece: Piece) => readonly Piece[]): BrokenModel => ({
  does,
  promise,
  make: (situation) => ({ ask: (request, on, signal) => goodModel(situation).ask(request, (piece) => change(piece).forEach(on), signal) })
})

/** What it does in one situation instead. */
const when = (does: string, promise: RegExp, happens: Situation["happens"], instead: (on: On, signal: AbortSignal, situation: Situation) => Promise<void> | void): BrokenModel => ({
  does,
  promise,
  make: (situation) => (situation.happens === happens ? { ask: async (_, on, signal) => instead(on, signal, situation) } : goodModel(situation))
})

const isCompleted = (piece: Piece): piece is Extract<Piece, { readonly type: "LlmCompleted" }> => piece.type === "LlmCompleted"

const completed: Piece = { type: "LlmCompleted", stop: "end" }

/** One for each promise at least. */
export const brokenModels: readonly BrokenModel[] = [
  changing("loses what is not ASCII", /^the text of an answer comes whole/, (piece) =>
    piece.type === "LlmTextDelta" ? [{ ...piece, text: piece.text.replaceAll(/[^ -~]/g, "") }] : [piece]
  ),
  changing("ends twice", /^an answer has exactly one end/, (piece) => (isCompleted(piece) ? [piece, piece] : [piece])),
  changing("never says that it is done", /^an answer has exactly one end/, (piece) => (isCompleted(piece) ? [] : [piece])),
  changing("says something after its end", /^an answer has exactly one end/, (piece) => (isCompleted(piece) ? [piece, { type: "LlmTextDelta", text: "PS" }] : [piece])),
  { does: "waits for the whole answer", promise: /^a long answer comes piece by piece/, make: gathering },
  changing("tears letters where the bytes are cut", /^letters come whole/, (piece) =>
    piece.type === "LlmTextDelta" ? [{ ...piece, text: piece.text.replace("👀", "\uFFFD\uFFFD") }] : [piece]
  ),
  changing("says its thoughts aloud", /^thinking comes as thinking/, (piece) =>
    piece.type === "LlmThinkingDelta" ? [{ type: "LlmTextDelta", text: piece.text }] : [piece]
  ),
  changing("puts all calls into one", /^each call comes with its name/, (piece) =>
    piece.type === "LlmToolCallDelta" ? [{ ...piece, index: 0 }] : [piece]
  ),
  changing("names a call with each piece", /^a call is named by its first piece/, (piece) =>
    piece.type === "LlmToolCallDelta" ? [{ ...piece, name: "file_read" }] : [piece]
  ),
  changing("mends arguments that are no JSON", /^arguments that are no JSON/, (piece) =>
    piece.type === "LlmToolCallDelta" && piece.name === undefined ? [{ ...piece, arguments: "{}" }] : [piece]
  ),
  changing("always stops by end", /^an end says why/, (piece) => (isCompleted(piece) ? [{ ...piece, stop: "end" }] : [piece])),
  changing("counts cached tokens twice", /^an end says what was used/, (piece) =>
    isCompleted(piece) && piece.usage !== undefined
      ? [{ ...piece, usage: { ...piece.usage, inputTokens: piece.usage.inputTokens + piece.usage.cacheReadTokens } }]
      : [piece]
  ),
  changing("costs nothing where it knows no price", /^an end says what was used/, (piece) =>
    isCompleted(piece) && piece.usage !== undefined ? [{ ...piece, usage: { ...piece.usage, cost: 0 } }] : [piece]
  ),
  changing("adds a date to its pieces", /^every piece is one/, (piece) => [{ ...piece, seen: new Date(0) } as unknown as Piece]),
  changing("tells of a ping", /^every piece is one/, (piece) => [{ type: "ping" } as unknown as Piece, piece]),
  {
    does: "rejects when it is done",
    promise: /^to be asked never throws/,
    make: (situation) => ({ ask: async (...asked) => (await goodModel(situation).ask(...asked), Promise.reject(new Error("done"))) })
  },
  {
    does: "never settles",
    promise: /^to be asked never throws/,
    make: (situation) => ({ ask: async (...asked) => (await goodModel(situation).ask(...asked), new Promise(() => {})) })
  },
  {
    does: "marks the request as sent",
    promise: /^the request stays/,
    make: (situation) => ({
      ask: async (request, ...asked) => (Object.assign(request, { sent: true }), goodModel(situation).ask(request, ...asked))
    })
  },
  { does: "speaks to whoever asked last", promise: /^answers side by side/, make: shared() },
  when("takes a cut stream for an answer", /^a stream that is cut anywhere/, "is cut", (on) => (on({ type: "LlmTextDelta", text: "Reading" }), on(completed))),
  when("says nothing when it is cut", /^a stream that is cut anywhere/, "is cut", () => {}),
  when("rejects when it is cut", /^a stream that is cut anywhere/, "is cut", () => Promise.reject(new Error("socket hang up"))),
  when("gives up for good when it is cut", /^a stream that is cut anywhere/, "is cut", (on) => on(failed("permanent", "ask good: socket hang up"))),
  when("believes that an early end is the end", /^neither is one that ends early/, "ends early", (on) => on(completed)),
  when("waits for a stalled stream for ever", /^a stream that stalls/, "stalls", () => new Promise(() => {})),
  when("throws a SyntaxError at garbage", /^a stream that is garbled/, "is garbled", () => void JSON.parse("{garbage")),
  when("finds a page for people an empty answer", /^a page where a stream should be/, "is no stream", (on) => on(completed)),
  when("asks again at once when it should wait", /^a rate limit is known/, "limits the rate", (on) => on(failed("rate-limited", "ask good: too many requests"))),
  when("takes seconds for milliseconds", /^a rate limit is known/, "limits the rate", (on) => on({ ...failed("rate-limited", "ask good: too many requests"), retryAfterMs: 7 })),
  when("gives up for good where the provider is overloaded", /^a provider that is overloaded/, "refuses", (on) => on(failed("permanent", "ask good: status 503"))),
  when("tries a bad key again and again", /^a key that is refused/, "refuses", (on) => on(failed("transient", "ask good: status 401"))),
  when("does not know that a request was too long", /^a request that is too long/, "refuses", (on) => on(failed("permanent", "ask good: status 413"))),
  when("rejects where nobody is there", /^a provider that is not there/, "is not there", () => Promise.reject(new Error("ECONNREFUSED"))),
  when("prints an object", /^a failure says what was tried/, "is garbled", (on) => on(failed("transient", "[object Object]"))),
  when("repeats its key in the error", /^the key turns up in nothing/, "refuses", (on) =>
    on(failed("permanent", `ask good: the key ${SECRET} is wrong`))
  ),
  when(
    "does not hear that it is interrupted",
    /^interrupted, it settles at once/,
    "goes on for ever",
    (on) => (on({ type: "LlmTextDelta", text: "and so on" }), new Promise(() => {}))
  ),
  when(
    "says that it failed when it is interrupted",
    /^interrupted, it says no end/,
    "goes on for ever",
    (on, signal) => (on({ type: "LlmTextDelta", text: "and" }), aborted(signal, () => on(failed("transient", "ask good: interrupted"))))
  ),
  when(
    "goes on talking when it is interrupted",
    /^interrupted, it says nothing more/,
    "goes on for ever",
    (on, signal) => (
      on({ type: "LlmTextDelta", text: "and" }),
      aborted(signal, () => void setTimeout(() => on({ type: "LlmTextDelta", text: " more" }), 5))
    )
  ),
  { does: "leaves the connection open", promise: /^interrupted, it has closed/, make: goodModel, hungUp: () => false },
  {
    does: "answers although it was interrupted before",
    promise: /^interrupted before it is asked/,
    make: (situation) => ({ ask: (request, on) => goodModel(situation).ask(request, on, new AbortController().signal) })
  }
]

function aborted(signal: AbortSignal, then: () => void): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => (then(), resolve())))
}

function gathering(situation: Situation): HostModel {
  return {
    ask: async (request, on, signal) => {
      const pieces: Piece[] = []
      await goodModel(situation).ask(request, (piece) => pieces.push(piece), signal)
      const text = pieces.map((piece) => (piece.type === "LlmTextDelta" ? piece.text : "")).join("")
      const end = pieces.at(-1)
      on({ type: "LlmTextDelta", text })
      if (end !== undefined) on(end)
    }
  }
}

function shared(): (situation: Situation) => HostModel {
  let newest: On = () => {}
  return (situation) => ({
    ask: (request, on, signal) => {
      newest = on
      return goodModel(situation).ask(request, (piece) => newest(piece), signal)
    }
  })
}
