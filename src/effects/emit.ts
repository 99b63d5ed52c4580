import type { AnswerEvent } from "../machine/event.ts"

type Without<E, K extends PropertyKey> = E extends unknown ? Omit<E, K> : never

/** An answer before the writer of the log puts its time on it. */
export type Unstamped = Without<AnswerEvent, "at">

/** Hands an answer to the session's inbox; never waits and never fails. */
export type Emit = (answer: Unstamped) => void
