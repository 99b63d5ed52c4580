import type { Usage } from "../../machine/session.ts"
import type { State } from "../../machine/state.ts"
import { describeState } from "../../machine/describe.ts"
import { replay } from "../../machine/replay.ts"
import type { Row } from "../event-log/line.ts"
import type { LoadedLog } from "./log-source.ts"

/** What a session came to. */
export interface LogOutcome {
  readonly session: string
  readonly events: number
  readonly turns: number
  readonly steps: number
  /** Units: tokens; `cost` in nanodollars of what is priced, `unpriced` the answers that are not. */
  readonly usage: Usage
  /** The files that tools changed by name, in the order in which they did. What commands changed is not among them. */
  readonly filesChanged: readonly string[]
  /** Whether a command ran that may have changed more. */
  readonly commandsRan: boolean
  readonly state: State["name"]
  /** The same in words. */
  readonly ended: string
}

/** Errors: throws where the machine cannot hear an event of the log. */
export const outcomeOf = ({ rows }: LoadedLog): LogOutcome => {
  const state = replay(rows.map(({ event }) => event))
  const { session } = state
  return {
    session: session.id,
    events: rows.length,
    turns: session.turn,
    steps: stepsOf(rows),
    usage: session.usage,
    ...changesOf(rows),
    state: state.name,
    ended: describeState(state)
  }
}

/** A step is counted once, however often its request had to leave. */
const stepsOf = (rows: readonly Row[]): number => {
  let turn = 0
  const counted = new Set<string>()
  for (const { actions } of rows) {
    for (const action of actions) {
      if (action.type === "GatherContext") turn = action.turn
      if (action.type === "SendLlmRequest") counted.add(`${turn}:${action.step}`)
    }
  }
  return counted.size
}

const changesOf = (rows: readonly Row[]): Pick<LogOutcome, "filesChanged" | "commandsRan"> => {
  const pathsByCall = new Map<string, readonly string[]>()
  const callByEffect = new Map<number, string>()
  const files = new Set<string>()
  let commandsRan = false
  for (const { event, actions } of rows) {
    if (event.type === "ToolCallsVetted")
      for (const { call, paths } of event.facts)
        pathsByCall.set(
          call,
          paths.flatMap(({ path, access }) => (access === "write" ? [path] : []))
        )
    for (const action of actions) {
      if (action.type !== "ExecuteTools") continue
      for (const { effect, call, changes } of action.calls) if (changes) callByEffect.set(effect, call.id)
    }
    if (event.type !== "ToolCompleted") continue
    const call = callByEffect.get(event.effect)
    if (call === undefined) continue
    const paths = pathsByCall.get(call) ?? []
    if (paths.length === 0) commandsRan = true
    if (event.status === "ok") for (const path of paths) files.add(path)
  }
  return { filesChanged: [...files], commandsRan }
}
