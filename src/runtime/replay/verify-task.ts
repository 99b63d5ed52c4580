import * as Effect from "effect/Effect"
import { EventLog, LogError } from "../event-log/event-log.ts"
import { logErrorOf } from "../event-log/log-error.ts"
import type { Verdict } from "./verdict.ts"
import { verifyFile, verifySession } from "./verify.ts"

/** One log to be verified: a file by its path, or a session of the database by its id. */
export type Task = { readonly file: string; readonly name: string } | { readonly session: string }

/** What is to be said of one log; `unreadable` where it could not be looked at. */
export type Found = Verdict | Unreadable

export interface Unreadable {
  readonly verdict: "unreadable"
  readonly message: string
}

export const unreadable = ({ message }: { readonly message: string }): Unreadable => ({ verdict: "unreadable", message })

/** Looks at one log. What stands in the way is a finding too, so that it keeps none of the others from being looked at. */
export const verifyTask = (task: Task): Effect.Effect<Found, never, EventLog> =>
  Effect.catch("file" in task ? fileVerdict(task) : verifySession(task.session), (error) => Effect.succeed(unreadable(error)))

const fileVerdict = ({ file, name }: Extract<Task, { readonly file: string }>): Effect.Effect<Found, LogError> =>
  Effect.try({ try: () => verifyFile(file), catch: (cause) => logErrorOf(`read ${name}`, cause) })
