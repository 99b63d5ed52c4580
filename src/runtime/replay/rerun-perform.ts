import * as Effect from "effect/Effect"
import type { Emit } from "../../effects/emit.ts"
import { worksOf, type Cause, type Work } from "../../effects/perform.ts"
import type { Action, ActionOf, StartedCall } from "../../machine/action.ts"
import type { CallFacts, ContextFragment } from "../../machine/event.ts"
import type { ToolCall } from "../../machine/session.ts"
import { takerOf, type Record } from "./rerun-record.ts"

type Perform = (action: Action, cause: Cause, emit: Emit) => readonly Work[]

/**
 * What a project knows beside its files, its decision graph and the map that its history has a part in, is not in the copy; nor do language
 * servers run there, whose answers are a matter of time.
 */
const REMEMBERED: ReadonlySet<string> = new Set(["decisions", "diagnostics", "repository map"])
const REMEMBERING: ReadonlySet<string> = new Set(["decision_log", "decision_query", "lsp_diagnostics"])
const DIAGNOSTICS = /(?:^|\n\n)<diagnostics>\n[\s\S]*<\/diagnostics>$/

/** The real runners; only what was waited for before a retry is not waited for again, and what is not in the copy is answered from the record. */
export const performLive = (record: Record): Perform => {
  const options = { autoCommit: record.hooks.some(({ commit }) => commit !== undefined) }
  const results = takerOf(record.resultsByCall)
  const gathered = record.gathered.values()
  const hooks = record.hooks.values()
  const execute = (action: ActionOf<"ExecuteTools">, started: StartedCall, cause: Cause, emit: Emit): readonly Work[] => {
    const result = REMEMBERING.has(started.call.name) ? results(started.call) : undefined
    if (result === undefined) return worksOf({ ...action, calls: [started] }, cause, emit, options)
    return [answering(started.effect, () => emit({ type: "ToolCompleted", effect: started.effect, status: result.status, parts: result.parts }))]
  }
  return (action, cause, emit) => {
    switch (action.type) {
      case "ScheduleRetry":
        return [answering(action.effect, () => emit({ type: "RetryTimeoutFired", effect: action.effect }))]
      case "GatherContext": {
        const then = gathered.next().value?.fragments ?? []
        return worksOf(
          action,
          cause,
          (event) => emit(event.type === "ContextGathered" ? { ...event, fragments: remembered(event.fragments, then) } : event),
          options
        )
      }
      case "ExecuteTools":
        return action.calls.flatMap((started) => execute(action, started, cause, emit))
      case "RunPostToolsHook": {
        const diagnostics = DIAGNOSTICS.exec(hooks.next().value?.note ?? "")?.[0].trimStart()
        if (diagnostics === undefined) return worksOf(action, cause, emit, options)
        return worksOf(
          action,
          cause,
          (event) =>
            emit(
              event.type === "PostToolsHookCompleted"
                ? { ...event, note: event.note === undefined ? diagnostics : `${event.note}\n\n${diagnostics}` }
                : event
            ),
          options
        )
      }
      default:
        return worksOf(action, cause, emit, options)
    }
  }
}

/** What was gathered now, with what was remembered then; hooks have the last word. */
const remembered = (now: readonly ContextFragment[], then: readonly ContextFragment[]): readonly ContextFragment[] => {
  const own = now.filter(({ source }) => !REMEMBERED.has(source))
  const hooks = own.findIndex(({ source }) => source === "hooks")
  return own.toSpliced(hooks === -1 ? own.length : hooks, 0, ...then.filter(({ source }) => REMEMBERED.has(source)))
}

/** Everything but the model answers from the record. A call that was never recorded is told so, and named to `unrecorded`. */
export const performRecorded = (record: Record, unrecorded: (call: ToolCall) => void): Perform => {
  const facts = takerOf(record.factsByCall)
  const results = takerOf(record.resultsByCall)
  const gathered = record.gathered.values()
  const hooks = record.hooks.values()
  const execute = ({ effect, call }: StartedCall, emit: Emit): Work =>
    answering(effect, () => {
      const result = results(call)
      if (result === undefined) {
        unrecorded(call)
        emit({ type: "ToolCompleted", effect, status: "error", parts: [{ type: "text", text: neverRecorded(call) }] })
      } else emit({ type: "ToolCompleted", effect, status: result.status, parts: result.parts })
    })
  return (action, cause, emit) => {
    switch (action.type) {
      case "GatherContext": {
        const { value } = gathered.next()
        return [
          answering(action.effect, () =>
            emit({
              type: "ContextGathered",
              effect: action.effect,
              fragments: value?.fragments ?? [],
              ...(value?.reports === undefined ? {} : { reports: value.reports }),
              ...(value?.stop === undefined ? {} : { stop: value.stop })
            })
          )
        ]
      }
      case "VetToolCalls":
        return [
          answering(action.effect, () =>
            emit({
              type: "ToolCallsVetted",
              effect: action.effect,
              facts: action.calls.map((call) => ({ ...(facts(call) ?? HARMLESS), call: call.id }))
            })
          )
        ]
      case "ExecuteTools":
        return action.calls.map((started) => execute(started, emit))
      case "RunPostToolsHook": {
        const { value } = hooks.next()
        return [
          answering(action.effect, () =>
            emit({
              type: "PostToolsHookCompleted",
              effect: action.effect,
              goOn: value?.goOn ?? true,
              ...(value?.note === undefined ? {} : { note: value.note })
            })
          )
        ]
      }
      default:
        return worksOf(action, cause, emit, { autoCommit: false })
    }
  }
}

/** Nothing will be done for such a call, so it may as well be let through. */
const HARMLESS: Omit<CallFacts, "call"> = { changes: false, paths: [], commands: [], hosts: [] }

const neverRecorded = ({ name }: ToolCall): string =>
  `${name}: this call was never recorded, with these arguments or not so often; the record answers only what was called in it`

const answering = (effect: number, answer: () => void): Work => ({ effect, changes: false, run: Effect.sync(answer) })
