import * as Effect from "effect/Effect"
import type { RunPostToolsHook } from "../../machine/action.ts"
import type { Session, ToolResult } from "../../machine/session.ts"
import type { CompletedCall } from "../../machine/state.ts"
import { lastOf } from "../../machine/vector.ts"
import { VettedCalls } from "../tools/vetted-calls.ts"
import { askHooks, commonInput, ofAllParts, reportsOf } from "./ask-hooks.ts"
import { ourWords } from "./before-tools.ts"
import { claudeCalls, namesOf } from "./claude-call.ts"
import type { HookDesk } from "./desk.ts"
import { hooksFor } from "./hook.ts"

/** What the person's hooks say after a batch of tools. */
export interface PersonSays {
  readonly goOn: boolean
  /** For the model. */
  readonly note: string
  readonly reports: readonly string[]
}

/** Tells the PostToolUse hooks of each call that ran, one after the other; one that says stop is the last. */
export const hooksAfterTools = Effect.fn("Hooks.afterTools")(function*(
  desk: HookDesk,
  action: RunPostToolsHook,
  session: Session
): Effect.fn.Return<PersonSays, never, VettedCalls> {
  const vetted = yield* VettedCalls
  const common = commonInput(desk, "PostToolUse", session.settings.mode)
  const resultsById = lastResults(session)
  const notes: string[] = [...desk.takeKept().context]
  const reports: string[] = []
  for (const { call, status } of action.completed.filter(ran)) {
    const hooks = hooksFor(desk.hooks, "PostToolUse", namesOf(call.name))
    if (hooks.length === 0) continue
    const calls = claudeCalls(call, vetted.pathsOf(desk.session, call.id) ?? [], desk.root)
    const response = { tool_response: responseOf(status, resultsById.get(call.id)) }
    const said = ofAllParts(
      yield* Effect.forEach(calls, (parts) =>
        askHooks(desk, hooks, { ...common, ...parts, ...response, ...ourWords(call) }, String(action.effect))
      )
    )
    notes.push(...said.context, ...(said.verdict?.decision === "deny" ? [said.verdict.reason] : []))
    reports.push(...reportsOf(desk, said))
    if (said.stop !== null) return { goOn: false, note: inNote(notes), reports: [...reports, `stopped by a hook: ${said.stop}`] }
  }
  return { goOn: true, note: inNote(notes), reports }
})

const ran = ({ status }: CompletedCall): boolean => status === "ok" || status === "error"

/** The results of the batch are the newest entry: the hook is asked for right after they were said. */
const lastResults = ({ transcript }: Session): ReadonlyMap<string, ToolResult> => {
  const entry = lastOf(transcript)
  return new Map(entry?.type === "results" ? entry.results.map((result) => [result.call, result]) : [])
}

const responseOf = (status: ToolResult["status"], result: ToolResult | undefined): object => ({
  success: status === "ok",
  status,
  content: (result?.parts ?? []).map((part) => (part.type === "text" ? part.text : `[image ${part.mediaType}]`)).join("\n")
})

/** Marked as what it is, so that the model does not take it for the words of a tool. */
export const inNote = (notes: readonly string[]): string => (notes.length === 0 ? "" : `<hook>\n${notes.join("\n\n")}\n</hook>`)
