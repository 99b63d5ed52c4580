import * as Effect from "effect/Effect"
import type { Event, Parent, SettingsChanged } from "../../machine/event.ts"
import { MACHINE_VERSION, resumption } from "../../machine/behaviour.ts"
import { logErrorOf, logError, type LogError } from "../event-log/log-error.ts"
import { modelChange } from "../model-change.ts"
import { SettingsError } from "../settings.ts"
import { edited, editWords, type Edits } from "./edits.ts"
import type { LoadedLog } from "./log-source.ts"
import { meaningless, restep, type Meaningless, type Restepped } from "./restep.ts"

/** What somebody wants a fork to be. */
export interface ForkWish {
  /** The event it goes on from; `null`: the last. */
  readonly n: number | null
  /** Absolute path of the directory it shall work in; `null`: Loom finds one. */
  readonly into: string | null
  readonly edits: Edits
  /** The model of all requests from now on; `null`: as it was. */
  readonly model: string | null
}

/** The events of a fork, as this build's machine takes them. */
export interface ForkedEvents {
  /** The event of the parent that it goes on from. */
  readonly n: number
  readonly parent: Parent
  readonly steps: readonly Restepped[]
  readonly meaningless: readonly Meaningless[]
}

/** The first events of a log, changed as somebody wants. `now`: when the fork is made. */
export const forkedEvents = Effect.fnUntraced(function*(
  { header, rows }: LoadedLog,
  { n: wanted, edits, model }: ForkWish,
  now: number
): Effect.fn.Return<ForkedEvents, LogError | SettingsError> {
  if (header.machine > MACHINE_VERSION)
    return yield* logError(
      "newer",
      `fork ${header.session}: it was made by machine ${header.machine}; this one is ${MACHINE_VERSION}, update Loom`
    )
  const n = wanted ?? rows.length
  if (!Number.isSafeInteger(n) || n < 1 || n > rows.length) return yield* wrong(`fork at event ${n}: the log has events 1 to ${rows.length}`)
  const prefix = rows.slice(0, n)
  const kept = edited(prefix, edits)
  if (typeof kept === "string") return yield* wrong(kept)
  const changes = editWords(edits)
  const steps = yield* stepped(header.session, kept.map(({ event }) => event))
  const lost = changes.length === 0 ? [] : meaningless(yield* stepped(header.session, prefix.map(({ event }) => event)), kept, steps)
  const chosen = model === null ? null : yield* withModel(header.session, steps, yield* modelChange(model), now)
  const all = [...changes, ...(chosen?.change ?? [])]
  return {
    n,
    parent: { session: header.session, n, ...(all.length === 0 ? {} : { changes: all }) },
    steps: chosen?.steps ?? steps,
    meaningless: lost
  }
})

const wrong = (message: string): SettingsError => new SettingsError({ message })

/** The machine over events, in words where it cannot hear one. */
export const stepped = (session: string, events: readonly Event[]): Effect.Effect<readonly Restepped[], LogError> =>
  Effect.try({ try: () => restep(events), catch: (cause) => logErrorOf(`fork ${session}`, cause) })

/**
 * Another model from now on. A request that is under way would be sent again to the model it was begun with, so there the change
 * is put before the event that began it; a session that was closed hears it only once it is taken up.
 */
const withModel = Effect.fnUntraced(function*(
  session: string,
  steps: readonly Restepped[],
  change: Pick<SettingsChanged, "model" | "modelsByName">,
  now: number
) {
  const last = steps.at(-1) as Restepped
  const events = steps.map(({ event }) => event)
  const changed = (at: number): SettingsChanged => ({ type: "SettingsChanged", at, ...change })
  const at = Math.max(now, last.event.at)
  const asked =
    last.state.name === "CallingLlm" && last.state.call.stage.name === "streaming"
      ? steps.findLastIndex(({ actions }) => actions.some(({ type }) => type === "SendLlmRequest"))
      : -1
  if (asked > 0) {
    const before = changed(events[asked - 1]?.at ?? at)
    return { steps: yield* stepped(session, events.toSpliced(asked, 0, before)), change: [`model ${String(change.model)} before ${asked + 1}`] }
  }
  const resumed: readonly Event[] = last.state.name === "ShuttingDown" ? [{ ...resumption(last.state), at }] : []
  return { steps: yield* stepped(session, [...events, ...resumed, changed(at)]), change: [] }
})
