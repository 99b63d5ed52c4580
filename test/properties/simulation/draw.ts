import type { Answer, AnswerBlock } from "../../support/model-server/answer.ts"
import type { Limits, Part } from "../../../src/machine/session.ts"
import type { StateName } from "../../../src/machine/state.ts"
import type { Deed, DiskFault, HookWord, Move, Plan, Reply, RoomFault, Rumour, Setting, Speech, WireFault } from "./plan.ts"
import { randomOf, type Random } from "./random.ts"
import { MODELS } from "./world.ts"

/**
 * The plan of a seed. Each seed turns a random subset of faults and habits on, with weights of its own: a world where everything fails a little
 * hides what a world shows in which one thing fails often.
 */
export const planOf = (seed: number): Plan => {
  const random = randomOf(seed)
  const mood = moodOf(random)
  const setting = settingOf(random, mood)
  return {
    seed,
    setting,
    moves: movesOf(random, mood),
    answers: random.list(random.between(8, 40), (index) => speechOf(random, { ...mood, files: setting.files }, index)),
    approvals: random.list(12, () => replyOf(random, mood)),
    disk: diskFaultsOf(random, mood),
    rumours: random.happens(mood.rumours) ? random.list(random.between(1, 8), () => rumourOf(random)).toSorted((a, b) => a.answer - b.answer) : [],
    checkpoints: roomFaultsOf(random, mood.rooms),
    keepers: roomFaultsOf(random, Math.min(1, mood.rooms * 2)),
    hooks: random.happens(0.3) ? random.list(random.between(4, 30), () => hookWordOf(random)) : []
  }
}

/** How likely things are in this world. Units: 0 to 1. */
interface Mood {
  readonly wire: number
  readonly wireKinds: readonly WireFault["fault"][]
  readonly calls: number
  readonly malformed: number
  readonly badTools: number
  readonly full: number
  readonly crashes: number
  readonly rumours: number
  readonly rooms: number
  readonly slow: number
  readonly unruly: number
  readonly poor: number
  readonly silent: number
  /** Whether the model works on real files. */
  readonly files: boolean
}

const WIRE_KINDS: readonly WireFault["fault"][] = ["cut", "ends early", "stalls", "pauses", "garbled", "error event", "no head", "no connection", "too long", "status"]

const moodOf = (random: Random): Mood => {
  const share = (on: number, least: number, most: number): number => (random.happens(on) ? least + (random.below(1000) / 1000) * (most - least) : 0)
  const kinds = WIRE_KINDS.filter(() => random.happens(0.4))
  return {
    wire: share(0.75, 0.1, 0.5),
    wireKinds: kinds.length === 0 ? ["status"] : kinds,
    calls: share(0.9, 0.3, 0.9),
    malformed: share(0.4, 0.02, 0.3),
    badTools: share(0.5, 0.05, 0.5),
    full: share(0.2, 0.3, 1),
    crashes: share(0.45, 0.4, 1),
    rumours: share(0.4, 0.5, 1),
    rooms: share(0.4, 0.15, 0.6),
    slow: share(0.8, 0.4, 1),
    unruly: share(0.9, 0.1, 0.8),
    poor: share(0.35, 0.3, 1),
    silent: share(0.25, 0.05, 0.4),
    files: false
  }
}

// ── the session ──────────────────────────────────────────────────────────────────────────────────────────────────

const settingOf = (random: Random, mood: Mood): Setting => ({
  model: random.pick(MODELS),
  mode: random.weighted([[4, "bypass"], [3, "default"], [2, "accept-edits"], [1, "plan"], [2, "auto"]] as const),
  attended: random.happens(0.85),
  limits: random.happens(mood.poor) ? limitsOf(random) : {},
  rules: random.list(random.below(3), () => ({
    decision: random.pick(["allow", "ask", "deny"] as const),
    rule: random.pick(["peek", "poke", "shell(rm *)", "shell", "poke(src/**)", "fetch"]),
    source: "plan"
  })),
  slowMs: Object.fromEntries(ROOMS.filter(() => random.happens(mood.slow)).map((room) => [room, random.pick([5, 40, 700])])),
  yieldOperations: random.weighted([[5, 2048], [1, 40], [1, 8], [1, 3]] as const),
  files: random.happens(0.06)
})

const ROOMS = ["GatherContext", "VetToolCalls", "RunPostToolsHook", "OffloadContext", "Shutdown"] as const

const limitsOf = (random: Random): Partial<Limits> => {
  const all: Limits = {
    stepsMax: random.pick([1, 2, 3, 5]),
    tokensMax: random.pick([null, 1_000, 20_000, 100_000]),
    costMax: random.pick([null, 1_000_000, 50_000_000]),
    attemptsMax: random.pick([1, 2, 4]),
    toolsParallelMax: random.pick([1, 2]),
    outputTokensMax: random.pick([64, 1000]),
    windowTokensMax: random.pick([null, 200, 900, 1500])
  }
  const keys = (Object.keys(all) as (keyof Limits)[]).filter(() => random.happens(0.4))
  return Object.fromEntries(keys.map((key) => [key, all[key]])) as Partial<Limits>
}

// ── the person and fate ──────────────────────────────────────────────────────────────────────────────────────────

const movesOf = (random: Random, mood: Mood): readonly Move[] =>
  random.list(random.between(3, 7), (index) => [
    { when: "WaitingForInput", pauseMs: random.pick([0, 0, 500]), deed: opening(random, index) } satisfies Move,
    ...random.list(3, () => (random.happens(mood.unruly) ? (random.happens(0.45) ? scene(random, mood) : [unruly(random, mood)]) : [])).flat()
  ]).flat()

const opening = (random: Random, index: number): Deed => (random.happens(0.85) ? { does: "says", parts: wordsOf(random, index) } : { does: "goes on" })

const BUSY: readonly (StateName | "now")[] = ["CallingLlm", "ProcessingResponse", "ExecutingTools", "PostToolsHook", "Error", "WaitingForInput", "ShuttingDown", "now"]

const unruly = (random: Random, mood: Mood): Move => ({
  when: random.weighted([[4, BUSY[0]], [2, BUSY[1]], [4, BUSY[2]], [2, BUSY[3]], [3, BUSY[4]], [2, BUSY[5]], [1, BUSY[6]], [2, BUSY[7]]] as const) as StateName | "now",
  pauseMs: random.weighted([[3, 0], [1, 3], [1, 20], [1, 300]] as const),
  deed: random.weighted<Deed>([
    [6, { does: "says", parts: wordsOf(random, random.below(1000)) }],
    [2, { does: "takes back" }],
    [5, { does: "interrupts" }],
    [2, { does: "goes on" }],
    [3, settingsOf(random, mood)],
    [2, { does: "frees the window" }],
    [1.5, { does: "restores files", note: random.pick(["the files were put back", ""]) }],
    [1.5, { does: "shuts down" }],
    [1, { does: "interrupts twice" }],
    [mood.crashes * 4, { does: "kills" }],
    [mood.crashes * 2, { does: "loses the lease" }],
    [1, { does: "says all at once", texts: random.list(random.between(2, 4), (at) => `at once ${at}`) }],
    [1, { does: "opens it again" }]
  ])
})

const ANYWHERE: readonly StateName[] = ["CallingLlm", "ProcessingResponse", "ExecutingTools", "PostToolsHook"]

/** Several things in quick succession, where they meet: what chance alone would seldom bring together. */
const scene = (random: Random, mood: Mood): readonly Move[] => {
  const when = random.pick(ANYWHERE)
  const says: Deed = { does: "says", parts: wordsOf(random, random.below(1000)) }
  const poor: Deed = { does: "changes settings", limits: random.pick<Partial<Limits>>([{ tokensMax: 1 }, { costMax: 0 }, { tokensMax: 1, stepsMax: 1 }]) }
  const rich: Deed = { does: "changes settings", limits: { stepsMax: 20, tokensMax: null, costMax: null, windowTokensMax: null } }
  return random.weighted<() => readonly Move[]>([
    [4, () => inARow(when, says, { does: "interrupts" })],
    [3, () => inARow(when, says, { does: "takes back" })],
    [2, () => inARow(when, says, { does: "changes settings", limits: { stepsMax: 1 } })],
    [2, () => inARow(when, { does: "shuts down" })],
    [2, () => inARow(when, { does: "interrupts" })],
    [1 + mood.crashes, () => inARow(when, { does: "kills" })],
    [2, () => [...inARow("Error", poor, random.pick<Deed>([says, { does: "goes on" }])), ...inARow("now", rich)]],
    [1.5, () => [...inARow("Error", poor), ...inARow("WaitingForInput", rich)]],
    [2, () => [...inARow("ExecutingTools", { does: "changes settings", limits: { stepsMax: 1 } }), ...inARow("WaitingForInput", rich)]],
    [1, () => inARow("Error", random.pick<Deed>([{ does: "shuts down" }, { does: "interrupts" }, { does: "goes on" }, { does: "kills" }]))],
    [1, () => inARow("WaitingForInput", { does: "frees the window" }, random.pick<Deed>([{ does: "interrupts" }, says, { does: "frees the window" }]))]
  ])()
}

const inARow = (when: StateName | "now", ...deeds: readonly Deed[]): readonly Move[] => deeds.map((deed, index) => ({ when: index === 0 ? when : "now", pauseMs: 0, deed }))

const settingsOf = (random: Random, mood: Mood): Deed => {
  const mode = random.pick(["bypass", "default", "accept-edits", "auto"] as const)
  return random.pick<Deed>([
    { does: "changes settings", mode },
    { does: "changes settings", model: random.pick([...MODELS, "nobody:knows"]) },
    { does: "changes settings", limits: mood.poor > 0 ? limitsOf(random) : { stepsMax: 20 } },
    { does: "changes settings", attended: random.happens(0.6), mode }
  ])
}

const WORDS = ["please ", "mend the test ", "é✓𝄞 ", "and then the long story of what went wrong last night; "]

const wordsOf = (random: Random, index: number): readonly Part[] => {
  const text = `${random.pick(WORDS).repeat(random.pick([1, 1, 2, 12]))}${index}`
  return random.weighted<readonly Part[]>([
    [20, [{ type: "text", text }]],
    [1, [{ type: "text", text: " " }]],
    [1, []],
    [1, [{ type: "text", text }, { type: "image", mediaType: "image/png", blob: "ab".repeat(32), bytes: 70 }]]
  ])
}

const replyOf = (random: Random, mood: Mood): Reply => ({
  afterMs: random.happens(mood.silent) ? null : random.pick([1, 60, 2_000, 250_000]),
  answer: random.pick(["once", "once", "no", "session", "always"] as const),
  ...(random.happens(0.3) ? { words: random.pick(["because", ""]) } : {}),
  ...(random.happens(0.15) ? { rules: random.pick([[], ["poke"], ["shell(rm *)", "not a rule("]]) } : {})
})

// ── the model ────────────────────────────────────────────────────────────────────────────────────────────────────

const speechOf = (random: Random, mood: Mood, index: number): Speech => ({
  answer: answerOf(random, mood, index),
  startMs: random.pick([1, 20, 400]),
  gapMs: random.pick([0, 2, 9, 30]),
  chunkBytes: random.weighted([[1, 13], [6, 200], [6, 600], [6, 2_000], [6, 65_536]] as const),
  fault: random.happens(mood.wire) ? wireFaultOf(random, mood) : null
})

const answerOf = (random: Random, mood: Mood, index: number): Answer => {
  const calls = random.happens(mood.calls) ? random.list(random.weighted([[5, 1], [3, 2], [1, 4]] as const), (at) => callOf(random, mood, `${index}-${at}`)) : []
  const blocks: readonly AnswerBlock[] = [
    ...(random.happens(0.3) ? [{ type: "thinking" as const, text: "let me see ".repeat(random.between(1, 6)), ...(random.happens(0.2) ? { redacted: true } : {}) }] : []),
    ...(random.happens(0.7) ? [{ type: "text" as const, text: textOf(random, index) }] : []),
    ...calls
  ]
  const stop = random.weighted([[30, null], [1, "max-tokens"], [0.5, "refusal"], [0.5, "filter"]] as const)
  return {
    blocks: blocks.length === 0 ? [{ type: "text", text: "." }] : blocks,
    deltaBytes: random.pick([12, 24, 80]),
    ...(stop === null ? {} : { stop }),
    ...(random.happens(0.05) ? { usage: { inputTokens: 50_000 } } : {})
  }
}

const textOf = (random: Random, index: number): string => random.pick([`step ${index} `, "I look at the file. ", "déjà vu ✓ "]).repeat(random.pick([1, 2, 6, 16]))

const callOf = (random: Random, mood: Mood, token: string): AnswerBlock => {
  if (mood.files && random.happens(0.7)) return fileCallOf(random, token)
  const name = random.weighted([[5, "peek"], [5, "poke"], [4, "shell"], [1, "fetch"], [1, "ask_user"], [0.3, "no_such_tool"]] as const)
  const input = name === "ask_user" ? { question: "which?", options: ["a", "b"] } : inputOf(random, mood, token)
  return { type: "tool-call", name, arguments: random.happens(mood.malformed) ? malformed(random, JSON.stringify(input)) : JSON.stringify(input) }
}

/** Each file that is written has one text on all of its lines, so that a torn one would show. */
const fileCallOf = (random: Random, token: string): AnswerBlock => {
  const path = random.pick(["a.txt", "b.txt", "sub/c.txt"])
  const call = random.weighted<readonly [string, object]>([
    [3, ["file_read", { path }]],
    [4, ["file_write", { path, content: `${token}\n`.repeat(random.pick([1, 40, 3_000])) }]],
    [2, ["file_edit", { path, edits: [{ old: `${random.below(9)}-0`, new: token, all: true }] }]],
    [1, ["file_write", { path: random.pick(["../out.txt", "/simulated/x", ".git/config", "sub/"]), content: "no" }]]
  ])
  return { type: "tool-call", name: call[0], arguments: JSON.stringify(call[1]) }
}

const inputOf = (random: Random, mood: Mood, token: string) => ({
  token,
  ...(random.happens(0.5) ? { path: random.pick(["src/a.ts", "src/b.ts", ".env"]) } : {}),
  ...(random.happens(0.5) ? { command: random.pick(["ls", "rm -rf build", "make", ""]) } : {}),
  takesMs: random.pick([0, 1, 30, 800, 20_000]),
  ...(random.happens(0.4) ? { prints: random.between(1, 4) } : {}),
  ...(random.happens(mood.badTools) ? { ends: random.pick(["badly", "fails", "breaks", "never"] as const) } : {})
})

const malformed = (random: Random, json: string): string => random.pick([json.slice(0, -1), "{", "", "[1]", "null", `${json}}`, '{"__proto__":{"a":1}}', "not json"])

const wireFaultOf = (random: Random, mood: Mood): WireFault => {
  const fault = random.happens(0.15) ? "status" : random.pick(mood.wireKinds)
  const at = random.below(1000) / 1000
  switch (fault) {
    case "cut":
    case "ends early":
    case "stalls":
    case "garbled":
      return { fault, at }
    case "pauses":
      return { fault, at, forMs: random.pick([100, 20_000, 119_000]) }
    case "error event":
      return { fault, type: random.pick(["overloaded_error", "api_error", "rate_limit_error"]) }
    case "no connection":
      return { fault, code: random.pick(["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT"]) }
    case "no head":
    case "too long":
      return { fault }
    case "status":
      return { fault, status: random.pick([429, 429, 500, 529, 529, 503, 400, 401]), retryAfter: random.pick([null, null, null, "1", "45", "Thu, 01 Jan 2026 00:10:00 GMT"]) }
  }
}

// ── what lies below ──────────────────────────────────────────────────────────────────────────────────────────────

const diskFaultsOf = (random: Random, mood: Mood): readonly DiskFault[] => [
  ...(random.happens(mood.full)
    ? random.list(random.between(1, 3), (): DiskFault => ({ fault: "full", write: random.between(1, 40), writes: random.between(1, 3) }))
    : []),
  ...(random.happens(mood.crashes)
    ? random.list(random.between(1, 4), (): DiskFault => ({
        fault: random.pick(["crash before", "crash after"] as const),
        write: random.between(1, 50)
      }))
    : [])
]

const rumourOf = (random: Random): Rumour => {
  const answer = random.below(120)
  return random.pick<Rumour>([
    { answer, fault: "twice", afterMs: random.pick([1, 40, 3_000]) },
    { answer, fault: "late", byMs: random.pick([1, 5, 50, 3_000]) },
    { answer, fault: "ghost" }
  ])
}

const hookWordOf = (random: Random): HookWord =>
  random.weighted([[10, "nothing"], [2, "allow"], [2, "ask"], [2, "deny"], [2, "stop"], [2, "context"], [1, "garbage"], [1, "fails"], [1, "slow"], [0.5, "hangs"]] as const)

const roomFaultsOf = (random: Random, share: number): readonly RoomFault[] =>
  share === 0 ? [] : random.list(10, () => (random.happens(share) ? random.pick(["slow", "fails", "breaks", "hangs"] as const) : "well"))
