import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Settings } from "./settings.ts"
import type { Session } from "./session.ts"
import type { LogError } from "./event-log/event-log.ts"

/** How a session is opened. */
export interface Opening {
  readonly settings: Settings
  /** Whether somebody is there to answer questions. */
  readonly attended: boolean
  /** Hears each line of the log, as an export would write it, from the first on. */
  readonly onLine?: (line: string) => void
}

/** What a list of sessions shows. Units: `updatedAt` in ms since the epoch. */
export interface SessionSummary {
  readonly id: string
  readonly title: string
  readonly root: string
  readonly model: string
  readonly updatedAt: number
  readonly events: number
  readonly state: string
}

/** Opens, resumes and lists sessions. A session lives as long as the scope it was opened in. */
export interface Sessions {
  readonly open: (opening: Opening) => Effect.Effect<Session, LogError, Scope.Scope>
  /** Goes on where the log ends, with the settings given now: the same work again, under new numbers. */
  readonly resume: (id: string, opening: Opening) => Effect.Effect<Session, LogError, Scope.Scope>
  /** Newest first; those of one workspace, or all. */
  readonly list: (root?: string) => Effect.Effect<readonly SessionSummary[], LogError>
  /** The one session whose id begins so. Errors: none, or several. */
  readonly find: (prefix: string) => Effect.Effect<SessionSummary, LogError>
}
