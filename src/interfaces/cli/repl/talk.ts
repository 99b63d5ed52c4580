import type { ActionOf } from "../../../machine/action.ts"
import type { State } from "../../../machine/state.ts"
import type { Recorded, Said } from "../../../runtime/session.ts"
import type { Batch } from "../../view/batch-lines.ts"
import type { Shown } from "../../view/shown.ts"
import { tellingFrom, type Telling } from "../../view/telling.ts"
import type { ExitCode } from "../exit-code.ts"
import type { Wish } from "../signals.ts"
import type { Slash, SlashName } from "./slash.ts"

/*
 * A conversation as seen from the keyboard, pure: what is heard (keys, lines, what the session records) gives the next talk and what is wanted.
 * The terminal, the session and the files are somewhere else.
 */

export interface Talk {
  readonly state: State
  readonly telling: Telling
  readonly stage: Stage
  /** Lines that ended in `\`, waiting for the rest of the message. */
  readonly pending: readonly string[]
  /** When the newest key was pressed, ms since the epoch. */
  readonly keyAt: number
  /** When the person last asked to stop; a second time leaves. */
  readonly stopAt: number | null
  /** What holds commands, in a word or two. */
  readonly sandbox: string
}

/** What the keyboard means now. `heldFrom`: the person was typing when the question came, so keys count only after a pause. */
export type Stage =
  | { readonly name: "line" }
  | { readonly name: "approval"; readonly asked: Asked; readonly heldFrom: number | null }
  | { readonly name: "always"; readonly asked: Asked }
  /** Several calls of one answer are one question. */
  | { readonly name: "batch"; readonly batch: Batch; readonly heldFrom: number | null }
  | { readonly name: "reason"; readonly asked: Asked }
  | { readonly name: "answer"; readonly asked: Asked }
  /** A word to Loom that is carried out only after a yes. */
  | { readonly name: "confirm"; readonly slash: Slash; readonly heldFrom: number }

export type Asked = ActionOf<"RequestApproval">

/** One key as the terminal sent it. */
export interface Key {
  readonly text: string
  readonly name: string
  readonly ctrl: boolean
  readonly meta: boolean
}

/** `editing`: whether something stands in the line that is being written; `line`: what stands there. */
export type Heard =
  | { readonly type: "recorded"; readonly recorded: Recorded }
  | { readonly type: "key"; readonly key: Key; readonly editing: boolean }
  | { readonly type: "paste"; readonly text: string; readonly line: string }
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "wish"; readonly wish: Wish; readonly editing: boolean }
  /** What a word to Loom came to needs a yes: then this one is carried out. */
  | { readonly type: "confirm"; readonly slash: Slash }

export type Wanted =
  | { readonly type: "say"; readonly said: Said }
  | { readonly type: "show"; readonly shown: readonly Shown[] }
  /** The key goes to the line that is being written. */
  | { readonly type: "edit"; readonly key: Key }
  /** The text goes where the cursor is. */
  | { readonly type: "insert"; readonly text: string }
  /** The line that is being written becomes this. */
  | { readonly type: "fill"; readonly text: string }
  | { readonly type: "slash"; readonly name: SlashName; readonly rest: string }
  /** The rules go into the person's settings file. */
  | { readonly type: "remember"; readonly rules: readonly string[] }
  | { readonly type: "leave"; readonly code: ExitCode }

export type Talked = readonly [Talk, readonly Wanted[]]

export const talkFrom = (state: State, sandbox: string): Talk => ({
  state,
  telling: tellingFrom(state),
  stage: { name: "line" },
  pending: [],
  keyAt: 0,
  stopAt: null,
  sandbox
})

export const say = (said: Said): Wanted => ({ type: "say", said })

export const show = (...shown: readonly Shown[]): Wanted => ({ type: "show", shown })

/** The questions that are open, in the order they were asked. */
export const openQuestions = (state: State): readonly Asked[] =>
  state.name !== "ExecutingTools"
    ? []
    : state.executions.flatMap(({ call, reason, rules, question, phase }): readonly Asked[] =>
        phase.name === "awaiting-approval" ? [{ type: "RequestApproval", effect: phase.effect, call, reason, rules, question }] : []
      )
