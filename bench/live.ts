import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { setImmediate } from "node:timers/promises"
import type { Emit } from "../src/effects/emit.ts"
import { Llm } from "../src/effects/llm/llm.ts"
import type { Piece } from "../src/effects/llm/piece.ts"
import { askModel } from "../src/effects/llm/runner.ts"
import type { Cause, Work } from "../src/effects/perform.ts"
import type { Action } from "../src/machine/action.ts"
import { replay } from "../src/machine/replay.ts"
import { canonicalRequest } from "../src/machine/request.ts"
import { EventLog } from "../src/runtime/event-log/event-log.ts"
import { runSession, type Session } from "../src/runtime/session.ts"
import { bestRatioOf, timedAsync, type Measure } from "./measure.ts"
import { opening } from "./sessions.ts"

/** A session that lives: inbox, machine, journal in memory, a model in the same process, against a loop that does as much by hand. */

const TURNS = 40
const DELTAS = 2000
/** So many deltas come with one reading of the network. */
const CHUNK_DELTAS = 32

export const loop: Measure = async (size) => {
  const deltas = size.count(DELTAS)
  const turns = size.count(TURNS)
  const { ratio, floor } = await bestRatioOf(
    size.rounds(9),
    () => timedAsync(() => liveLoop(turns, deltas)),
    () => timedAsync(() => plainLoop(turns, deltas))
  )
  return [
    {
      name: "loop",
      ratio,
      floor,
      unit: "ms",
      limit: 2,
      what: `${TURNS} turns of ${DELTAS} deltas in a live session, against a plain loop that streams, keeps the messages and writes the same log`
    }
  ]
}

/** What both ask: an answer that comes in chunks, with the event loop between them. */
const streamed = async (request: string, count: number, on: (text: string) => void): Promise<void> => {
  if (request === "") throw new Error("ask the bench's model: the request is empty")
  for (let from = 0; from < count; from += CHUNK_DELTAS) {
    await setImmediate()
    for (let index = from; index < Math.min(from + CHUNK_DELTAS, count); index++) on(`word ${index} `)
  }
}

// ── the plain loop ───────────────────────────────────────────────────────────────────────────────────────────────

const plainLoop = async (turns: number, deltas: number): Promise<void> => {
  const messages: { readonly role: string; readonly text: string }[] = []
  const log: string[] = []
  const write = (event: object): void => void log.push(JSON.stringify({ n: log.length + 1, at: Date.now(), ...event }))
  for (let turn = 0; turn < turns; turn++) {
    messages.push({ role: "user", text: `turn ${turn}` })
    write({ type: "UserInput", text: `turn ${turn}` })
    let text = ""
    let frame = ""
    const flush = (): void => {
      if (frame !== "") write({ type: "LlmTextDelta", text: frame })
      frame = ""
    }
    await streamed(JSON.stringify({ model: "bench:model", messages }), deltas, (delta) => {
      text += delta
      frame += delta
      if (frame.length >= 1024) flush()
    })
    flush()
    messages.push({ role: "assistant", text })
    write({ type: "LlmCompleted" })
  }
}

// ── the live one ─────────────────────────────────────────────────────────────────────────────────────────────────

const liveLoop = (turns: number, deltas: number): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const log = Context.get(yield* Layer.build(EventLog.layerMemory()), EventLog)
        const journal = yield* log.create(opening)
        const session = yield* runSession(journal, replay([opening]), rooms(model(deltas)))
        for (let turn = 0; turn < turns; turn++) {
          yield* session.say({ type: "UserInput", parts: [{ type: "text", text: `turn ${turn}` }] })
          yield* untilWaiting(session)
        }
      })
    )
  )

const model = (deltas: number): Llm["Service"] =>
  Llm.of({
    ask: ({ model }, on) =>
      Effect.promise(async () => {
        await streamed(model, deltas, (text) => on({ type: "LlmTextDelta", text }))
        on(END)
      })
  })

const END: Piece = { type: "LlmCompleted", stop: "end", usage: { inputTokens: 10, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 0 } }

const rooms =
  (llm: Llm["Service"]) =>
  (action: Action, { state }: Cause, emit: Emit): readonly Work<never>[] => {
    switch (action.type) {
      case "GatherContext":
        return [reading(action.effect, Effect.sync(() => emit({ type: "ContextGathered", effect: action.effect, fragments: [] })))]
      case "OffloadContext":
        return [reading(action.effect, Effect.sync(() => emit({ type: "ContextOffloaded", effect: action.effect, ok: true, keeper: "bench" })))]
      case "SendLlmRequest":
        return state.name === "CallingLlm" ? [reading(action.effect, Effect.provideService(askModel(action, canonicalRequest(state), emit), Llm, llm))] : []
      default:
        return []
    }
  }

const reading = (effect: number, run: Effect.Effect<void>): Work<never> => ({ effect, changes: false, run })

const untilWaiting = (session: Session): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (session.state().name === "WaitingForInput") return resume(Effect.void)
    const stop = session.listen(({ step }) => {
      if (step.state.name !== "WaitingForInput") return
      stop()
      resume(Effect.void)
    })
  })
