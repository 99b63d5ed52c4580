import type { Event } from "../../machine/event.ts"
import type { Part } from "../../machine/session.ts"

/** What a reader would read of an event: the words of the person, the model, its tools and what was gathered. Names of effects and hashes are none. */
export const textOf = (event: Event): string => {
  switch (event.type) {
    case "UserInput":
    case "ToolCompleted":
      return event.parts.map(partText).join("\n")
    case "WorkspaceRestored":
      return event.note
    case "ApprovalAnswered":
      return event.words ?? ""
    case "LlmTextDelta":
    case "LlmThinkingDelta":
    case "ToolProgress":
      return event.text
    case "LlmToolCallDelta":
      return event.name === undefined ? event.arguments : `${event.name} ${event.arguments}`
    case "LlmFailed":
      return event.message
    case "ToolCallsVetted":
      return [
        ...event.facts.map(({ invalid, question, hook }) => [invalid, question?.text, hook?.reason].join("\n")),
        ...(event.reports ?? [])
      ].join("\n")
    case "PostToolsHookCompleted":
      return [event.note, ...(event.reports ?? [])].join("\n")
    case "ContextGathered":
      return [...event.fragments.map(({ text }) => text), event.stop, ...(event.reports ?? [])].join("\n")
    case "ShutdownCompleted":
      return (event.reports ?? []).join("\n")
    case "ContextOffloaded":
      return event.reason ?? ""
    case "SettingsChanged":
      return event.model ?? ""
    case "InputTakenBack":
    case "InterruptRequested":
    case "ContinueRequested":
    case "OffloadRequested":
    case "ShutdownRequested":
    case "LlmStarted":
    case "LlmCompleted":
    case "RetryTimeoutFired":
    case "SessionOpened":
    case "SessionResumed":
      return ""
  }
}

const partText = (part: Part): string => (part.type === "text" ? part.text : "")
