import type { CallFacts, Event, SessionOpened } from "../../src/machine/event.ts"
import { trace } from "../../src/machine/replay.ts"
import type { State } from "../../src/machine/state.ts"
import { MACHINE_VERSION, step } from "../../src/machine/step.ts"
import type { Recorded } from "../../src/runtime/session.ts"
import { DEFAULT_LIMITS } from "../../src/runtime/settings.ts"
import { narrate } from "../../src/interfaces/view/narrate.ts"
import { printer } from "../../src/interfaces/view/printer.ts"
import { tellingFrom } from "../../src/interfaces/view/telling.ts"

/** A session made by the real machine from what a test says happens; answers find the number of their effect themselves. */

type Without<E, K extends PropertyKey> = E extends unknown ? Omit<E, K> : never
export type Said = Without<Event, "at" | "effect"> & { readonly afterMs?: number; readonly effect?: number }

export const OPENED: SessionOpened = {
  type: "SessionOpened",
  at: 1_000_000,
  session: "20260101-000000-abcd",
  machine: MACHINE_VERSION,
  seed: 7,
  system: "You are a test.",
  tools: [],
  rules: [],
  roots: ["/work"],
  modelsByName: { "scripted:x": { windowTokens: 100_000, outputTokensMax: 4000, images: false, priced: true } },
  settings: { model: "scripted:x", mode: "default", attended: true, limits: DEFAULT_LIMITS }
}

/** Plays what is said; an answer without a number answers the newest effect that is open for its kind. */
export const play = (said: readonly Said[], opened: SessionOpened = OPENED): readonly Recorded[] => {
  const events: Event[] = [opened]
  let { state }: { state: State } = [...trace([opened])][0]!.step
  let at = opened.at
  for (const { afterMs = 10, ...one } of said) {
    at += afterMs
    const event = { ...(PERSON.includes(one.type) ? {} : { effect: effectFor(state, one.type) }), ...one, at } as Event
    events.push(event)
    state = step(state, event).state
  }
  return [...trace(events)].slice(1).map(({ event, step: taken }, index) => ({ n: index + 2, event, step: taken }))
}

/** What no effect is answered by. */
const PERSON: readonly Event["type"][] = [
  "UserInput",
  "InputTakenBack",
  "InterruptRequested",
  "ContinueRequested",
  "SettingsChanged",
  "OffloadRequested",
  "WorkspaceRestored",
  "ShutdownRequested",
  "SessionResumed"
]

const effectFor = (state: State, type: Event["type"]): number | undefined => {
  switch (state.name) {
    case "CallingLlm":
      return state.call.effect
    case "ExecutingTools": {
      const wanted = type === "ApprovalAnswered" ? "awaiting-approval" : "running"
      const phase = state.executions.find((execution) => execution.phase.name === wanted)?.phase
      return phase !== undefined && "effect" in phase ? phase.effect : undefined
    }
    case "ProcessingResponse":
    case "PostToolsHook":
    case "ShuttingDown":
      return state.effect
    case "Error":
      return state.retry?.effect
    case "WaitingForInput":
      return undefined
  }
}

export const lastState = (recorded: readonly Recorded[]): State => recorded.at(-1)!.step.state

/** What a person would read of it, without colours. */
export const told = (recorded: readonly Recorded[], columns: number | null = null): string => {
  let text = ""
  const print = printer((piece) => void (text += piece), () => ({ colour: false, columns }))
  let telling = tellingFrom([...trace([OPENED])][0]!.step.state)
  for (const one of recorded) {
    const [next, shown] = narrate(telling, one)
    telling = next
    print.show(shown)
  }
  print.endLine()
  return text
}

// ── words for what happens ───────────────────────────────────────────────────────────────────────────────────────

export const userSays = (text: string): Said => ({ type: "UserInput", parts: [{ type: "text", text }] })
export const gathered: Said = { type: "ContextGathered", fragments: [] }
export const modelSays = (text: string): Said => ({ type: "LlmTextDelta", text })
export const modelThinks = (text: string): Said => ({ type: "LlmThinkingDelta", text })
export const modelCalls = (index: number, name: string, given: unknown): Said => ({
  type: "LlmToolCallDelta",
  index,
  name,
  arguments: typeof given === "string" ? given : JSON.stringify(given)
})
export const completed = (stop: "end" | "tool-calls" | "max-tokens" | "refusal" = "end"): Said => ({ type: "LlmCompleted", stop })

const FACTS: Omit<CallFacts, "call"> = { changes: false, paths: [], commands: [], hosts: [] }

export const vetted = (...facts: readonly Partial<CallFacts>[]): Said => ({
  type: "ToolCallsVetted",
  facts: facts.map((fact, index) => ({ ...FACTS, call: `call_${index + 1}`, ...fact }))
})
export const toolEnds = (text: string, status: "ok" | "error" = "ok", afterMs = 120): Said => ({ type: "ToolCompleted", status, parts: [{ type: "text", text }], afterMs })

/** A command that the mode asks about, with the rule that would cover it. */
export const command = (text: string): Partial<CallFacts> => ({ changes: true, commands: [{ text, reads: false }] })
