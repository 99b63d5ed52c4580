import { recordedCalls, withoutTriedAgain } from "../../effects/llm/recorded.ts"
import { unifiedDiff } from "../../effects/git/unified.ts"
import { replay } from "../../machine/replay.ts"
import type { CanonicalRequest, Content } from "../../machine/request.ts"
import type { ResultStatus, ToolCall, ToolResult } from "../../machine/session.ts"
import { slice } from "../../machine/vector.ts"
import type { LoadedLog } from "./log-source.ts"
import type { Translate } from "./rerun-words.ts"

/** What is otherwise when a session is held once more. */
export interface RerunDifferences {
  readonly equal: boolean
  readonly requests: Counts
  readonly results: Counts
  /** The first request that is not what was recorded. */
  readonly first: RequestDifference | null
  readonly resultDifferences: readonly ResultDifference[]
}

export interface Counts {
  readonly recorded: number
  readonly now: number
  /** How many of those that stand in both, in the same place, are not the same. */
  readonly differing: number
}

export interface RequestDifference {
  /** From 1, in the order in which they were sent. */
  readonly request: number
  /** `message 4 (user), result of call_2`, or `system`, `tools`, `model`. */
  readonly place: string
  readonly diff: string
}

export interface ResultDifference {
  readonly call: string
  readonly name: string
  readonly arguments: string
  readonly recorded: Told
  readonly now: Told
  readonly diff: string
}

/** Shape: `text` is what the model read of it, cut in the middle where it is long. */
export interface Told {
  readonly status: ResultStatus | "none"
  readonly text: string
}

/** `ignoresModel`: another model is asked on purpose, so its name and the length of its answers are no difference. */
export const compareRerun = async (recorded: LoadedLog, now: LoadedLog, mask: Translate, ignoresModel: boolean): Promise<RerunDifferences> => {
  const [requestsThen, requestsNow] = [requestsOf(recorded, ignoresModel), requestsOf(now, ignoresModel)]
  const both = Math.min(requestsThen.length, requestsNow.length)
  const differing = Array.from({ length: both }, (_, index) => index).filter((index) => {
    const then = requestsThen[index]
    return then === null || mask(JSON.stringify(then)) !== mask(JSON.stringify(requestsNow[index]))
  })
  const [resultsThen, resultsNow] = [resultsOf(recorded), resultsOf(now)]
  const resultDifferences = await differentResults(resultsThen, resultsNow, mask)
  const results = { recorded: resultsThen.size, now: resultsNow.size, differing: resultDifferences.length }
  const requests = { recorded: requestsThen.length, now: requestsNow.length, differing: differing.length }
  const [first] = differing
  return {
    equal: differing.length === 0 && resultDifferences.length === 0 && requests.recorded === requests.now && results.recorded === results.now,
    requests,
    results,
    first: first === undefined ? null : await firstOf(first, requestsThen[first] ?? null, requestsNow[first] ?? null, mask),
    resultDifferences
  }
}

const requestsOf = ({ rows }: LoadedLog, ignoresModel: boolean): readonly (CanonicalRequest | null)[] =>
  withoutTriedAgain(recordedCalls(rows.map(({ event }) => event))).map(({ request }) =>
    request === null || !ignoresModel ? request : { ...request, model: "", parameters: { outputTokensMax: 0 } }
  )

/** What lies around the first place that differs, as a review would show it. */
const firstOf = async (index: number, then: CanonicalRequest | null, now: CanonicalRequest | null, mask: Translate): Promise<RequestDifference> => {
  const request = index + 1
  if (then === null || now === null) return { request, place: "the whole of it", diff: "the recorded request cannot be built again by this build" }
  const [before, after] = [piecesOf(then), piecesOf(now)]
  const at = before.findIndex(({ text }, each) => mask(text) !== mask(after[each]?.text ?? ""))
  const [one, other] = at < 0 ? [undefined, after[before.length]] : [before[at], after[at]]
  const place = one?.place ?? other?.place ?? "its end"
  return { request, place, diff: await unifiedDiff(place, `${mask(one?.text ?? "")}\n`, `${mask(other?.text ?? "")}\n`) }
}

/** A request as texts that people can compare. */
const piecesOf = ({ model, parameters, system, tools, messages }: CanonicalRequest): readonly { readonly place: string; readonly text: string }[] => [
  { place: "model", text: `${model} ${JSON.stringify(parameters)}` },
  { place: "system", text: system },
  { place: "tools", text: JSON.stringify(tools, null, 2) },
  ...messages.flatMap(({ role, content }, index) =>
    content.map((part) => ({ place: `message ${index + 1} (${role}), ${nameOf(part)}`, text: textOf(part) }))
  )
]

const nameOf = (part: Content): string => {
  switch (part.type) {
    case "tool-call":
      return `call ${part.id}`
    case "tool-result":
      return `result of ${part.id}`
    case "text":
    case "thinking":
    case "image":
      return part.type
  }
}

const textOf = (part: Content): string => {
  switch (part.type) {
    case "text":
    case "thinking":
      return part.text
    case "image":
      return `[image ${part.blob}]`
    case "tool-call":
      return `${part.name} ${JSON.stringify(part.input)}`
    case "tool-result":
      return `${part.failed ? "failed" : "ok"}\n${part.content.map(textOf).join("\n")}`
  }
}

interface Answered {
  readonly call: ToolCall
  readonly result: ToolResult
}

/** Each call that has a result, by its id: ids are given in the order of the calls, so equal sessions have equal ones. */
const resultsOf = ({ rows }: LoadedLog): ReadonlyMap<string, Answered> => {
  const { transcript } = replay(rows.map(({ event }) => event)).session
  const calls = new Map<string, ToolCall>()
  const answered = new Map<string, Answered>()
  for (const entry of slice(transcript)) {
    if (entry.type === "assistant") for (const block of entry.blocks) if (block.type === "tool-call") calls.set(block.id, block)
    if (entry.type !== "results") continue
    for (const result of entry.results) {
      const call = calls.get(result.call)
      if (call !== undefined) answered.set(result.call, { call, result })
    }
  }
  return answered
}

const differentResults = async (
  then: ReadonlyMap<string, Answered>,
  now: ReadonlyMap<string, Answered>,
  mask: Translate
): Promise<readonly ResultDifference[]> => {
  const found: ResultDifference[] = []
  for (const [id, { call, result }] of then) {
    const other = now.get(id)
    if (other === undefined || mask(`${call.name} ${call.arguments}`) !== mask(`${other.call.name} ${other.call.arguments}`)) continue
    const [before, after] = [mask(wordsOf(result)), mask(wordsOf(other.result))]
    if (before === after && result.status === other.result.status) continue
    found.push({
      call: id,
      name: call.name,
      arguments: call.arguments,
      recorded: { status: result.status, text: cut(before) },
      now: { status: other.result.status, text: cut(after) },
      diff: await unifiedDiff(`result of ${id}`, `${before}\n`, `${after}\n`)
    })
  }
  return found
}

const wordsOf = ({ parts }: ToolResult): string => parts.map((part) => (part.type === "text" ? part.text : `[image ${part.blob}]`)).join("\n")

/** Longer texts are cut in the middle. Units: characters. */
const TEXT_LENGTH_MAX = 4_000

const cut = (text: string): string =>
  text.length <= TEXT_LENGTH_MAX
    ? text
    : `${text.slice(0, TEXT_LENGTH_MAX / 2)}\n(${text.length - TEXT_LENGTH_MAX} characters left out)\n${text.slice(-TEXT_LENGTH_MAX / 2)}`
