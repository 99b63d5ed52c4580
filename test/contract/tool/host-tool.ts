import type { Part } from "../../../src/machine/session.ts"
import type { ProcessState } from "./process-state.ts"

/** The arguments of a call as a model sends them: usually an object, but models err. */
export type Arguments = unknown

/** A tool as a host writes it, free of everything but the language. */
export interface HostTool {
  readonly name: string
  /** What the model reads. */
  readonly description: string
  /** JSON Schema of the arguments, an object. */
  readonly inputSchema: Readonly<Record<string, unknown>>
  /** Whether a call may change something; left out: it may. */
  readonly changes?: boolean
  /** Whether running it twice is as good as once; left out: it is not. */
  readonly idempotent?: boolean
  /** The paths that a call may change, relative to the root or absolute; `"anything"` where that cannot be told. Left out: the same. */
  readonly touches?: (args: any, context: { readonly root: string }) => readonly string[] | "anything" | Promise<readonly string[] | "anything">
  /** Errors: a rejection with an `Error` is a failed call; the model reads its message. */
  readonly run: (args: any, context: HostToolContext) => HostToolResult | Promise<HostToolResult>
}

/** What a running call may use. */
export interface HostToolContext {
  /** The folder it works in. */
  readonly root: string
  /** Aborted when the person interrupts: then the call ends at once and nobody reads its result. */
  readonly signal: AbortSignal
  /** Shows output while it runs. */
  readonly progress: (text: string) => void
}

/** A text is a result that went well. */
export type HostToolResult = string | { readonly status?: "ok" | "error"; readonly parts: readonly Part[] }

/** What to call a tool with, so that its promises can be tried. */
export interface ToolTrial {
  /** Arguments that work. */
  readonly works: readonly Arguments[]
  /** Lays out the folder that a call finds; it is empty before, and each call has one of its own. */
  readonly prepare?: (root: string) => void | Promise<void>
  /** Arguments that fit the schema of a call that cannot go well. */
  readonly fails?: readonly Arguments[]
  /** Arguments of a call that would take ten seconds at least. */
  readonly slow?: Arguments
  /** Arguments of a call that has more to say than a model should read. */
  readonly long?: Arguments
  /** What to wait for at most. Units: ms; left out: 5,000. */
  readonly timeoutMs?: number
}

/** A tool and what to try it with. */
export interface TriedTool {
  readonly tool: HostTool
  readonly trial: ToolTrial
  /** What was thrown beside the calls, as it happens. */
  readonly escaped: readonly string[]
  readonly process: ProcessState
}
