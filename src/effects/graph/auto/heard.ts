import type { Action } from "../../../machine/action.ts"
import type { Event } from "../../../machine/event.ts"

/** One event of a session that may be worth remembering, with what it caused. */
export interface Heard {
  readonly session: string
  /** The session whose call began this one, and as what; `null` for one that a person began. */
  readonly child: { readonly of: string; readonly kind: string } | null
  /** Where it works. */
  readonly root: string
  /** From where files are named: the top of the checkout that it works in. */
  readonly top: string
  readonly n: number
  readonly event: Event
  readonly actions: readonly Action[]
}
