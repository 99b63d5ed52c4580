import * as Context from "effect/Context"

/** The event of the session's log that started a call, for what wants to be found again there; `null` where no log is kept. */
export const EventNow = Context.Reference<number | null>("loom/EventNow", { defaultValue: () => null })
