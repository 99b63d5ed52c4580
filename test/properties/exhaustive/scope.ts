import { MACHINE_VERSION } from "../../../src/machine/behaviour.ts"
import type { CallFacts, SessionOpened, SettingsChanged } from "../../../src/machine/event.ts"
import type { Limits, ModelFacts, ReportedUsage } from "../../../src/machine/session.ts"

/** A small world: how long things may get, what may come, and with which data. Everything in it is tried in every order. */
export interface Scope {
  readonly name: string
  readonly limits: Limits
  /** Calls one answer may make. */
  readonly callsMax: number
  /** Messages that may be queued at once. */
  readonly queueMax: number
  /** What vetting may find out about a call. */
  readonly findings: readonly Finding[]
  /** What a person may do, beside answering. */
  readonly persons: readonly PersonMove[]
  readonly settings: readonly Omit<SettingsChanged, "type" | "at">[]
  /** What a person may write; `#` stands for a number that makes it another message each time. */
  readonly words: readonly string[]
  readonly usages: readonly (ReportedUsage | undefined)[]
  /** Whether the text, blank text, thinking and broken arguments of an answer are told apart. */
  readonly blocks: "plain" | "all"
  readonly results: readonly string[]
  readonly answers: readonly ("once" | "session" | "no")[]
}

export type PersonMove =
  | "UserInput"
  | "InputTakenBack"
  | "InterruptRequested"
  | "ContinueRequested"
  | "SettingsChanged"
  | "OffloadRequested"
  | "WorkspaceRestored"
  | "ShutdownRequested"
  | "SessionResumed"

export type Finding = Omit<CallFacts, "call" | "paths" | "commands" | "hosts">

const model = (facts: Partial<ModelFacts>): ModelFacts => ({ windowTokens: 100_000, outputTokensMax: 100, images: false, priced: true, ...facts })

/** The event that opens a session in this world: `m0` has a price, `m1` has none. */
export const openingOf = (scope: Scope): SessionOpened => ({
  type: "SessionOpened",
  at: 0,
  session: scope.name,
  machine: MACHINE_VERSION,
  seed: 1,
  system: "",
  tools: [],
  rules: [],
  roots: ["/project"],
  modelsByName: { m0: model({}), m1: model({ priced: false }) },
  settings: { model: "m0", mode: "default", attended: true, limits: scope.limits }
})

const hook = (decision: "allow" | "ask" | "deny", changes: boolean): Finding => ({ changes, hook: { decision, reason: "" } })

const read = hook("allow", false)
const change = hook("allow", true)
const askedRead = hook("ask", false)
const askedChange = hook("ask", true)
const denied = hook("deny", true)
const invalid: Finding = { changes: false, invalid: "no such tool" }
const question: Finding = { changes: false, question: { text: "which?", options: [] } }
/** What the mode asks about, so that an approval for the session covers it the next time. */
const unruled: Finding = { changes: true }

const tokens = (outputTokens: number, cost: ReportedUsage["cost"] = 0): ReportedUsage => ({ inputTokens: 0, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, cost })

const LIMITS: Limits = {
  stepsMax: 1,
  tokensMax: null,
  costMax: null,
  attemptsMax: 1,
  toolsParallelMax: 2,
  outputTokensMax: 100,
  windowTokensMax: null
}

/** Wide batches: every verdict for every call, every order of starts, answers and interruptions. */
export const wideBatches = (size: "small" | "full"): Scope => ({
  name: `wide batches, ${size}`,
  limits: LIMITS,
  callsMax: size === "full" ? 4 : 3,
  queueMax: 1,
  findings: [read, change, askedRead, askedChange, denied, question, ...(size === "full" ? [unruled] : [])],
  persons: ["UserInput", "InterruptRequested", "ContinueRequested", "ShutdownRequested", "SessionResumed"],
  settings: [],
  words: ["word #"],
  usages: [undefined],
  blocks: "plain",
  results: ["ok"],
  answers: size === "full" ? ["once", "session", "no"] : ["once", "no"]
})

/** A result that leaves room for no other of its size. Units: bytes, and the tokens of a window that holds one. */
const BIG = 2000
const WINDOW_TOKENS = 728

/** Long loops: steps, attempts, window, budgets, offloading, overflow, settings, taking back, approvals, restarts. */
export const longLoops = (size: "small" | "full"): Scope => ({
  name: `long loops, ${size}`,
  limits: { ...LIMITS, stepsMax: 2, attemptsMax: 2, tokensMax: 10, costMax: size === "full" ? 10 : null, windowTokensMax: WINDOW_TOKENS },
  callsMax: 1,
  queueMax: 1,
  findings: size === "full" ? [change, unruled, invalid] : [change, invalid],
  persons: [
    "UserInput",
    "InputTakenBack",
    "InterruptRequested",
    "ContinueRequested",
    "SettingsChanged",
    "OffloadRequested",
    "WorkspaceRestored",
    "ShutdownRequested",
    "SessionResumed"
  ],
  // Another model makes each situation two: `LOOM_SOAK=1` tries it in all of them.
  settings: size === "full" ? [{ model: "m1" }, { limits: { stepsMax: 1 } }] : [{ model: "m0" }],
  words: size === "full" ? ["word #", " "] : ["word #"],
  usages: size === "full" ? [undefined, tokens(10), tokens(0, "unknown")] : [undefined, tokens(10)],
  blocks: size === "full" ? "all" : "plain",
  results: ["ok", "x".repeat(BIG)],
  answers: size === "full" ? ["once", "session", "no"] : ["once", "no"]
})
