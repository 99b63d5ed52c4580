import type { ModelFacts, Opened, Part, PermissionMode, Limits, ReportedUsage, Settings } from "./session.ts"
import type { Failure, Question } from "./state.ts"

/**
 * Everything that can happen to a session. All nondeterminism enters here.
 * Units: `at` is ms since the epoch, never decreasing, set by the one writer of the log.
 */
export type Event = PersonEvent | AnswerEvent | HostEvent
export type EventType = Event["type"]
export type EventOf<T extends EventType> = Extract<Event, { readonly type: T }>

interface Timed<T extends string> {
  readonly type: T
  readonly at: number
}

/** Carries the number of the effect it answers; may say what that used. A delta says what its request used so far. */
interface Answer<T extends string> extends Timed<T> {
  readonly effect: number
  readonly usage?: ReportedUsage
}

// ── what a person says ───────────────────────────────────────────────────────────────────────────────────────────

/** What a person, or a host in their place, says. */
export type PersonEvent =
  | UserInput
  | InputTakenBack
  | InterruptRequested
  | ContinueRequested
  | SettingsChanged
  | OffloadRequested
  | WorkspaceRestored
  | ShutdownRequested

/** Words for the model; while the agent is busy they are queued. */
export interface UserInput extends Timed<"UserInput"> {
  readonly parts: readonly Part[]
}
/** Takes back the newest queued message. */
export interface InputTakenBack extends Timed<"InputTakenBack"> {}
/** Stop what is under way and come to rest. */
export interface InterruptRequested extends Timed<"InterruptRequested"> {}
/** Tries a failed step again, or goes on after a turn that did not complete. */
export interface ContinueRequested extends Timed<"ContinueRequested"> {}
/** Only what changes is given. A model that was not in the catalogue brings its facts. */
export interface SettingsChanged extends Timed<"SettingsChanged"> {
  readonly model?: string
  readonly mode?: PermissionMode
  readonly attended?: boolean
  readonly limits?: Partial<Limits>
  readonly modelsByName?: Readonly<Record<string, ModelFacts>>
  /** All rules that hold from now on; a process that takes a session up brings its own. */
  readonly rules?: Opened["rules"]
}
/** Frees the window now; nothing is lost. */
export interface OffloadRequested extends Timed<"OffloadRequested"> {}
/**
 * The files were put back to an earlier tree; the note tells the model. `before` is the checkpoint of what stood there until then,
 * `undone` the events whose tools were taken back, `redone` the earlier event of this kind that was.
 */
export interface WorkspaceRestored extends Timed<"WorkspaceRestored"> {
  readonly tree: string
  readonly note: string
  readonly before?: string
  readonly undone?: readonly number[]
  readonly redone?: number
}
/** End the session in order; it may be opened again. */
export interface ShutdownRequested extends Timed<"ShutdownRequested"> {}

// ── answers to actions ───────────────────────────────────────────────────────────────────────────────────────────

/** What the world answers to an action. */
export type AnswerEvent =
  | ApprovalAnswered
  | LlmStarted
  | LlmTextDelta
  | LlmThinkingDelta
  | LlmToolCallDelta
  | LlmCompleted
  | LlmFailed
  | ToolCallsVetted
  | ToolProgress
  | ToolCompleted
  | PostToolsHookCompleted
  | RetryTimeoutFired
  | ContextGathered
  | ContextOffloaded
  | ShutdownCompleted

/** `session` and `always` may carry the rules that shall hold; without them, those that were offered hold. */
export interface ApprovalAnswered extends Answer<"ApprovalAnswered"> {
  readonly answer: "once" | "session" | "always" | "no"
  readonly rules?: readonly string[]
  /** What the person said with it: the reason of a no, or the answer to the model's question. */
  readonly words?: string
}

/** `hash`: SHA-256 of the canonical request, hex, before it leaves. */
export interface LlmStarted extends Answer<"LlmStarted"> {
  readonly hash: string
}
/** A piece of the text that the model is writing. */
export interface LlmTextDelta extends Answer<"LlmTextDelta"> {
  readonly text: string
}
/** A signature closes its block; the next thinking delta opens another. */
export interface LlmThinkingDelta extends Answer<"LlmThinkingDelta"> {
  readonly text: string
  readonly signature?: string
  readonly redacted?: boolean
}
/** `index` is the provider's number of the call within the answer; its first delta names the tool. */
export interface LlmToolCallDelta extends Answer<"LlmToolCallDelta"> {
  readonly index: number
  readonly name?: string
  readonly arguments: string
}
/** `filter`: the provider stopped it; treated as a refusal. */
export interface LlmCompleted extends Answer<"LlmCompleted"> {
  readonly stop: "end" | "tool-calls" | "max-tokens" | "refusal" | "filter"
}
/** Units: `retryAfterMs` in ms from `at`, where the provider said so. */
export interface LlmFailed extends Answer<"LlmFailed"> {
  readonly failure: Failure["kind"]
  readonly message: string
  readonly retryAfterMs?: number
}

/** The facts of each call of the answer, in call order; a call without facts is invalid. `reports` are shown to the person. */
export interface ToolCallsVetted extends Answer<"ToolCallsVetted"> {
  readonly facts: readonly CallFacts[]
  readonly reports?: readonly string[]
}
/** Carries no usage: what a call used comes with its completion. */
export interface ToolProgress extends Timed<"ToolProgress"> {
  readonly effect: number
  readonly stream: "stdout" | "stderr"
  readonly text: string
}
/** `parts` is what the model reads; `blob` names the whole output where that was cut. */
export interface ToolCompleted extends Answer<"ToolCompleted"> {
  readonly status: "ok" | "error"
  readonly parts: readonly Part[]
  readonly blob?: string
}
/** `before` and `tree` are the checkpoints of the workspace around the batch, `commit` the auto-commit; `reports` are shown to the person. */
export interface PostToolsHookCompleted extends Answer<"PostToolsHookCompleted"> {
  readonly goOn: boolean
  readonly note?: string
  readonly before?: string
  readonly tree?: string
  readonly commit?: string
  readonly reports?: readonly string[]
}
/** The time of a scheduled retry has come. */
export interface RetryTimeoutFired extends Answer<"RetryTimeoutFired"> {}
/**
 * `missing` names what was not ready in time; `tree` is the checkpoint at the start of the turn; `reports` are shown to the person.
 * `stop`: why the turn ends before a request, for the model to read when it is asked again.
 */
export interface ContextGathered extends Answer<"ContextGathered"> {
  readonly fragments: readonly ContextFragment[]
  readonly missing?: readonly string[]
  readonly tree?: string
  readonly reports?: readonly string[]
  readonly stop?: string
}
/** What one source has to say to the model, and which source that is. */
export interface ContextFragment {
  readonly source: string
  readonly text: string
}
/** What became of an `OffloadContext`. */
export interface ContextOffloaded extends Answer<"ContextOffloaded"> {
  readonly ok: boolean
  /** Name of the keeper that holds what left; given when `ok`. */
  readonly keeper?: string
  /** Why not; given when not `ok`. */
  readonly reason?: string
}
/** `reports` are shown to the person. */
export interface ShutdownCompleted extends Answer<"ShutdownCompleted"> {
  readonly reports?: readonly string[]
}

// ── the host ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a process that holds the session says of itself. */
export type HostEvent = SessionOpened | SessionResumed

/** The first event of every log: all that the machine may know of the world it was opened in. */
export interface SessionOpened extends Timed<"SessionOpened"> {
  readonly session: string
  /** Version of the machine's behaviour. */
  readonly machine: number
  /** Seed of the generator, an unsigned 32-bit integer. */
  readonly seed: number
  readonly system: string
  readonly tools: Opened["tools"]
  readonly rules: Opened["rules"]
  readonly roots: Opened["roots"]
  readonly modelsByName: Readonly<Record<string, ModelFacts>>
  readonly settings: Settings
  /** Set where it goes on from an event of another session. */
  readonly parent?: Parent
}

/** The session and the event of it that a fork goes on from. */
export interface Parent {
  readonly session: string
  readonly n: number
  /** What of the events up to there is not as it was, in words for a person: `set 12.text`, `drop 14`. */
  readonly changes?: readonly string[]
}

/** A process took the session up again: nothing started before can answer. */
export interface SessionResumed extends Timed<"SessionResumed"> {
  /** Version of the machine's behaviour from here on, where that is another one than before. */
  readonly machine?: number
}

// ── facts of a call ──────────────────────────────────────────────────────────────────────────────────────────────

/** What vetting found out about one call. The machine decides from this alone, the rules, the mode and the approvals. */
export interface CallFacts {
  readonly call: string
  /** Why the call cannot run: bad arguments, no such tool, a path outside the workspace. */
  readonly invalid?: string
  /** Whether the call may change something. What cannot be told counts as changing. */
  readonly changes: boolean
  readonly paths: readonly PathFact[]
  /** The commands it would run; `unparsed` where they could not be told. */
  readonly commands: readonly CommandFact[] | "unparsed"
  /** Commands that were seen inside others (`sudo rm x`), or in what could not be told apart: deny and ask rules hear of them, no allow rule does. */
  readonly seen?: readonly string[]
  /** Files that words of its commands may name, the commands in `seen` too: deny and ask rules hear of them, no allow rule does. */
  readonly touched?: readonly TouchedFact[]
  readonly hosts: readonly string[]
  /** The call is a question to the person. */
  readonly question?: Question
  /** What a PreToolUse hook said. */
  readonly hook?: { readonly decision: "allow" | "ask" | "deny"; readonly reason: string }
  /** Whether commands run inside the sandbox. */
  readonly sandboxed?: boolean
}

/** `path` is canonical: relative to its root with `/` when inside, absolute when not. */
export interface PathFact {
  readonly path: string
  readonly access: "read" | "write"
  readonly inside: boolean
}

/** A file that a word of a command may name. `write` where the command is known to write it; it may read it in any case. */
export interface TouchedFact extends PathFact {
  /** Nobody knows whether the command only reads it. */
  readonly unsure?: true
  /** The command may go into this folder, to all that lies in it. */
  readonly within?: true
}

/** One simple command, its words joined by single blanks. */
export interface CommandFact {
  readonly text: string
  /** Where not all of its words are known, as in `git "$x"`: the text of those before the first that is not. Others, or none, follow. */
  readonly sure?: string
  /** Known to only read. */
  readonly reads: boolean
  /** Where it runs, if that is not the workspace's root: as a path would be named; `null` where the line goes elsewhere on the way and nobody can tell. */
  readonly cwd?: string | null
}
