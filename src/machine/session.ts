import type { Vector } from "./vector.ts"

/**
 * What every state holds: settings, counters, the transcript and the window on it.
 * All of it is plain JSON and rarely changes, so the streaming state carries it along by reference.
 */
export interface Session {
  /** Version of this shape, for snapshots. */
  readonly version: 1
  /** Set while an older version of the machine decides, as in the log it is replayed from; no part of what a seal hashes. */
  readonly machine?: number
  readonly id: string
  /** What the session was opened with; fixed for its life, so that the request's prefix is stable. */
  readonly opened: Opened
  readonly settings: Settings
  /** Facts of each model that may be called, by its name; grows by `SettingsChanged`. */
  readonly modelsByName: Readonly<Record<string, ModelFacts>>
  /** State of the generator of pseudo-random numbers, an unsigned 32-bit integer. */
  readonly random: number
  /** The newest effect number given out; the next is one more. */
  readonly effect: number
  /** The newest call id given out is `call_<callCount>`. */
  readonly callCount: number
  readonly turn: number
  /** Requests of this turn, retries not counted. */
  readonly step: number
  readonly transcript: Vector<Entry>
  readonly window: Window
  /** What a person wrote while the agent was busy, oldest first. */
  readonly queue: readonly (readonly Part[])[]
  readonly usage: Usage
  /** Rules that hold for this session because a person said so, oldest first. */
  readonly approvals: readonly string[]
  /** How many calls were denied because nobody was there to ask. */
  readonly unattendedDenials: number
  /** The turn and step that already offloaded after an overflow, as `turn:step`; once a step is enough. */
  readonly overflowedAt: string
  /** Tokens for 1,000 bytes of text, measured from what providers report. */
  readonly tokensPerKilobyte: number
}

/** The fixed part of a session. */
export interface Opened {
  readonly system: string
  readonly tools: readonly ToolDefinition[]
  /** Deny, ask and allow rules from settings, rules file and flags; the one thing here that settings may replace. */
  readonly rules: readonly Rule[]
  /** Canonical absolute paths of the workspace roots; the first is where commands start. */
  readonly roots: readonly string[]
  /** Bytes of the system text and tool definitions. */
  readonly bytes: number
}

/** What a model is told of a tool. */
export interface ToolDefinition {
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments, an object at its root. */
  readonly inputSchema: Readonly<Record<string, unknown>>
}

/** A permission rule as a person writes it: `shell(git *)`, `file_write(src/**)`, `file_read`. */
export interface Rule {
  readonly decision: "allow" | "ask" | "deny"
  readonly rule: string
  /** Where it was said: a flag, a settings file, the rules file. */
  readonly source: string
}

/** What is done with a call that no rule speaks of. */
export type PermissionMode = "default" | "accept-edits" | "plan" | "auto" | "bypass"

/** What a person may change while the session runs. */
export interface Settings {
  /** `provider:model`, a key of `modelsByName`. */
  readonly model: string
  readonly mode: PermissionMode
  /** Whether somebody is there to answer; if not, what would ask is denied. */
  readonly attended: boolean
  readonly limits: Limits
}

/** Units: as the names say; `null` is no limit; money in nanodollars (1 dollar is 1e9). */
export interface Limits {
  readonly stepsMax: number
  readonly tokensMax: number | null
  readonly costMax: number | null
  readonly attemptsMax: number
  readonly toolsParallelMax: number
  readonly outputTokensMax: number
  /** Tokens of the window at which the oldest of it is offloaded; `null`: by the model's window. */
  readonly windowTokensMax: number | null
  /** Percent of the model's window at which the oldest of it is offloaded; left out: the larger the window, the more. */
  readonly offloadPercent?: number
  /** Tokens of the model's window that stay free for its answer, where `outputTokensMax` is not more. */
  readonly answerTokensMin?: number
}

/** What the machine must know of a model. Units: tokens. */
export interface ModelFacts {
  readonly windowTokens: number
  readonly outputTokensMax: number
  /** Whether images may be sent. */
  readonly images: boolean
  /** Whether the price is known. The runner prices each answer, the machine only needs to know that it can. */
  readonly priced: boolean
}

/** Something a person, a note or a result is made of. Images are blobs, named by their SHA-256. */
export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly mediaType: string; readonly blob: string; readonly bytes: number }

/** One piece of a model's answer, in the order it came. */
export type Block =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "thinking"
      readonly text: string
      /** The provider's seal, opaque; unsigned thinking is never sent back. */
      readonly signature: string | null
      /** Whether the provider hid the text and only the signature stands for it. */
      readonly redacted: boolean
    }
  | ToolCall

/** A call that the model asks for. */
export interface ToolCall {
  readonly type: "tool-call"
  readonly id: string
  readonly name: string
  /** The raw JSON as it streamed, valid or not. */
  readonly arguments: string
}

/** How a call came out; all but the first two stand for a call that did not run to its end. */
export type ResultStatus =
  | "ok"
  | "error"
  | "denied"
  | "invalid"
  | "interrupted"
  | "not-started"
  | "unknown-outcome"
  | "cut-short"

/** What the model reads of a call. `call` is its id. */
export interface ToolResult {
  readonly call: string
  readonly status: ResultStatus
  readonly parts: readonly Part[]
}

/**
 * One closed message of the transcript.
 * Units: `bytes` is the weight of what the model would read of it, UTF-8.
 */
export type Entry = EntryBody & { readonly turn: number; readonly bytes: number }

/** What was said, by whom. */
export type EntryBody =
  | { readonly type: "user"; readonly parts: readonly Part[] }
  | { readonly type: "note"; readonly source: NoteSource; readonly text: string }
  | {
      readonly type: "assistant"
      /** The model that said it: its thinking goes back to no other. */
      readonly model: string
      readonly blocks: readonly Block[]
      readonly ended: "complete" | "max-tokens" | "refused" | "interrupted" | "failed"
    }
  | { readonly type: "results"; readonly results: readonly ToolResult[] }

/** Who speaks in a note: neither the person nor the model. */
export type NoteSource = "context" | "hook" | "go-on" | "workspace"

/** The part of the transcript the model sees: entries from `base` on, and a marker for what left. */
export interface Window {
  readonly base: number
  readonly marker: Marker | null
  /** Bytes of the marker and of the entries from `base` on. */
  readonly bytes: number
}

/** Stands in the window for what was moved to keepers. */
export interface Marker {
  /** Names of the keepers, oldest first. */
  readonly keepers: readonly string[]
  /** How many entries of the transcript they hold together. */
  readonly entries: number
  /** The text the model reads. */
  readonly text: string
}

/** Units: tokens; cost in nanodollars of the calls whose price is known. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly cost: number
  /** How many answers had no known price. */
  readonly unpriced: number
}

/** What one answer says it used. `cost` in nanodollars, or `unknown`, never 0 for a price nobody knows. */
export interface ReportedUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  readonly cost: number | "unknown"
}
