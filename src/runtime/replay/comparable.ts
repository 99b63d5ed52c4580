import type { Action } from "../../machine/action.ts"
import type { Event } from "../../machine/event.ts"
import type { Part } from "../../machine/session.ts"
import { canonicalJson } from "../event-log/canonical.ts"
import type { Beat } from "./beats.ts"

/** What of a beat is compared with that of another log. */
export interface Comparable {
  readonly beat: Beat
  readonly event: string
  readonly actions: string
  /** The event without the number of its effect, which is another one as soon as anything before was. */
  readonly alike: string
}

/** `exact`: everything is compared. */
export interface Comparing {
  readonly exact: boolean
  /** The workspaces of both sessions, the longest name first: the same folder has another name elsewhere. */
  readonly roots: readonly string[]
}

/**
 * What two sessions that did the same must have in common. Left out are times, durations in results, the names of the session, of its folder and of its commits, its seed,
 * the pieces in which a tool printed, and what follows from everything before: the hash of a request, and the tokens it took.
 */
export const comparableBeats = (beats: readonly Beat[], comparing: Comparing): readonly Comparable[] =>
  beats.flatMap((beat) => {
    if (!comparing.exact && (beat.event.type === "ToolProgress" || beat.event.type === "LlmStarted")) return []
    const event = comparing.exact ? beat.event : essentialEvent(beat.event)
    const { effect: _, ...alike } = event as Readonly<Record<string, unknown>>
    return [
      {
        beat,
        event: textOf(event, comparing),
        actions: textOf(comparing.exact ? beat.actions : beat.actions.map(essentialAction), comparing),
        alike: textOf(alike, comparing)
      }
    ]
  })

const textOf = (value: unknown, { exact, roots }: Comparing): string => {
  const text = canonicalJson(value)
  return exact
    ? text
    : roots.reduce((masked, root) => (root.length > 1 ? masked.replaceAll(JSON.stringify(root).slice(1, -1), "<workspace>") : masked), text)
}

const essentialEvent = ({ at: _at, usage: _usage, ...event }: Event & { readonly usage?: unknown }): object => {
  if (event.type === "SessionOpened") {
    const { session: _session, seed: _seed, roots: _roots, parent: _parent, ...rest } = event
    return rest
  }
  if (event.type === "PostToolsHookCompleted") {
    const { commit: _commit, ...rest } = event
    return rest
  }
  if (event.type === "ToolCompleted") return { ...event, parts: event.parts.map(timeless) }
  if (event.type === "ContextGathered")
    return { ...event, fragments: event.fragments.map((fragment) => (fragment.source === "date" ? { source: "date" } : fragment)) }
  return event
}

/** Which model is asked is a matter of the settings, which are compared where they were said. */
const essentialAction = (action: Action): object => {
  if (action.type === "SendLlmRequest") return { ...action, model: "" }
  if (action.type === "ScheduleRetry") return { ...action, dueAt: 0 }
  return action.type === "DisplayError" ? { ...action, retryAt: action.retryAt === null ? null : 0 } : action
}

/** A number with a unit of time behind it, or `duration_ms` before it, as test runners and tools print them. */
const DURATION = /\b\d+(?:\.\d+)?(?= ?(?:ms|µs|ns|s|sec|secs|seconds?|min|minutes?)\b)|(?<=\bduration_ms:? )\d+(?:\.\d+)?/g

const timeless = (part: Part): Part => (part.type === "text" ? { ...part, text: part.text.replaceAll(DURATION, "<time>") } : part)
