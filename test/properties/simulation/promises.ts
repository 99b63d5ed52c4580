import type { Emit, Unstamped } from "../../../src/effects/emit.ts"
import type { Action } from "../../../src/machine/action.ts"
import type { Block } from "../../../src/machine/session.ts"
import type { State } from "../../../src/machine/state.ts"
import { at, lastOf } from "../../../src/machine/vector.ts"
import type { Recorded } from "../../../src/runtime/recorded.ts"
import type { Answer } from "../../support/model-server/answer.ts"
import { Broken } from "../harness/world.ts"

/** What the latest request was answered with, as the wire saw it. */
export interface Said {
  readonly answer: Answer
  /** Bytes that were sent, of those that tell the answer but for its end. */
  readonly sentBytes: number
  readonly tellingBytes: number
  /** Nothing was wrong with the stream. */
  readonly sound: boolean
}

/** What the edges of the runtime promise beyond the events that they give. Each throws `Broken`. */
export interface Promises {
  readonly heard: (recorded: Recorded, before: State) => void
  readonly performed: (action: Action) => void
  readonly through: (emit: Emit) => Emit
  /** A process has nothing of what another one cancelled. */
  readonly begins: () => void
}

/** A stream is given up after two minutes without a byte; a room may be slow, and a person too. Units: ms. */
const SILENCE_MAX_MS = 130_000

/** `said`: of the latest request; `isRunning`: whether the call of this effect is at work; `exact`: whether answers arrive as they were given. */
export const promisesOf = (world: {
  readonly said: () => Said | null
  readonly isRunning: (effect: number) => boolean
  readonly exact: boolean
  readonly fail: (error: unknown) => void
}): Promises => {
  let cancelled = new Set<number>()
  let lastAt = 0

  const complain = ({ event, step }: Recorded, before: State): Broken | null => {
    const silentMs = event.at - lastAt
    if (event.type !== "SessionResumed" && before.name === "CallingLlm" && before.call.stage.name === "streaming" && lastAt > 0 && silentMs > SILENCE_MAX_MS) {
      return new Broken("LLM", "a model that says nothing is given up", `nothing came for ${silentMs} ms, then ${event.type}`)
    }
    if (step.outcome !== "ok") return null
    if (event.type === "RetryTimeoutFired" && before.name === "Error" && before.retry !== null && event.at < before.retry.dueAt) {
      return new Broken("12", "a retry waits until it is due", `it came ${before.retry.dueAt - event.at} ms early`)
    }
    return event.type === "LlmCompleted" && world.exact ? answerComplaint(world.said(), step.state) : null
  }

  return {
    begins: () => {
      cancelled = new Set()
      lastAt = 0
    },
    heard: (recorded, before) => {
      const broken = complain(recorded, before)
      lastAt = recorded.event.at
      if (broken !== null) throw broken
    },
    performed: (action) => {
      if (action.type !== "Cancel") return
      cancelled.add(action.effect)
      if (world.isRunning(action.effect)) world.fail(new Broken("rule 3", "what is cancelled has ended before the next thing starts", `call ${action.effect} is still at work`))
    },
    through: (emit) => (answer: Unstamped) => {
      if (cancelled.has(answer.effect)) world.fail(new Broken("rule 3", "what is cancelled says nothing more", `${answer.type} of ${answer.effect}`))
      emit(answer)
    }
  }
}

/** The answer in the transcript is the one that was sent, and was sent in whole. */
const answerComplaint = (said: Said | null, { session }: State): Broken | null => {
  if (said === null) return null
  if (said.sentBytes < said.tellingBytes)
    return new Broken(
      "rule 6",
      "an answer that was cut is never taken for a whole one",
      `${said.sentBytes} of ${said.tellingBytes} bytes came`
    )
  const entry = [...entriesBack(session)].find(({ type }) => type === "assistant")
  if (!said.sound || entry?.type !== "assistant") return null
  const [sent, kept] = [wordsOf(said.answer.blocks), wordsOf(entry.blocks)]
  return sent === kept ? null : new Broken("24", "the message of a finished answer is what the provider sent", `${kept} was kept, ${sent} sent`)
}

function* entriesBack({ transcript }: State["session"]) {
  const last = lastOf(transcript)
  if (last !== undefined) yield last
  for (let back = 2; back <= 4 && transcript.length >= back; back++) yield at(transcript, transcript.length - back)
}

const wordsOf = (blocks: readonly (Block | Answer["blocks"][number])[]): string =>
  JSON.stringify(
    blocks
      .flatMap((block) =>
        block.type === "thinking"
          ? []
          : [block.type === "text" ? block.text : `${block.name} ${block.arguments === "" ? "{}" : block.arguments}`]
      )
      .filter((text) => text !== "")
  )
