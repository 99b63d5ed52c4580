import type { Row } from "../../../../src/runtime/event-log/line.ts"
import type { LoadedLog } from "../../../../src/runtime/replay/log-source.ts"
import type { Timeline } from "../../../../src/runtime/replay/timeline.ts"
import { makeTape, type Tape } from "../../../../src/interfaces/view/player/tape.ts"
import type { ScreenRow } from "../../../../src/interfaces/view/player/rows.ts"
import type { Recorded as Logged } from "../../../runtime/event-log/support/conversation.ts"
import { completed, gathered, modelCalls, modelSays, OPENED, play, toolEnds, userSays, vetted, type Said } from "../../story.ts"

/** Logs for the player, made by the machine from what a test says happens. */

export const logOf = (rows: readonly Row[]): LoadedLog =>
  ({ header: { session: OPENED.session }, rows, chain: { verdict: "whole", message: "" } }) as unknown as LoadedLog

export const tapeOf = (rows: readonly Row[], timeline?: Timeline): Tape => makeTape(logOf(rows), timeline)

export const rowsOfLogged = (logged: readonly Logged[]): readonly Row[] => logged.map(({ event, actions }, index) => ({ n: index + 1, event, actions }))

const FIRST: Row = { n: 1, event: OPENED, actions: [{ type: "WaitForInput", why: "opened" }] }

export const rowsSaid = (...said: readonly Said[]): readonly Row[] => [FIRST, ...play(said).map(({ n, event, step }) => ({ n, event, actions: step.actions }))]

/** A turn that reads, a model that fails and is asked again, a tool that fails, and a second turn. */
export const STORY: readonly Row[] = rowsSaid(
  userSays("mend it"),
  gathered,
  { type: "LlmStarted", hash: "0".repeat(64) },
  modelSays("I look "),
  modelSays("at it."),
  { type: "LlmFailed", failure: "transient", message: "the line broke" },
  { type: "RetryTimeoutFired" },
  modelCalls(0, "file_read", { path: "a.ts" }),
  completed("tool-calls"),
  vetted({}),
  toolEnds("no such file", "error"),
  modelSays("It is not there."),
  completed(),
  userSays("then make it"),
  gathered,
  modelSays("Done."),
  completed()
)

/** What a person reads of a row. */
export const textOf = (row: ScreenRow): string => row.map(({ text }) => text).join("").trimEnd()
