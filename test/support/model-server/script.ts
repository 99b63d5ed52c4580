import { argumentsOf, chooseAnswer, textOf, type Script, type ScriptedAnswer } from "../../../src/effects/llm/script.ts"
import type { Answer, AnswerBlock, Fault } from "./answer.ts"
import type { SeenRequest } from "./server.ts"

/** A script as the scripted model reads it, with faults by the number of the valid request, from 0. */
export interface ServerScript extends Script {
  readonly faults?: Readonly<Record<string, Fault>>
  /** For every answer: see `Answer`. */
  readonly sliceBytes?: number
}

/** The answers of a script, spoken by a server. */
export const scripted =
  (script: ServerScript) =>
  (request: SeenRequest, index: number): Answer | Fault => {
    const fault = script.faults?.[`${index}`]
    if (fault !== undefined) return fault
    const chosen = chooseAnswer(script, request.heard)
    if (chosen === null) return { fault: "status", status: 400, error: { message: `the script has no answer for request ${index}` } }
    return answerOf(chosen, script)
  }

const answerOf = (chosen: ScriptedAnswer, script: ServerScript): Answer => ({
  blocks: chosen.blocks.map((block): AnswerBlock => {
    switch (block.type) {
      case "text":
        return { type: "text", text: textOf(block) }
      case "thinking":
        return { type: "thinking", text: block.text, ...(block.signature === undefined ? {} : { signature: block.signature }) }
      case "tool-call":
        return { type: "tool-call", name: block.name, arguments: argumentsOf(block) }
    }
  }),
  ...(chosen.stop === undefined ? {} : { stop: chosen.stop }),
  deltaBytes: chosen.chunkBytes ?? script.chunkBytes ?? 24,
  delayMs: chosen.chunkMs ?? script.chunkMs ?? 0,
  ...(script.sliceBytes === undefined ? {} : { sliceBytes: script.sliceBytes })
})
