import type { ApprovalAnswered } from "../../../src/machine/event.ts"
import type { Limits, Part, PermissionMode, Rule } from "../../../src/machine/session.ts"
import type { StateName } from "../../../src/machine/state.ts"
import type { Answer } from "../../support/model-server/answer.ts"

/**
 * A simulated session as data: all that the world will do, decided before anything runs. Each list is used up in its order;
 * what is not in it is the plainest world there is. So a plan stays one whatever is left out of it, and can be made smaller piece by piece.
 */
export interface Plan {
  readonly seed: number
  readonly setting: Setting
  readonly moves: readonly Move[]
  /** What the model says, request by request; then it says that it is done. */
  readonly answers: readonly Speech[]
  /** What the person says to each question; then yes. */
  readonly approvals: readonly Reply[]
  readonly disk: readonly DiskFault[]
  /** Faults of single answers of the rooms, by the number of the answer. */
  readonly rumours: readonly Rumour[]
  readonly checkpoints: readonly RoomFault[]
  readonly keepers: readonly RoomFault[]
  /** What the person's hooks say, each time one is asked; where there is nothing, there are no hooks. */
  readonly hooks: readonly HookWord[]
}

/** What the session is opened with. */
export interface Setting {
  readonly model: string
  readonly mode: PermissionMode
  readonly attended: boolean
  readonly limits: Partial<Limits>
  readonly rules: readonly Rule[]
  /** How long each room takes before it begins, ms. */
  readonly slowMs: Readonly<Partial<Record<Room, number>>>
  /** After how many operations a fiber lets others run. */
  readonly yieldOperations: number
  /** Whether the file tools work on real files. */
  readonly files: boolean
}

export type Room = "GatherContext" | "VetToolCalls" | "RunPostToolsHook" | "OffloadContext" | "Shutdown"

/** Something a person, or fate, does once the session is where it says, or will not get there. Units: ms. */
export interface Move {
  readonly when: StateName | "now"
  readonly pauseMs: number
  readonly deed: Deed
}

export type Deed =
  | { readonly does: "says"; readonly parts: readonly Part[] }
  | { readonly does: "takes back" }
  | { readonly does: "interrupts" }
  | { readonly does: "goes on" }
  | { readonly does: "changes settings"; readonly model?: string; readonly mode?: PermissionMode; readonly attended?: boolean; readonly limits?: Partial<Limits> }
  | { readonly does: "frees the window" }
  | { readonly does: "restores files"; readonly note: string }
  | { readonly does: "shuts down" }
  /** Interrupts, and leaves before that is done. */
  | { readonly does: "interrupts twice" }
  /** Says several things at once, as several hands would. */
  | { readonly does: "says all at once"; readonly texts: readonly string[] }
  /** Another process believes this one dead and takes the session; this one lives on until it finds out. */
  | { readonly does: "loses the lease" }
  /** The process is killed. */
  | { readonly does: "kills" }
  /** Another process wants the session, too. */
  | { readonly does: "opens it again" }

/** One answer of the model, and how it comes. Units: ms, bytes. */
export interface Speech {
  readonly answer: Answer
  readonly startMs: number
  readonly gapMs: number
  readonly chunkBytes: number
  readonly fault: WireFault | null
}

/** Shape: `at` is a share of the stream's bytes, from 0 to 1. */
export type WireFault =
  | { readonly fault: "cut"; readonly at: number }
  | { readonly fault: "ends early"; readonly at: number }
  | { readonly fault: "stalls"; readonly at: number }
  | { readonly fault: "pauses"; readonly at: number; readonly forMs: number }
  | { readonly fault: "garbled"; readonly at: number }
  | { readonly fault: "error event"; readonly type: string }
  | { readonly fault: "no head" }
  | { readonly fault: "no connection"; readonly code: string }
  | { readonly fault: "too long" }
  | { readonly fault: "status"; readonly status: number; readonly retryAfter: string | null }

/** `null`: never answered. */
export interface Reply {
  readonly afterMs: number | null
  readonly answer: ApprovalAnswered["answer"]
  readonly words?: string
  readonly rules?: readonly string[]
}

/** `write` counts the commits of all processes of the session. */
export type DiskFault =
  | { readonly fault: "full"; readonly write: number; readonly writes: number }
  | { readonly fault: "crash before"; readonly write: number }
  | { readonly fault: "crash after"; readonly write: number }

/** What becomes of one answer of a room on its way to the session. */
export type Rumour = { readonly answer: number } & (
  | { readonly fault: "twice"; readonly afterMs: number }
  | { readonly fault: "late"; readonly byMs: number }
  /** It comes again when the session next lives in another process. */
  | { readonly fault: "ghost" }
)

/** `deny`: it ends with 2, which also blocks a message; `stop`: nothing more shall happen; `hangs`: until it is killed. */
export type HookWord = "nothing" | "allow" | "ask" | "deny" | "stop" | "context" | "garbage" | "fails" | "slow" | "hangs"

export type RoomFault = "well" | "slow" | "fails" | "breaks" | "hangs"
