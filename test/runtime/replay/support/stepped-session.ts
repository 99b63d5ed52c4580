import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Checkpoints } from "../../../../src/effects/git/checkpoint.ts"
import type { Event } from "../../../../src/machine/event.ts"
import { headerOf } from "../../../../src/runtime/event-log/header.ts"
import type { Row } from "../../../../src/runtime/event-log/line.ts"
import type { FilesSource } from "../../../../src/runtime/replay/files-at.ts"
import { FACTS } from "../../../properties/harness/facts.ts"
import { opening } from "../../../properties/harness/opening.ts"
import { recorded } from "../../event-log/support/conversation.ts"

/** A log of so many steps, each with a shell call that changed a file, and the real checkpoints that it names. */
export interface SteppedSession extends FilesSource {
  readonly rows: readonly Row[]
  /** The first event of a step, from 1. */
  readonly beginOf: (step: number) => number
}

/** `write` makes the changes of a step in the workspace; step 0 is what stands at the beginning. */
export const steppedSession = async (steps: number, write: (root: string, step: number) => void): Promise<SteppedSession> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "loom-stepped-")))
  const [root, dataDirectory] = [join(folder, "work"), join(folder, "data")]
  mkdirSync(root)
  writeFileSync(join(root, "README.md"), "# a project\n")
  const trees = await Effect.runPromise(
    Effect.gen(function*() {
      const checkpoints = yield* Checkpoints
      const taken: string[] = []
      for (let step = 0; step <= steps; step++) {
        write(root, step)
        taken.push((yield* checkpoints.take(`step ${step}`)).tree)
      }
      return taken
    }).pipe(Effect.provide(Checkpoints.layerShadow({ root, dataDirectory })), Effect.scoped)
  )
  const rows = recorded(eventsOf(root, trees)).map(({ event, actions }, index): Row => ({ n: index + 1, event, actions }))
  const chain = { verdict: "whole", events: rows.length, seals: 0, damage: null, message: "" } as const
  return {
    log: { header: headerOf(rows[0]!.event as Extract<Event, { type: "SessionOpened" }>, "test"), rows, chain },
    file: null,
    dataDirectory,
    rows,
    beginOf: (step) => BEGINNING + (step - 1) * EVENTS_A_STEP + 1
  }
}

const BEGINNING = 3
const EVENTS_A_STEP = 5

function* eventsOf(root: string, [first, ...trees]: readonly string[]): Generator<Event, void> {
  let at = 1_700_000_000_000
  let effect = 1
  yield {
    ...opening({ settings: { mode: "bypass" }, limits: { stepsMax: trees.length + 1 } }),
    at,
    roots: [root],
    modelsByName: { "test:one": { windowTokens: 1e9, outputTokensMax: 4096, images: true, priced: true } }
  }
  yield { type: "UserInput", at: ++at, parts: [{ type: "text", text: "change things" }] }
  yield { type: "ContextGathered", at: ++at, effect, fragments: [], tree: first! }
  for (const [index, tree] of trees.entries()) {
    const call = `call_${index + 1}`
    yield { type: "LlmToolCallDelta", at: ++at, effect: ++effect, index: 0, name: "shell", arguments: `{"command":"step ${index + 1}"}` }
    yield { type: "LlmCompleted", at: ++at, effect, stop: "tool-calls" }
    yield { type: "ToolCallsVetted", at: ++at, effect: ++effect, facts: [{ ...CHANGES, call }] }
    yield { type: "ToolCompleted", at: ++at, effect: ++effect, status: "ok", parts: [{ type: "text", text: "done" }] }
    yield { type: "PostToolsHookCompleted", at: ++at, effect: ++effect, goOn: true, tree }
  }
}

const CHANGES = FACTS.find(({ changes }) => changes)!
