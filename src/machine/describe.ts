import type { Action } from "./action.ts"
import type { Event } from "./event.ts"
import type { Part, ReportedUsage, ToolCall } from "./session.ts"
import type { Execution, State } from "./state.ts"

/*
 * One English line for any event, action or state. Stories of failing properties, `loom replay` and the REPL speak with it.
 */

/** One line of English for what happened. */
export const describeEvent = (event: Event): string => {
  switch (event.type) {
    case "SessionOpened":
      return `session ${event.session} opened with ${event.settings.model}, ${event.tools.length} tools`
    case "SessionResumed":
      return "a process took the session up again"
    case "UserInput":
      return `the person says: ${words(event.parts)}`
    case "InputTakenBack":
      return "the person takes back the newest queued message"
    case "InterruptRequested":
      return "the person interrupts"
    case "ContinueRequested":
      return "the person says: go on"
    case "SettingsChanged":
      return `settings change: ${settingsWords(event)}`
    case "OffloadRequested":
      return "the person asks to free the window"
    case "WorkspaceRestored":
      return `the files are put back to ${event.tree}`
    case "ShutdownRequested":
      return "shutdown is requested"
    case "ApprovalAnswered":
      return `the person answers ${event.answer} to ${event.effect}${event.words === undefined ? "" : `: ${brief(event.words)}`}`
    case "LlmStarted":
      return `request ${event.effect} leaves (${event.hash.slice(0, 12)})`
    case "LlmTextDelta":
      return `text: ${brief(event.text)}`
    case "LlmThinkingDelta":
      return event.redacted === true ? "thinking, hidden" : `thinking: ${brief(event.text)}`
    case "LlmToolCallDelta":
      return `call ${event.index}${event.name === undefined ? "" : ` ${event.name}`}: ${brief(event.arguments)}`
    case "LlmCompleted":
      return `answer ${event.effect} is complete (${event.stop}${usageWords(event.usage)})`
    case "LlmFailed":
      return `answer ${event.effect} failed (${event.failure}): ${brief(event.message)}`
    case "ToolCallsVetted":
      return `${count(event.facts.length, "call")} vetted: ${event.facts.map((facts) => facts.invalid ?? (facts.changes ? "may change" : "reads")).join(", ")}`
    case "ToolProgress":
      return `${event.effect} prints on ${event.stream}: ${brief(event.text)}`
    case "ToolCompleted":
      return `${event.effect} ended ${event.status}: ${words(event.parts)}`
    case "PostToolsHookCompleted":
      return `after the tools: ${event.goOn ? "go on" : "stop"}${event.commit === undefined ? "" : `, commit ${event.commit.slice(0, 9)}`}${event.note === undefined ? "" : `, note: ${brief(event.note)}`}`
    case "RetryTimeoutFired":
      return "the wait for the retry is over"
    case "ContextGathered":
      if (event.stop !== undefined) return `the turn may not begin: ${brief(event.stop)}`
      return event.fragments.length === 0 ? "nothing to gather" : `gathered: ${event.fragments.map((fragment) => fragment.source).join(", ")}`
    case "ContextOffloaded":
      if (event.ok && event.keeper !== undefined) return `the oldest of the window went to keeper ${event.keeper}`
      return `offloading failed: ${event.reason ?? (event.ok ? "the keeper gave no name" : "no reason given")}`
    case "ShutdownCompleted":
      return "everything open is drained"
  }
}

/** One line of English for what the machine wants done. */
export const describeAction = (action: Action): string => {
  switch (action.type) {
    case "GatherContext":
      return `gather the context of turn ${action.turn} (${action.effect})`
    case "OffloadContext":
      return `offload entries ${action.from} to ${action.to} (${action.effect})`
    case "SendLlmRequest":
      return `ask ${action.model}, step ${action.step}${action.attempt > 1 ? `, attempt ${action.attempt}` : ""} (${action.effect})`
    case "VetToolCalls":
      return `vet ${action.calls.map(callWords).join(", ")} (${action.effect})`
    case "RequestApproval":
      return `ask the person about ${callWords(action.call)}: ${action.reason} (${action.effect})`
    case "ExecuteTools":
      return `run ${action.calls.map((started) => `${callWords(started.call)} (${started.effect})`).join(", ")}`
    case "RunPostToolsHook":
      return `run what follows the tools (${action.effect})`
    case "ScheduleRetry":
      return `try again at ${action.dueAt} (${action.effect})`
    case "Shutdown":
      return `drain and shut down (${action.effect})`
    case "Cancel":
      return `cancel ${action.effect}`
    case "WaitForInput":
      return `wait for the person: ${action.why}`
    case "DisplayError":
      return `show the error: ${brief(action.error.message)}`
    case "DisplayMessage":
      return `say: ${brief(action.text)}`
    case "RecordDecision":
      return `remember the ${action.kind}: ${brief(action.title)}`
  }
}

/** One line of English for where the session stands. */
export const describeState = (state: State): string => {
  switch (state.name) {
    case "WaitingForInput":
      return `waiting for input: ${state.why}`
    case "CallingLlm":
      return `calling ${state.call.model}: ${state.call.stage.name}${state.call.attempt > 1 ? `, attempt ${state.call.attempt}` : ""}`
    case "ProcessingResponse":
      return `vetting ${count(state.calls.length, "call")}`
    case "ExecutingTools":
      return `executing: ${state.executions.map(executionWords).join(", ")}`
    case "PostToolsHook":
      return "after the tools"
    case "Error":
      return `error: ${brief(state.error.message)}${state.retry === null ? "" : `, attempt ${state.retry.attempt + 1} at ${state.retry.dueAt}`}`
    case "ShuttingDown":
      return state.drained ? "shut down" : "shutting down"
  }
}

const LENGTH_MAX = 72

/** The first line, cut to a length that fits beside others. */
const brief = (text: string): string => {
  const line = text.trim().replaceAll(/\s+/g, " ")
  return line.length > LENGTH_MAX ? `${line.slice(0, LENGTH_MAX - 1)}…` : line
}

const words = (parts: readonly Part[]): string => brief(parts.map((part) => (part.type === "text" ? part.text : "[image]")).join(" "))

const callWords = (call: ToolCall): string => `${call.name} ${brief(call.arguments)}`

const executionWords = ({ call, phase }: Execution): string => `${call.name} ${phase.name === "done" ? phase.result.status : phase.name}`

const count = (quantity: number, noun: string): string => `${quantity} ${noun}${quantity === 1 ? "" : "s"}`

const usageWords = (usage: ReportedUsage | undefined): string =>
  usage === undefined ? "" : `, ${usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens} tokens in, ${usage.outputTokens} out`

const settingsWords = (event: Extract<Event, { type: "SettingsChanged" }>): string => {
  const { model, mode, attended, limits, rules } = event
  return [
    ...(model === undefined ? [] : [`model ${model}`]),
    ...(mode === undefined ? [] : [`mode ${mode}`]),
    ...(attended === undefined ? [] : [attended ? "attended" : "unattended"]),
    ...Object.entries(limits ?? {}).map(([name, value]) => `${name} ${String(value)}`),
    ...(rules === undefined ? [] : [count(rules.length, "rule")])
  ].join(", ")
}
