import type { Action } from "../../machine/action.ts"
import type { EventOf } from "../../machine/event.ts"
import type { Part, Session, ToolCall, ToolResult } from "../../machine/session.ts"
import type { State, WaitingReason } from "../../machine/state.ts"
import { at } from "../../machine/vector.ts"
import { describeEvent } from "../../machine/describe.ts"
import type { Recorded } from "../../runtime/session.ts"
import { callWords } from "./call-words.ts"
import { countedWords, durationWords } from "./money.ts"
import { aside, fitted, span, whole, wholeLines, type Shown } from "./shown.ts"
import { toldOn, type Telling } from "./telling.ts"
import { endedLines, textOf } from "./tool-lines.ts"
import { harmless, oneLine } from "./visible.ts"

/** What one recorded event looks like to a person. Costs the same for a delta wherever in the answer it stands. */
export const narrate = (telling: Telling, recorded: Recorded): readonly [Telling, readonly Shown[]] => {
  const { event, step } = recorded
  if (event.type === "LlmTextDelta" || event.type === "LlmThinkingDelta") return [telling, step.outcome === "ok" ? deltaShown(event) : NOTHING]
  switch (step.outcome) {
    case "stale":
      return [telling, NOTHING]
    case "ignored":
      return [telling, [fitted(span("dim", `this has no meaning now: ${oneLine(describeEvent(event))}`))]]
    case "ok":
      return [toldOn(telling, recorded), [...eventShown(telling, recorded), ...heardLines(telling, recorded), ...actionsShown(recorded)]]
  }
}

const NOTHING: readonly Shown[] = []

const deltaShown = (event: EventOf<"LlmTextDelta"> | EventOf<"LlmThinkingDelta">): readonly Shown[] => {
  if (event.type === "LlmTextDelta") return [{ type: "stream", tone: "plain", text: harmless(event.text) }]
  return event.redacted === true ? NOTHING : [{ type: "stream", tone: "dim", text: harmless(event.text) }]
}

// ── what each event says ─────────────────────────────────────────────────────────────────────────────────────────

const eventShown = (telling: Telling, { event, step }: Recorded): readonly Shown[] => {
  switch (event.type) {
    case "UserInput":
      return telling.rests ? personLines(event.parts) : [aside(span("dim", "queued "), span("person", `› ${oneLine(textOf(event.parts))}`))]
    case "InputTakenBack":
      return [aside(span("dim", "the newest queued message is taken back"))]
    case "InterruptRequested":
      return [...brokenOffLines(telling, event.at), fitted(span("notice", "interrupted"))]
    case "ContinueRequested":
      return [fitted(span("dim", "going on"))]
    case "SettingsChanged":
      return settingsLines(event)
    case "WorkspaceRestored":
      return [fitted(span("notice", oneLine(event.note)))]
    case "ApprovalAnswered":
      return answerLines(telling.asked[event.effect], event)
    case "LlmCompleted":
      return completedLines(event)
    case "ToolCallsVetted":
      return telling.vetting.flatMap((call) => settledAtOnce(call, step.state))
    case "ToolCompleted": {
      const ended = telling.running[event.effect]
      return ended === undefined ? NOTHING : endedLines(ended.call, event.status, event.parts, event.at - ended.since)
    }
    case "PostToolsHookCompleted":
      return hookLines(event)
    case "ContextGathered":
      return (event.missing ?? []).map((name) => fitted(span("dim", `left out of this turn, not ready in time: ${oneLine(name)}`)))
    case "ContextOffloaded":
      // Whoever asked for it is told by the machine itself.
      if (!event.ok || step.actions.some(({ type }) => type === "DisplayMessage")) return NOTHING
      return [fitted(span("dim", `the oldest of the window went to keeper ${oneLine(event.keeper ?? "?")}; nothing of it is lost`))]
    case "SessionResumed":
      return telling.rests ? NOTHING : [fitted(span("dim", "going on where the work was broken off"))]
    case "SessionOpened":
    case "OffloadRequested":
    case "ShutdownRequested":
    case "LlmStarted":
    case "LlmTextDelta":
    case "LlmThinkingDelta":
    case "LlmToolCallDelta":
    case "LlmFailed":
    case "ToolProgress":
    case "RetryTimeoutFired":
    case "ShutdownCompleted":
      return NOTHING
  }
}

/** What was queued is said where the model hears it. */
const heardLines = ({ queued }: Telling, { event, step }: Recorded): readonly Shown[] =>
  queued.length > 0 && step.state.session.queue.length === 0 && event.type !== "InputTakenBack" ? queued.flatMap(personLines) : NOTHING

export const personLines = (parts: readonly Part[]): readonly Shown[] =>
  harmless(textOf(parts)).split("\n").map((line, index) => whole(span("person", `${index === 0 ? "›" : "…"} ${line}`)))

const brokenOffLines = ({ running, asked }: Telling, now: number): readonly Shown[] => [
  ...Object.values(running).flatMap(({ call, since }) => endedLines(call, "interrupted", [], now - since)),
  ...Object.values(asked).flatMap((call) => endedLines(call, "not-started", [], null))
]

const settingsLines = ({ model, mode, limits }: EventOf<"SettingsChanged">): readonly Shown[] => [
  ...(model === undefined ? [] : [fitted(span("dim", `from the next request on: ${oneLine(model)}`))]),
  ...(mode === undefined
    ? []
    : [fitted(span("dim", "permission mode: "), mode === "bypass" ? span("bad", "bypass, NOTHING ASKS") : span("dim", mode))]),
  ...Object.entries(limits ?? {}).map(([name, value]) => fitted(span("dim", `${name}: ${String(value)}`)))
]

const answerLines = (call: ToolCall | undefined, { answer, words, rules }: EventOf<"ApprovalAnswered">): readonly Shown[] => {
  const what = call === undefined ? "the call" : callWords(call)
  switch (answer) {
    case "no":
      return [
        fitted(
          span("notice", "⊘ "),
          span("plain", what),
          span("dim", `  no${words === undefined || words === "" ? "" : `: ${oneLine(words)}`}`)
        )
      ]
    case "once":
      return call?.name === "ask_user" ? [fitted(span("person", `› ${oneLine(words ?? "")}`))] : NOTHING
    case "session":
    case "always":
      return rules === undefined || rules.length === 0 ? NOTHING : [fitted(span("dim", `allowed for this session: ${rules.map(oneLine).join(", ")}`))]
  }
}

const completedLines = ({ stop }: EventOf<"LlmCompleted">): readonly Shown[] => {
  switch (stop) {
    case "max-tokens":
      return [fitted(span("notice", "the answer reached its token limit and is cut short"))]
    case "refusal":
      return [fitted(span("notice", "the model refused to answer"))]
    case "filter":
      return [fitted(span("notice", "the provider stopped the answer"))]
    case "end":
    case "tool-calls":
      return NOTHING
  }
}

/** A call that was denied or invalid has its result already when vetting is over. */
const settledAtOnce = (call: ToolCall, after: State): readonly Shown[] => {
  const result = after.name === "ExecutingTools" ? resultIn(after.executions, call.id) : resultSaid(after.session, call.id)
  return result === null ? NOTHING : endedLines(call, result.status, result.parts, null)
}

const resultIn = (executions: Extract<State, { name: "ExecutingTools" }>["executions"], id: string): ToolResult | null => {
  const phase = executions.find(({ call }) => call.id === id)?.phase
  return phase?.name === "done" ? phase.result : null
}

/** The batch is closed already: its results are the newest in the transcript. */
const resultSaid = ({ transcript }: Session, id: string): ToolResult | null => {
  for (let index = transcript.length - 1; index >= 0; index--) {
    const entry = at(transcript, index)
    if (entry.type === "results") return entry.results.find((result) => result.call === id) ?? null
  }
  return null
}

const hookLines = ({ commit, goOn, note }: EventOf<"PostToolsHookCompleted">): readonly Shown[] => [
  ...(commit === undefined ? [] : [fitted(span("good", "✓ "), span("plain", `committed ${oneLine(commit.slice(0, 9))}`))]),
  ...(note === undefined || note === "" ? [] : wholeLines("dim", harmless(withoutRules(note)), "    ")),
  ...(goOn ? [] : [fitted(span("notice", "a hook stopped the turn; /continue goes on"))])
]

/** The rules of a folder are the person's own words: that they were read is news, what they say is none. */
const withoutRules = (note: string): string =>
  note.replaceAll(/<instructions file="([^"]*)">\n[\s\S]*?\n<\/instructions>/g, (_, file: string) => `reads the rules of ${file}`)

// ── what each action says ────────────────────────────────────────────────────────────────────────────────────────

/** What the machine itself says on an event, as that a budget is used up. */
export const actionsShown = ({ event, step }: Recorded): readonly Shown[] => step.actions.flatMap((action) => actionShown(action, event.at))

const actionShown = (action: Action, now: number): readonly Shown[] => {
  switch (action.type) {
    case "DisplayMessage":
      return wholeLines("notice", harmless(countedWords(action.text)))
    case "DisplayError":
      return errorLines(action.error.message, action.retryAt === null ? null : action.retryAt - now)
    case "WaitForInput":
      return restLines(action.why)
    case "GatherContext":
    case "OffloadContext":
    case "SendLlmRequest":
    case "VetToolCalls":
    case "RequestApproval":
    case "ExecuteTools":
    case "RunPostToolsHook":
    case "ScheduleRetry":
    case "Shutdown":
    case "Cancel":
    case "RecordDecision":
      return NOTHING
  }
}

const errorLines = (message: string, retryMs: number | null): readonly Shown[] => [
  ...wholeLines("bad", harmless(message)),
  ...(retryMs === null ? [] : [fitted(span("dim", `it is tried again in ${durationWords(Math.max(0, retryMs))}`))])
]

const restLines = (why: WaitingReason): readonly Shown[] => {
  switch (why) {
    case "cut-short":
      return [fitted(span("notice", "/continue asks for the rest"))]
    case "opened":
    case "completed":
    case "interrupted":
    case "refused":
    case "stopped-by-hook":
    case "budget-steps":
    case "budget-tokens":
    case "budget-cost":
    case "offloaded":
      return NOTHING
  }
}
