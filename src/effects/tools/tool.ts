import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { CommandFact, PathFact, TouchedFact } from "../../machine/event.ts"
import type { Part, ReportedUsage } from "../../machine/session.ts"
import type { Question } from "../../machine/state.ts"
import type { Blobs } from "../os/blobs.ts"
import type { Problem } from "../os/problem.ts"
import type { SandboxService } from "../os/sandbox.ts"
import type { Workspace } from "../os/workspace.ts"
import type { Background } from "./background.ts"
import type { ReadFiles } from "./read-files.ts"

/**
 * Something a model can ask for. The same definition serves the agent, other programs that list the tools, and the documents.
 * `facts` is asked before anything is decided and changes nothing; `run` is asked only for a call that was allowed.
 */
export interface Tool<Input = unknown> {
  readonly name: string
  /** One line for a list. */
  readonly summary: string
  /** What the model reads. */
  readonly description: string
  /** The arguments; without `identifier` annotations, so that their JSON Schema stands on its own. */
  readonly input: Schema.Codec<Input>
  /** The most that a call may do. */
  readonly access: "reads" | "writes" | "executes" | "asks"
  /** Whether what it runs is held by the sandbox, where there is one. */
  readonly enclosed?: true
  /** Whether running it twice is as good as once. */
  readonly idempotent: boolean
  /** Its limits, for people. */
  readonly limits: string
  /** Loads what `facts` needs for this call, where that is more than is loaded anyway. */
  prepare?(input: Input): Promise<void>
  /** What this call touches. Errors: throws a `Problem` where it cannot run at all. */
  facts(input: Input, workspace: Workspace["Service"]): ToolFacts
  run(input: Input, context: ToolContext): Effect.Effect<ToolOutcome, Problem>
}

export interface ToolFacts {
  readonly changes: boolean
  readonly paths?: readonly PathFact[]
  readonly commands?: readonly CommandFact[] | "unparsed"
  readonly seen?: readonly string[]
  readonly touched?: readonly TouchedFact[]
  readonly hosts?: readonly string[]
  readonly question?: Question
}

/** What a running call may use. */
export interface ToolContext {
  readonly workspace: Workspace["Service"]
  readonly blobs: Blobs["Service"]
  readonly readFiles: ReadFiles["Service"]
  readonly background: Background["Service"]
  /** Holds the programs that are run for the model. */
  readonly sandbox: SandboxService
  /** The paths the call was allowed for; `null` where no process remembers them. */
  readonly vetted: readonly PathFact[] | null
  /** Marks the processes of this call: `<session>:<effect>`. */
  readonly marker: string
  /** Shows output while it runs. */
  readonly hear: (stream: "stdout" | "stderr", bytes: Uint8Array) => void
}

/** `parts` is what the model reads; `blob` names the whole where that was cut. */
export interface ToolOutcome {
  readonly status: "ok" | "error"
  readonly parts: readonly Part[]
  readonly blob?: string
  /** What models used for it. */
  readonly usage?: ReportedUsage
}

/** A result of one text. */
export const told = (text: string, status: ToolOutcome["status"] = "ok"): ToolOutcome => ({ status, parts: [{ type: "text", text }] })
