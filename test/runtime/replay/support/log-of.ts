import type { Event, SessionOpened } from "../../../../src/machine/event.ts"
import { trace } from "../../../../src/machine/replay.ts"
import { headerOf } from "../../../../src/runtime/event-log/header.ts"
import type { Row } from "../../../../src/runtime/event-log/line.ts"
import type { LoadedLog } from "../../../../src/runtime/replay/log-source.ts"

/** The log of what happened, as it would be loaded. */
export const logOf = (events: Iterable<Event>): LoadedLog => {
  const rows: readonly Row[] = [...trace(events)].map(({ event, step }, index) => ({ n: index + 1, event, actions: step.actions }))
  return { header: headerOf(rows[0]!.event as SessionOpened, "test"), rows, chain: { verdict: "whole", events: rows.length, seals: 0, damage: null, message: "whole" } }
}
