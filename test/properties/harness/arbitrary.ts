import fc from "fast-check"
import type { SettingsChanged } from "../../../src/machine/event.ts"
import type { Rule, Settings, Limits, Part } from "../../../src/machine/session.ts"
import { LIMITS, opening, type Opening } from "./opening.ts"
import type { Move, Plan } from "./play.ts"

/** Whole random sessions, and their parts. Everything shrinks towards a plain session with plain answers. */

/** Objects as JSON makes them. */
const PLAIN = { noNullPrototype: true }

const choice = { kind: fc.nat(13), a: fc.nat(63), b: fc.nat(31) }

const answer: fc.Arbitrary<Move> = fc.record({ move: fc.constant("answer" as const), which: fc.nat(3), ...choice })

const wrongAnswer: fc.Arbitrary<Move> = fc.record({ move: fc.constant("wrong answer" as const), ...choice })

export const parts: fc.Arbitrary<readonly Part[]> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(99).map((n): readonly Part[] => [{ type: "text", text: `please ${n}` }]) },
  { weight: 1, arbitrary: fc.constantFrom<readonly Part[]>([], [{ type: "text", text: "" }], [{ type: "text", text: " \n" }]) },
  { weight: 1, arbitrary: fc.constant<readonly Part[]>([{ type: "text", text: "look" }, { type: "image", mediaType: "image/png", blob: "cd", bytes: 7 }]) },
  { weight: 1, arbitrary: fc.constant<readonly Part[]>([{ type: "text", text: `long ${"y".repeat(600)}` }]) }
)

export const limits: fc.Arbitrary<Limits> = fc.record({
  stepsMax: fc.constantFrom(20, 2, 1, 3, 0),
  tokensMax: fc.constantFrom(null, 12, 3000, 0),
  costMax: fc.constantFrom(null, null, 20, 1e9, 0),
  attemptsMax: fc.constantFrom(3, 2, 1),
  toolsParallelMax: fc.constantFrom(2, 8, 1, 0),
  outputTokensMax: fc.constantFrom(1000, 64),
  windowTokensMax: fc.constantFrom(null, null, 120, 250, 1),
  offloadPercent: fc.constantFrom(55, 1, 100, 0),
  answerTokensMin: fc.constantFrom(0, 4096, 40_000)
}, PLAIN)

const someLimits = limits.chain((all) => fc.subarray(Object.keys(all) as (keyof Limits)[]).map((keys) => Object.fromEntries(keys.map((key) => [key, all[key]])) as Partial<Limits>))

export const modes = fc.constantFrom<Settings["mode"]>("default", "bypass", "accept-edits", "plan", "auto")

/** As a person, an undo and a redo say it. */
const RESTORED = [{ note: "put back" }, { note: "" }, { note: "put back", before: "s", undone: [7, 12] }, { note: "there again", before: "s", redone: 15 }]

/** A process that takes a session up brings its own. */
const LATER_RULES: readonly Rule[] = [{ decision: "ask", rule: "file_edit", source: "later" }, { decision: "deny", rule: "shell", source: "later" }]

const person: fc.Arbitrary<Move> = fc
  .oneof(
    { weight: 8, arbitrary: parts.map((said) => ({ type: "UserInput" as const, parts: said })) },
    { weight: 3, arbitrary: fc.constant({ type: "InterruptRequested" as const }) },
    { weight: 3, arbitrary: fc.constant({ type: "ContinueRequested" as const }) },
    { weight: 2, arbitrary: fc.constant({ type: "SessionResumed" as const }) },
    { weight: 2, arbitrary: fc.constant({ type: "InputTakenBack" as const }) },
    { weight: 2, arbitrary: fc.constant({ type: "OffloadRequested" as const }) },
    { weight: 1, arbitrary: fc.constantFrom(...RESTORED).map((restored) => ({ type: "WorkspaceRestored" as const, tree: "t", ...restored })) },
    { weight: 1, arbitrary: fc.constant({ type: "ShutdownRequested" as const }) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom<Partial<SettingsChanged>>(
          { model: "test:two" },
          { model: "test:one" },
          { model: "constructor" },
          { model: "nobody knows" },
          { rules: [] },
          { rules: LATER_RULES }
        )
        .map((now) => ({ type: "SettingsChanged" as const, ...now }))
    },
    { weight: 1, arbitrary: modes.map((mode) => ({ type: "SettingsChanged" as const, mode })) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("SettingsChanged" as const), attended: fc.boolean(), limits: someLimits }, PLAIN) }
  )
  .map((event): Move => ({ move: "host", event }))

export const move: fc.Arbitrary<Move> = fc.oneof({ weight: 75, arbitrary: answer }, { weight: 17, arbitrary: person }, { weight: 8, arbitrary: wrongAnswer })

const RULES: readonly string[] = [
  "file_edit(src/**)", "file_read(src/**)", "file_read", "shell(git *)", "shell", "file_write(.env*)", "Bash(rm:*)", "Read(/etc/**)", "mcp__*", "web_fetch(domain:example.com)",
  "shell(*)", "not a rule(", "constructor", "__proto__(*)"
]

export const rules: fc.Arbitrary<readonly Rule[]> = fc.array(
  fc.record({ decision: fc.constantFrom<Rule["decision"]>("allow", "allow", "ask", "deny"), rule: fc.constantFrom(...RULES), source: fc.constant("test") }, PLAIN),
  { maxLength: 4 }
)

const openings = fc
  .record({
    seed: fc.nat(0xffff),
    limits: fc.oneof({ weight: 2, arbitrary: fc.constant(LIMITS) }, { weight: 3, arbitrary: someLimits }),
    mode: modes,
    attended: fc.constantFrom(true, true, false),
    rules
  })
  .map(({ seed, limits: given, mode, attended, rules: ruling }) =>
    opening({ seed, limits: given, settings: { mode, attended }, rules: ruling, ...parentBy(seed), ...readersBy(seed) })
  )

/** Some sessions have what reads keepers, some only one half of it. */
const readersBy = (seed: number): Pick<Opening, "moreTools"> =>
  seed % 3 === 1 ? { moreTools: ["context_search", "context_read"] } : seed % 7 === 5 ? { moreTools: ["context_read"] } : {}

/** Some sessions are forks. */
const parentBy = (seed: number): Pick<Opening, "parent"> => {
  if (seed % 4 !== 0) return {}
  return { parent: { session: "p", n: 1 + (seed % 7), ...(seed % 8 === 0 ? { changes: ["set 2.text", "drop 3"] } : {}) } }
}

export const MOVES_MAX = 50

export const plans: fc.Arbitrary<Plan> = fc.record({
  opened: openings,
  moves: fc.array(move, { maxLength: MOVES_MAX, size: "max" }),
  cut: fc.nat(MOVES_MAX)
})
