import { isDeepStrictEqual } from "node:util"
import { notTried, type Promised, type Verdict } from "../contract.ts"
import { call, textOf, type Called } from "./call.ts"
import type { Arguments, TriedTool } from "./host-tool.ts"
import { misfits } from "./misfits.ts"

/** What a model may read of one result, and a person see of one call. Units: bytes. */
const TEXT_BYTES_MAX = 65_536

/** What a call gives back, and what it says on its way. */
export const resultPromises: readonly Promised<TriedTool>[] = [
  {
    promise: "a call with arguments that work ends, and ends well",
    check: (tried) => ofEach(tried, tried.trial.works, "works", ({ status, text }) => (status === "ok" ? null : `${status}${text === "" ? "" : `: ${text}`}`))
  },
  {
    promise: "arguments that do not fit the schema are refused, whatever they are",
    check: (tried) => ofEach(tried, allMisfits(tried), "works", ({ status }) => (status === "error" ? null : `it ${status === "ok" ? "went well" : "never ended"}`))
  },
  {
    promise: "what is refused has changed nothing",
    check: (tried) => ofEach(tried, allMisfits(tried), "works", ({ changed }) => (changed.length === 0 ? null : `it changed ${changed.join(", ")}`))
  },
  {
    promise: "a call that fails says why, in a sentence",
    check: (tried) => ofEach(tried, [...(tried.trial.fails ?? []), ...allMisfits(tried)], "works", sentenceComplaint)
  },
  {
    promise: "a call that cannot go well does not say that it did",
    check: (tried) => ofEach(tried, tried.trial.fails ?? [], "fails", ({ status }) => (status === "error" ? null : `it ended ${status}`))
  },
  {
    promise: "a result is a text, or parts that are texts and images, and survives JSON",
    check: (tried) => ofEach(tried, tried.trial.works, "works", ({ result, status }) => (status === "ok" ? shapeComplaint(result) : null))
  },
  {
    promise: "a result has at most 64 kB of text",
    check: (tried) => ofEach(tried, [...tried.trial.works, ...longOf(tried)], "works", ({ text }) => tooLong("the result", Buffer.byteLength(text)))
  },
  {
    promise: "progress has at most 64 kB of text",
    check: (tried) =>
      ofEach(tried, [...tried.trial.works, ...longOf(tried)], "works", ({ progress }) =>
        tooLong(
          "progress",
          progress.reduce<number>((sum, text) => sum + Buffer.byteLength(String(text)), 0)
        )
      )
  },
  {
    promise: "progress is text, and not empty",
    check: (tried) => ofEach(tried, tried.trial.works, "works", ({ progress }) => complaintOf(progress.find((text) => typeof text !== "string" || text === ""), "it said"))
  },
  {
    promise: "all its text is well-formed: no half of a character, which no log could hold",
    check: (tried) =>
      ofEach(tried, [...tried.trial.works, ...longOf(tried)], "works", ({ text, progress }) =>
        complaintOf(
          [text, ...progress].find((each) => typeof each === "string" && !each.isWellFormed()),
          "it said"
        )
      )
  },
  {
    promise: "it leaves its arguments as they were",
    check: (tried) =>
      ofEach({ ...tried, tool: frozenArguments(tried.tool) }, tried.trial.works, "works", ({ status, text }) =>
        status === "ok" ? null : `with arguments that cannot be changed: ${text}`
      )
  },
  {
    promise: "calls side by side, each in its own folder, end as they would alone",
    check: async (tried) => {
      const alone: Called[] = []
      for (const args of tried.trial.works) alone.push(await calledOnce(tried, args))
      const beside = await Promise.all(tried.trial.works.map((args) => call(tried, args)))
      const wrong = beside.findIndex((called, index) => !isDeepStrictEqual(outcomeOf(called), outcomeOf(alone[index])))
      return wrong < 0
        ? null
        : `${JSON.stringify(tried.trial.works[wrong])} ended as ${JSON.stringify(outcomeOf(beside[wrong]))}, alone as ${JSON.stringify(outcomeOf(alone[wrong]))}`
    }
  }
]

/** Calls with each of the arguments, until one gives a complaint. */
export const ofEach = async (tried: TriedTool, all: readonly Arguments[], name: string, complain: (called: Called) => Verdict): Promise<Verdict> => {
  if (all.length === 0) return notTried(`give arguments for it, as \`${name}\``)
  for (const args of all) {
    const complaint = complain(await calledOnce(tried, args))
    if (typeof complaint === "string") return `called with ${shortened(JSON.stringify(args))}: ${shortened(complaint)}`
  }
  return null
}

/** Promises that only look at how a call went share it. */
const calledOnce = (tried: TriedTool, args: Arguments): Promise<Called> => {
  const calls = callsByTool.get(tried) ?? new Map<string, Promise<Called>>()
  callsByTool.set(tried, calls)
  const key = JSON.stringify(args)
  const called = calls.get(key) ?? call(tried, args)
  calls.set(key, called)
  return called
}

const callsByTool = new WeakMap<TriedTool, Map<string, Promise<Called>>>()

const shortened = (text: string): string => (text.length <= 300 ? text : `${text.slice(0, 300)}…`)

const allMisfits = ({ tool, trial }: TriedTool): readonly Arguments[] => misfits(tool.inputSchema, trial.works[0] ?? trial.fails?.[0])

const longOf = ({ trial }: TriedTool): readonly Arguments[] => (trial.long === undefined ? [] : [trial.long])

const tooLong = (what: string, bytes: number): string | null => (bytes <= TEXT_BYTES_MAX ? null : `${what} has ${bytes} bytes`)

const complaintOf = (found: unknown, words: string): string | null => (found === undefined ? null : `${words} ${JSON.stringify(found)}`)

/** What a program prints where nobody thought of the reader. */
const NO_SENTENCE = /^\s*$|\[object |^undefined$|^null$|\n\s+at /

const sentenceComplaint = ({ status, text, thrown }: Called): string | null => {
  if (status !== "error") return null
  if (thrown !== null && !(thrown instanceof Error)) return `it threw ${JSON.stringify(thrown)}, which is no Error`
  return NO_SENTENCE.test(text) || !/\s/.test(text.trim()) ? `it said ${JSON.stringify(text)}` : null
}

const shapeComplaint = (result: unknown): string | null => {
  if (typeof result === "string") return null
  const parts = (result as { readonly parts?: unknown } | null)?.parts
  if (!Array.isArray(parts)) return `it is ${JSON.stringify(result) ?? String(result)}`
  const odd = parts.find((part) => !isPart(part))
  if (odd !== undefined) return `a part of it is ${JSON.stringify(odd)}`
  return isDeepStrictEqual(JSON.parse(JSON.stringify(result)), result) ? null : "it holds what JSON cannot say"
}

const isPart = (part: unknown): boolean => {
  if (typeof part !== "object" || part === null || !("type" in part)) return false
  if (part.type === "text") return "text" in part && typeof part.text === "string"
  return part.type === "image" && "mediaType" in part && typeof part.mediaType === "string" && "blob" in part && typeof part.blob === "string"
}

const frozenArguments = (tool: TriedTool["tool"]): TriedTool["tool"] => ({ ...tool, run: (args, context) => tool.run(frozen(args), context) })

const frozen = <T>(value: T): T => {
  if (typeof value !== "object" || value === null) return value
  const copy = structuredClone(value)
  for (const inner of Object.values(copy)) if (typeof inner === "object" && inner !== null) Object.freeze(inner)
  return Object.freeze(copy)
}

/** A path of the call's own folder says nothing of the outcome. */
const outcomeOf = (called: Called | undefined): readonly unknown[] => [called?.status, textOf(called?.result).replaceAll(called?.root ?? "", "."), called?.changed]
