import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Event, SessionOpened } from "../../../src/machine/event.ts"
import { trace } from "../../../src/machine/replay.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { makeStory } from "../../../src/runtime/replay/story.ts"
import type { Plan } from "./plan.ts"
import type { Simulated } from "./simulate.ts"
import { EPOCH_MS } from "./world.ts"

/** A simulation in English: what became of the laws, the world's part and the session's, line by line. */
export const tell = (plan: Plan, { broken, trace: happened, known, processes }: Simulated): string =>
  [
    ...(broken === null ? [`all laws hold over ${known.length} events in ${processes} processes`] : [`law ${broken.law} is broken: ${broken.words}`, `  ${broken.how}`]),
    `  seed ${plan.seed}; ${countOf(plan)}`,
    "the world:",
    ...happened.map(inSeconds),
    "the session:",
    ...storyOf(eventsOf(known, broken?.events ?? []))
  ].join("\n")

/** `1767225600020 asked` as `+0.020s  asked`. */
const inSeconds = (line: string): string => {
  const end = line.indexOf(" ")
  return `  ${`+${((Number(line.slice(0, end)) - EPOCH_MS) / 1000).toFixed(3)}s`.padStart(12)}  ${line.slice(end + 1)}`
}

const countOf = ({ moves, answers, disk, rumours }: Plan): string =>
  `${moves.length} moves of the person, ${answers.length} answers of the model, ${disk.length} faults of the disk, ${rumours.length} of the post`

/** The broken event, too, where it is one. */
const eventsOf = (known: readonly Event[], broken: readonly Event[]): readonly Event[] => (broken.length > known.length ? broken : known)

const storyOf = (events: readonly Event[]): readonly string[] => {
  const story = makeStory()
  let n = 0
  return [...[...trace(events)].flatMap(({ event, step }) => story.hear({ n: ++n, event, actions: step.actions })), ...story.end()]
}

/** The session as a log that `loom replay` opens, with all that was heard, also what no disk has. */
export const logOf = ({ known, broken }: Simulated): string =>
  Effect.runSync(
    Effect.scoped(
      Effect.gen(function*() {
        const log = Context.get(yield* Layer.build(EventLog.layerMemory()), EventLog)
        const events = eventsOf(known, broken?.events ?? [])
        const opened = events[0] as SessionOpened
        const journal = yield* log.create(opened)
        for (const { event, step } of [...trace(events)].slice(1)) journal.append(event, step.actions, step.state)
        yield* journal.durable
        return yield* Stream.mkString(log.text(opened.session))
        // A runtime that cannot even do this has told its story.
      }).pipe(Effect.catch(() => Effect.succeed("")))
    )
  )
