import type { LlmCompleted } from "../../machine/event.ts"

/**
 * The answers of a model that is none, for demos and tests. Which of them a request gets follows from the request alone:
 * from how often the model has answered in it, and what it heard. So a session that is resumed goes on where it was.
 * Units: `chunkMs` pause before each piece, `chunkBytes` size of a piece, UTF-8.
 */
export interface Script {
  readonly chunkMs?: number | undefined
  readonly chunkBytes?: number | undefined
  /** One position each: an answer, or several of which the first is taken whose `when` holds. */
  readonly answers: readonly (ScriptedAnswer | readonly ScriptedAnswer[])[]
  /** Said once the answers are used up; without it that is a failure. */
  readonly otherwise?: ScriptedAnswer | undefined
}

/** In all texts and arguments `{{n}}` stands for the number of the position, from 1. */
export interface ScriptedAnswer {
  readonly when?: Condition | undefined
  readonly blocks: readonly ScriptedBlock[]
  /** Left out: `tool-calls` where a block is one, else `end`. */
  readonly stop?: LlmCompleted["stop"] | undefined
  readonly chunkMs?: number | undefined
  readonly chunkBytes?: number | undefined
  /** How many positions it fills; left out: 1. */
  readonly times?: number | undefined
  readonly ifUnknown?: Repair | undefined
}

/** All that is given must hold of what was heard since the last answer. */
export interface Condition {
  readonly lastResultContains?: string | undefined
  readonly lastResultLacks?: string | undefined
  readonly wordsContain?: string | undefined
}

/** Where a result says that nobody knows whether the call happened: look, and make the call again where it did not. */
export interface Repair {
  /** How such a result is known; left out: `outcome unknown`. */
  readonly contains?: string | undefined
  readonly look: readonly ScriptedBlock[]
  /** What the look's result contains where the call did happen. */
  readonly doneWhen: string
}

export type ScriptedBlock =
  | { readonly type: "text"; readonly text: string; readonly repeat?: number | undefined }
  | { readonly type: "thinking"; readonly text: string; readonly signature?: string | undefined }
  | {
      readonly type: "tool-call"
      readonly name: string
      /** An object, or raw JSON, which may be broken. */
      readonly arguments: Readonly<Record<string, unknown>> | string
    }

/** What a model heard before one of its answers. */
export interface Hearing {
  readonly results: readonly string[]
  readonly words: readonly string[]
}

const UNKNOWN = "outcome unknown"

/** A place in the script: an answer, or the look after it. */
interface Place {
  readonly position: number
  readonly answer: ScriptedAnswer
  readonly looking: boolean
}

/**
 * The answer to a request in which the model heard `hearings`, one element before each of its answers and one for now;
 * `null` where the script has none.
 */
export const chooseAnswer = (script: Script, hearings: readonly Hearing[]): ScriptedAnswer | null => {
  const positions = positionsOf(script)
  let place: Place | null = null
  for (const [index, hearing] of hearings.entries()) {
    if (index > 0 && place === null) return otherwise(script, positions.length + 1)
    place = place === null ? at(positions, 0, hearing) : after(positions, place, hearing)
  }
  if (place === null) return otherwise(script, positions.length + 1)
  const { position, answer, looking } = place
  return numbered(looking && answer.ifUnknown !== undefined ? { blocks: answer.ifUnknown.look } : answer, position + 1)
}

const otherwise = (script: Script, position: number): ScriptedAnswer | null =>
  script.otherwise === undefined ? null : numbered(script.otherwise, position)

const after = (positions: Positions, { position, answer, looking }: Place, hearing: Hearing): Place | null => {
  const repair = answer.ifUnknown
  if (repair === undefined) return at(positions, position + 1, hearing)
  if (looking) return contains(hearing.results, repair.doneWhen) ? at(positions, position + 1, hearing) : { position, answer, looking: false }
  return contains(hearing.results, repair.contains ?? UNKNOWN) ? { position, answer, looking: true } : at(positions, position + 1, hearing)
}

const at = (positions: Positions, position: number, hearing: Hearing): Place | null => {
  const answer = positions[position]?.find((candidate) => holds(candidate.when, hearing))
  return answer === undefined ? null : { position, answer, looking: false }
}

const holds = (when: Condition | undefined, { results, words }: Hearing): boolean =>
  (when?.lastResultContains === undefined || contains(results, when.lastResultContains)) &&
  (when?.lastResultLacks === undefined || !contains(results, when.lastResultLacks)) &&
  (when?.wordsContain === undefined || contains(words, when.wordsContain))

const contains = (texts: readonly string[], part: string): boolean => texts.some((text) => text.includes(part))

type Positions = readonly (readonly ScriptedAnswer[])[]

/** How many answers the script has, repeated ones counted as often as they come. */
export const positionsOf = (script: Script): Positions =>
  script.answers.flatMap((entry) => {
    const candidates: readonly ScriptedAnswer[] = "blocks" in entry ? [entry] : entry
    return Array.from({ length: candidates[0]?.times ?? 1 }, () => candidates)
  })

const numbered = (answer: ScriptedAnswer, number: number): ScriptedAnswer => ({
  ...answer,
  blocks: answer.blocks.map((block) => JSON.parse(JSON.stringify(block).replaceAll("{{n}}", `${number}`)) as ScriptedBlock)
})

/** The JSON of a call's arguments as it shall stream. */
export const argumentsOf = (block: Extract<ScriptedBlock, { readonly type: "tool-call" }>): string =>
  typeof block.arguments === "string" ? block.arguments : JSON.stringify(block.arguments)

export const textOf = (block: Extract<ScriptedBlock, { readonly type: "text" }>): string => block.text.repeat(block.repeat ?? 1)
