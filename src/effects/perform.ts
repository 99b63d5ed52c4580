import * as Effect from "effect/Effect"
import type { Action, RunPostToolsHook, Shutdown } from "../machine/action.ts"
import type { EventType } from "../machine/event.ts"
import { canonicalRequest } from "../machine/request.ts"
import type { Session } from "../machine/session.ts"
import type { State, WaitingReason } from "../machine/state.ts"
import { gatherContext, gatherNews } from "./context/gather.ts"
import { offloadContext, type Keepers } from "./context/keepers.ts"
import type { Emit } from "./emit.ts"
import { Budgets } from "./context/budgets.ts"
import { turnCheckpoint, type AgentWork } from "./git/agent-work.ts"
import type { Checkpoints } from "./git/checkpoint.ts"
import type { PersonSays } from "./hooks/after-tools.ts"
import type { BatchChanges } from "./git/hook-runner.ts"
import { hasHook, type HookDesk } from "./hooks/desk.ts"
import { LanguageServers } from "./lsp/language-servers.ts"
import { askModel } from "./llm/runner.ts"
import type { Llm } from "./llm/llm.ts"
import { Background } from "./tools/background.ts"
import { EventNow } from "./tools/moment.ts"
import { RulesHeld } from "./tools/rules-held.ts"
import type { ToolServices } from "./tools/runner.ts"
import { waitForRetry } from "./timer.ts"

/** A piece of work in the world that an action asks for. It never fails: its failure is an answer. */
export interface Work<R = Rooms> {
  /** Below zero where nobody waits for it. */
  readonly effect: number
  /** Whether it may change the world: then it starts only once its cause is durable. */
  readonly changes: boolean
  readonly run: Effect.Effect<void, never, R>
}

/** What the rooms need to do their work. */
export type Rooms = Llm | ToolServices | Checkpoints | AgentWork | Keepers

/** Why an action is carried out now, and how. */
export interface Cause {
  /** The state after the step that asked for it. */
  readonly state: State
  /** Number of its event. */
  readonly n: number
  /** Its event. */
  readonly event: EventType
}

/** What a person set about carrying out. */
export interface PerformOptions {
  /** Whether the agent's own files are committed after each batch of tools. */
  readonly autoCommit: boolean
  /** Where the person's own programs are asked and told; left out where there are none. */
  readonly hooks?: HookDesk | null
}

/** Which room does what an action asks for. What is only told to a person or remembered, and a question to one, is no work. */
export const worksOf = (
  action: Action,
  { state, n, event }: Cause,
  emit: Emit,
  { autoCommit, hooks: desk = null }: PerformOptions
): readonly Work[] => {
  switch (action.type) {
    case "GatherContext":
      if (desk === null) return [reading(action.effect, gatherContext(action, state.session, emit))]
      return [
        changing(
          action.effect,
          Effect.flatMap(person, ({ gatherWithHooks }) => gatherWithHooks(desk, action, state.session, gatherContext, emit))
        )
      ]
    case "OffloadContext":
      return [changing(action.effect, offloadContext(action, state.session, emit))]
    case "SendLlmRequest":
      return state.name === "CallingLlm" ? [reading(action.effect, askModel(action, canonicalRequest(state), emit))] : []
    case "VetToolCalls":
      if (desk === null || !hasHook(desk, "PreToolUse"))
        return [
          reading(
            action.effect,
            Effect.flatMap(tools, ({ vetToolCalls }) => vetToolCalls(action, emit))
          )
        ]
      return [
        changing(
          action.effect,
          Effect.flatMap(Effect.all([person, tools]), ([{ vetWithHooks }, { vetToolCalls }]) =>
            vetWithHooks(desk, action, state.session, vetToolCalls, emit)
          )
        )
      ]
    case "ExecuteTools":
      return action.calls.map((started) => {
        const call = Effect.flatMap(tools, ({ executeCall }) => executeCall(started, emit))
        const run = call.pipe(Effect.provideService(RulesHeld, state.session.opened.rules), Effect.provideService(EventNow, n))
        return started.changes ? changing(started.effect, Effect.andThen(turnCheckpoint(autoCommit), run)) : reading(started.effect, run)
      })
    case "RunPostToolsHook":
      return [
        changing(
          action.effect,
          Effect.flatMap(hook, ({ afterTools }) =>
            afterTools(
              action,
              {
                autoCommit,
                event: n,
                person: afterwards(desk, action, state.session),
                folders: gatherNews(
                  state.session,
                  action.completed.map(({ call }) => call)
                ),
                diagnostics: diagnosticsOf(state.session)
              },
              emit
            )
          )
        )
      ]
    case "ScheduleRetry":
      return [reading(action.effect, waitForRetry(action, emit))]
    case "Shutdown":
      return [
        reading(
          action.effect,
          Effect.andThen(
            stopBackground,
            desk === null ? Effect.sync(() => emit({ type: "ShutdownCompleted", effect: action.effect })) : drained(action, desk, emit)
          )
        )
      ]
    case "Cancel":
      return event === "InterruptRequested" ? [reading(action.effect, stopBackground)] : []
    case "WaitForInput":
      if (desk === null || !desk.endTurn() || !hasHook(desk, "Stop") || !endsByItself(action.why)) return []
      return [changing(-n, Effect.flatMap(person, ({ tellStop }) => tellStop(desk, action.why, n, state.session)))]
    case "RequestApproval":
    case "DisplayError":
    case "DisplayMessage":
    case "RecordDecision":
      return []
  }
}

/** They are no effects, so nobody cancels them one by one. */
const stopBackground = Effect.flatMap(Background, ({ stopAll }) => stopAll)

/** Rooms that many a turn does not need are loaded by the first that does. */
const tools = Effect.promise(() => import("./tools/rooms.ts"))
const hook = Effect.promise(() => import("./git/hook-runner.ts"))
const person = Effect.promise(() => import("./hooks/rooms.ts"))

/** What the person's hooks say after a batch; `null` where none is to be told. */
const afterwards = (desk: HookDesk | null, action: RunPostToolsHook, session: Session): Effect.Effect<PersonSays, never, Rooms> | null =>
  desk === null ? null : Effect.flatMap(person, ({ hooksAfterTools }) => hooksAfterTools(desk, action, session))

/** What language servers say of what a batch changed; nothing of that room is loaded where none may run. */
const diagnosticsOf = (session: Session) => (changed: BatchChanges): Effect.Effect<string> =>
  Effect.gen(function*() {
    const { diagnosticsTokens } = yield* Budgets
    if (diagnosticsTokens === 0 || !(yield* LanguageServers).mayRun()) return ""
    const { diagnosticsAfter } = yield* Effect.promise(() => import("./lsp/after-batch.ts"))
    return yield* diagnosticsAfter(session, changed, diagnosticsTokens)
  })

const drained = (action: Shutdown, desk: HookDesk, emit: Emit): Effect.Effect<void> =>
  Effect.flatMap(person, ({ drainHooks }) => drainHooks(action, desk, emit))

/** Whether a turn is over with it that nobody broke off. */
const endsByItself = (why: WaitingReason): boolean => why !== "opened" && why !== "offloaded" && why !== "interrupted"

const reading = <R>(effect: number, run: Effect.Effect<void, never, R>): Work<R> => ({ effect, changes: false, run })

const changing = <R>(effect: number, run: Effect.Effect<void, never, R>): Work<R> => ({ effect, changes: true, run })
