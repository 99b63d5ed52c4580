import fc from "fast-check"
import { expect, test } from "vitest"
import type { CallFacts, Event } from "../../../src/machine/event.ts"
import { compareLogs, isEqual, type Comparison } from "../../../src/runtime/replay/compare-logs.ts"
import { beatsOf } from "../../../src/runtime/replay/beats.ts"
import { merged } from "../../properties/harness/merged.ts"
import { opening } from "../../properties/harness/opening.ts"
import { sessions } from "../event-log/support/random-sessions.ts"
import { logOf } from "./support/log-of.ts"

const RUNS = 100 * Math.max(1, Number(process.env["LOOM_RUNS"] ?? 1))
const WAYS = { exact: false, all: false }

const facts: CallFacts = { call: "call_1", changes: true, paths: [{ path: "src/a.ts", access: "write", inside: true }], commands: [], hosts: [] }
const usage = { inputTokens: 100, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 9 } as const

const MODEL = { windowTokens: 9e6, outputTokensMax: 9000, images: true, priced: true }

/** A turn in which a file is written. Each part may be said in another way. */
const session = ({ id = "one", from = 1000, root = "/work", words = "mend it", pieces = ["I look", " at it."], result = "written in 12 ms", rest = [] }: {
  readonly id?: string
  readonly from?: number
  readonly root?: string
  readonly words?: string
  readonly pieces?: readonly string[]
  readonly result?: string
  readonly rest?: readonly Event[]
} = {}): readonly Event[] => [
  { ...opening({ seed: from, settings: { mode: "bypass" } }), session: id, at: from, roots: [root], modelsByName: { "test:one": MODEL, "test:two": MODEL } },
  { type: "UserInput", at: from + 1, parts: [{ type: "text", text: words }] },
  {
    type: "ContextGathered",
    at: from + 2,
    effect: 1,
    fragments: [
      { source: "environment", text: `working directory: ${root}` },
      { source: "date", text: `<date>${from}</date>` }
    ]
  },
  { type: "LlmStarted", at: from + 3, effect: 2, hash: id },
  ...pieces.map((text, index): Event => ({ type: "LlmTextDelta", at: from + 4 + index, effect: 2, text })),
  { type: "LlmToolCallDelta", at: from + 10, effect: 2, index: 0, name: "file_edit", arguments: "{}" },
  { type: "LlmCompleted", at: from + 11, effect: 2, stop: "tool-calls", usage },
  { type: "ToolCallsVetted", at: from + 12, effect: 3, facts: [facts] },
  { type: "ToolProgress", at: from + 13, effect: 4, stream: "stdout", text: id },
  { type: "ToolCompleted", at: from + 14, effect: 4, status: "ok", parts: [{ type: "text", text: result }] },
  { type: "PostToolsHookCompleted", at: from + 15, effect: 5, goOn: true, tree: "t1", commit: `commit of ${id}` },
  { type: "LlmTextDelta", at: from + 16, effect: 6, text: "Done." },
  { type: "LlmCompleted", at: from + 17, effect: 6, stop: "end", usage },
  ...rest
]

const compare = (a: readonly Event[], b: readonly Event[], ways = WAYS): Promise<Comparison> => compareLogs(logOf(a), logOf(b), ways)

const outcome = {
  turns: 1,
  steps: 2,
  usage: { inputTokens: 200, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 18, unpriced: 0 },
  filesChanged: ["src/a.ts"],
  commandsRan: false,
  state: "WaitingForInput",
  ended: "waiting for input: completed"
}

test("times, durations, names, folders, commits and the pieces of an answer are no difference; --exact compares them too", async () => {
  const a = session()
  const b = session({ id: "two", from: 5000, root: "/elsewhere/work", pieces: ["I", " lo", "ok at it."], result: "written in 9 ms" })
  expect(await compare(a, b)).toEqual({
    opening: [],
    parting: null,
    fork: null,
    story: [],
    more: { a: 0, b: 0 },
    a: { session: "one", events: 14, ...outcome },
    b: { session: "two", events: 15, ...outcome }
  })
  const exact = await compare(a, b, { exact: true, all: false })
  expect(exact.opening.map(({ path }) => path)).toEqual(["at", "roots[0]", "seed", "session"])
  expect(exact.parting).toMatchObject({ what: "person", a: { from: 2 }, fields: [{ path: "at", a: 1001, b: 5001 }] })
})

test("the first point where they part is named with the fields that differ and whose doing it was", async () => {
  const parting = async (b: readonly Event[], a = session()) => {
    const { parting: found } = await compare(a, b)
    return found === null ? null : [found.what, found.a?.from ?? null, found.b?.from ?? null, found.fields]
  }
  const instead = (type: Event["type"], change: (event: Event) => Event) =>
    session().map((event) => (event.type === type ? change(event) : event))
  expect(await parting(session({ words: "mend that" }))).toEqual([
    "person",
    2,
    2,
    [{ path: "parts[0].text", a: "mend it", b: "mend that" }]
  ])
  expect(await parting(session({ pieces: ["I look", " elsewhere."] }))).toEqual([
    "model",
    5,
    5,
    [{ path: "text", a: "I look at it.", b: "I look elsewhere." }]
  ])
  expect(await parting(session({ result: "nothing written" }))).toEqual([
    "tool",
    11,
    11,
    [{ path: "parts[0].text", a: "written in <time> ms", b: "nothing written" }]
  ])
  expect(await parting(instead("ContextGathered", (event) => ({ ...event, fragments: [] }) as Event))).toMatchObject([
    "surroundings",
    3,
    3,
    [{ path: "fragments[0]" }, { path: "fragments[1]", a: { source: "date" } }]
  ])
  expect(await parting(session({ rest: [{ type: "SettingsChanged", at: 9000, model: "test:two" }] }))).toEqual(["end", null, 15, []])
  const queued = [...session().slice(0, 5), { type: "UserInput", at: 1004, parts: [{ type: "text", text: "hm" }] } as Event, ...session().slice(5)]
  expect(await parting(queued)).toEqual(["person", 5, 6, []])
})

test("the same events with another decision are the machine's doing", async () => {
  const [a, b] = [logOf(session()), logOf(session())]
  const rows = b.rows.map((row) => (row.n === 8 ? { ...row, actions: row.actions.slice(1) } : row))
  const { parting, story } = await compareLogs(a, { ...b, rows }, WAYS)
  expect([parting?.what, parting?.a?.event.type, parting?.fields[0]?.path]).toEqual(["decision", a.rows[7]!.event.type, "actions[0]"])
  expect(story.map(({ a: mine, same }) => [mine?.from, same])).toEqual([[3, true], [5, true], [7, true], [8, false], [9, true], [11, true], [12, true], [13, true], [14, true]])
})

test("other settings at the beginning are said, and do not hide where the stories part", async () => {
  const b = session({ words: "mend that" }).map((event) => (event.type === "SessionOpened" ? { ...event, settings: { ...event.settings, model: "test:two" } } : event))
  const comparison = await compare(session(), b)
  expect([comparison.opening, comparison.parting?.what, isEqual(comparison)]).toEqual([[{ path: "settings.model", a: "test:one", b: "test:two" }], "person", false])
})

test("both stories stand beside each other from a little before, alike with alike, and no more of them than a screen; --all gives the rest", async () => {
  const turns = (count: number): readonly Event[] =>
    Array.from({ length: count }, (_, index): readonly Event[] => [
      { type: "UserInput", at: 9000 + index, parts: [{ type: "text", text: `words ${index}` }] },
      { type: "ContextGathered", at: 9000 + index, effect: 7 + index * 2, fragments: [] },
      { type: "LlmTextDelta", at: 9000 + index, effect: 8 + index * 2, text: `answer ${index}` },
      { type: "LlmCompleted", at: 9000 + index, effect: 8 + index * 2, stop: "end" }
    ]).flat()
  const a = session({ rest: turns(20) })
  const b = session({ pieces: ["I do not look."], rest: [{ type: "SettingsChanged", at: 9000, mode: "plan" }, ...turns(20)] })
  const { story, more } = await compare(a, b)
  const numbers = story.map(({ a: mine, b: theirs, same }) => [mine?.from ?? null, theirs?.from ?? null, same])
  expect(numbers.slice(0, 5)).toEqual([[1, 1, true], [2, 2, true], [3, 3, true], [5, 5, false], [7, 6, true]])
  expect(numbers).toContainEqual([null, 14, false])
  expect([story.length, more]).toEqual([27, { a: 94 - 29, b: 94 - 29 }])
  const whole = await compare(a, b, { exact: false, all: true })
  expect([whole.story.length, whole.more]).toEqual([11 + 80 + 1, { a: 0, b: 0 }])
})

test("a fork says of what and from where", async () => {
  const [a, b] = [logOf(session()), logOf(session({ id: "two" }))]
  const forked = { ...b, header: { ...b.header, parent: { session: "one", n: 9, changes: ["drop 4"] } } }
  expect([
    (await compareLogs(a, forked, WAYS)).fork,
    (await compareLogs(forked, a, WAYS)).fork,
    (await compareLogs(a, b, WAYS)).fork
  ]).toEqual([{ of: "a", n: 9, changes: ["drop 4"] }, { of: "b", n: 9, changes: ["drop 4"] }, null])
})

test("every session tells the same as itself, and as itself with its deltas in other pieces", async () => {
  await fc.assert(
    fc.asyncProperty(sessions, async (recorded) => {
      const events = recorded.map(({ event }) => event)
      expect(await compare(events, events, { exact: true, all: true })).toMatchObject({ opening: [], parting: null, more: { a: 0, b: 0 } })
      expect(await compare(events, merged(events), WAYS)).toMatchObject({ opening: [], parting: null })
    }),
    { numRuns: RUNS }
  )
})

test("of any two sessions every beat stands in the story once, in order, and where they part is no earlier and no later", async () => {
  await fc.assert(
    fc.asyncProperty(sessions, sessions, async (one, other) => {
      const [a, b] = [one, other].map((recorded) => logOf(recorded.map(({ event }) => event)))
      const { story, parting } = await compareLogs(a!, b!, { exact: true, all: true })
      for (const [side, log] of [["a", a!], ["b", b!]] as const) {
        const told = story.flatMap((pair) => (pair[side] === null ? [] : [pair[side].from]))
        expect(told).toEqual(parting === null ? [] : beatsOf(log.rows).map(({ from }) => from).slice(-told.length))
      }
      const first = story.find(({ same }) => !same)
      // An answer that is the same as far as it goes is not to blame: then it is what came after it.
      if (parting !== null)
        expect([
          [first?.a?.from, first?.a?.to! + 1].includes(parting.a?.from),
          [first?.b?.from, first?.b?.to! + 1].includes(parting.b?.from)
        ]).toEqual([true, true])
    }),
    { numRuns: RUNS }
  )
})
