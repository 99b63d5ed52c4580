import fc from "fast-check"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { expect, test } from "vitest"
import { keeperOf, type Keeper } from "../../../src/effects/context/keeper.ts"
import { makeMemoryKeepers } from "../../../src/effects/context/keepers-memory.ts"
import { Kept, keptOf } from "../../../src/effects/context/kept.ts"
import { KeptReader, type Reading } from "../../../src/effects/context/kept-reader.ts"
import { countTokens } from "../../../src/effects/llm/tokens.ts"
import { problem, type Problem } from "../../../src/effects/os/problem.ts"
import { contextRead } from "../../../src/effects/tools/context-read.ts"
import { contextSearch } from "../../../src/effects/tools/context-search.ts"
import type { ToolContext, ToolOutcome } from "../../../src/effects/tools/tool.ts"
import type { ReportedUsage } from "../../../src/machine/session.ts"
import { sessionWith } from "../context/session.ts"

const USAGE: ReportedUsage = { inputTokens: 5, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, cost: 1 }
const context = { workspace: { roots: ["/w"], session: "s" } } as unknown as ToolContext

const keeper = (texts: readonly string[], session = "s", at = 5): Keeper =>
  keeperOf(
    sessionWith({
      id: session,
      roots: ["/w"],
      entries: texts.map((text) => ({ type: "user", parts: [{ type: "text", text }], turn: 1, bytes: 1 }))
    }),
    { name: `${session}/0-${texts.length}`, project: "/w", from: 0, to: texts.length, at }
  )

interface Asked {
  readonly words: string[]
  readonly owed: ReportedUsage[]
}

/** Runs a tool over some keepers; `says` is what the model that reads them answers. */
const running = <A>(keepers: readonly Keeper[], use: (asked: Asked) => Effect.Effect<A, Problem>, says?: Effect.Effect<Reading, Problem>): Promise<A> => {
  const asked: Asked = { words: [], owed: [] }
  const memory = makeMemoryKeepers()
  const reader = {
    model: "m:weak",
    weak: true,
    windowTokens: 1000,
    ask: (words: string) => (asked.words.push(words), says as Effect.Effect<Reading, Problem>),
    owe: (usage: ReportedUsage) => void asked.owed.push(usage)
  }
  return Effect.forEach(keepers, memory.keep).pipe(
    Effect.andThen(Effect.suspend(() => use(asked))),
    Effect.provideService(Kept, keptOf(memory)),
    Effect.provideService(KeptReader, () => (says === undefined ? null : reader)),
    Effect.runPromise
  )
}

const textOf = ({ parts }: ToolOutcome): string => parts.map((part) => (part.type === "text" ? part.text : "")).join("")
const read = (input: Parameters<typeof contextRead.run>[0]) => Effect.map(contextRead.run(input, context), textOf)

test("read page by page, a keeper is whole, and no page has more than 10,000 tokens (CONTEXT-10)", async () => {
  const text = fc.tuple(fc.constantFrom("a", "word ", "größe ", "日本", "😀", "\n", "x1_"), fc.constantFrom(0, 1, 30, 2_000, 30_000)).map(([unit, times]) => unit.repeat(times))
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), async (texts) => {
      const pages = await running([keeper(texts)], () =>
        Effect.gen(function*() {
          const all: string[] = []
          for (let next: { ids: readonly string[]; from?: string } | null = { ids: [`s/0-${texts.length}`] }; next !== null && all.length < 200; ) {
            const page: string = yield* read(next)
            const more = /\n\n\[more from message \d+: context_read (\{.*\})\]$/.exec(page)
            all.push(page)
            next = more === null ? null : (JSON.parse(more[1] as string) as { ids: readonly string[]; from?: string })
          }
          return all
        })
      )
      const got = texts.map(() => "")
      for (const page of pages) {
        expect(countTokens(page)).toBeLessThanOrEqual(10_000)
        const body = page.replace(/\n\n\[more from message [^\n]*\]$/, "").replace(/^keeper [^\n]*(?:\n(?!\n)[^\n]*)*?\n\n/, "")
        for (const piece of body.split(/(?:^|\n\n)(?=#\d+ the person\n)/)) {
          const head = /^#(\d+) the person\n/.exec(piece)
          if (head !== null) got[Number(head[1])] += piece.slice(head[0].length)
        }
      }
      expect(got).toEqual(texts)
    }),
    { numRuns: 12 }
  )
}, 60_000)

test("several ids are read one after the other, a message by itself, and from a place on", async () => {
  const keepers = [keeper(["one", "two", "three"]), keeper(["other"], "t")]
  const texts = await running(keepers, () => Effect.all([read({ ids: ["#1", "t/0-1"] }), read({ ids: ["s/0-3"], from: "2" }), read({ ids: ["s#0"], from: "0+1" })]))
  expect(texts).toEqual([
    "keeper s/0-3: messages 0 to 2 of session s, on: one\n\n#1 the person\ntwo\n\nkeeper t/0-1: messages 0 to 0 of session t, on: other\n\n#0 the person\nother",
    "keeper s/0-3: messages 0 to 2 of session s, on: one\n\n#2 the person\nthree",
    "keeper s/0-3: messages 0 to 2 of session s, on: one\n\n#0 the person\nne"
  ])
})

test("a model answers from what fits into its window, what the question names first; its usage is on the answer (CONTEXT-11)", async () => {
  const long = Array.from({ length: 40 }, (_, index) => `${index === 33 ? "the needle is here " : "hay "}${"straw ".repeat(20)}`)
  const [outcome, words] = await running(
    [keeper(long)],
    ({ words: asked }) => Effect.map(contextRead.run({ ids: ["s/0-40"], mode: "answer", question: "needle" }, context), (told) => [told, asked] as const),
    Effect.succeed({ text: "there", why: null, usage: USAGE })
  )
  expect([textOf(outcome), outcome.usage]).toEqual(["there\n\n[m:weak read s/0-40; context_read gives the words themselves]", USAGE])
  expect(words).toHaveLength(1)
  expect(words[0]).toContain("#33 the person\nthe needle is here")
  expect(words[0]).toMatch(/\[\d+ of 40 messages are left out here for want of room\]\n<\/conversation>\n\nThe question: needle$/)
  expect(Buffer.byteLength(words[0] as string)).toBeLessThan(1500)
})

test("synthesize asks about the five keepers that fit best, and nothing where none does", async () => {
  const keepers = Array.from({ length: 7 }, (_, index) => keeper([index === 3 ? "nothing of it" : `a port ${index}`], `s${index}`, index))
  const seen = await running(
    keepers,
    ({ words }) => Effect.all([Effect.map(read({ mode: "synthesize", question: "port" }), () => words.join().match(/<conversation keeper="s\d/g)?.length), read({ mode: "synthesize", question: "harbour" })]),
    Effect.succeed({ text: "yes", why: null, usage: USAGE })
  )
  expect(seen).toEqual([5, "nothing that left the window fits the question; nothing was asked"])
})

test.each([
  ["cannot be asked", Effect.fail(problem("no key")), "m:weak could not be asked: no key", []],
  ["says nothing", Effect.succeed({ text: " ", why: null, usage: USAGE }), "m:weak gave no answer: it said nothing", [USAGE]],
  ["is cut off", Effect.succeed({ text: "half", why: "budget-cost", usage: USAGE }), "m:weak gave no answer: budget-cost", [USAGE]]
] as const)("where the model %s the words themselves are told; what it used is owed (CONTEXT-11)", async (_, says, why, owed) => {
  const seen = await running([keeper(["one"])], (asked) => Effect.map(read({ ids: ["s/0-1"], mode: "answer", question: "what?" }), (text) => [text, asked.owed]), says)
  expect(seen).toEqual([`[${why}; here is what was said]\n\nkeeper s/0-1: messages 0 to 0 of session s, on: one\n\n#0 the person\none`, owed])
})

test("nobody waits longer than 30 s for an answer (CONTEXT-11)", async () => {
  const told = await running(
    [keeper(["one"])],
    () =>
      Effect.gen(function*() {
        const asking = yield* Effect.forkChild(read({ ids: ["s/0-1"], mode: "answer", question: "what?" }), { startImmediately: true })
        yield* TestClock.adjust("31 seconds")
        return yield* Fiber.join(asking)
      }).pipe(Effect.provide(TestClock.layer())),
    Effect.never
  )
  expect(told).toMatch(/^\[m:weak did not answer within 30 s; here is what was said\]\n\nkeeper s\/0-1/)
})

test("without a model to ask the words themselves are told", async () => {
  expect(await running([keeper(["one"])], () => read({ ids: ["s/0-1"], mode: "answer", question: "what?" }))).toMatch(
    /^\[no model can be asked from here; here is what was said\]\n\n/
  )
})

test("what cannot be meant is refused before it runs", () => {
  const said = (input: object): string => {
    try {
      return JSON.stringify(contextRead.facts(input, context.workspace))
    } catch (error) {
      return (error as Problem).message
    }
  }
  expect([{}, { ids: ["k"], mode: "answer" }, { mode: "synthesize", question: " " }, { ids: ["k"], from: "x" }, { ids: ["k"] }].map((input) => said(input))).toEqual([
    "ids is empty; name keepers or messages, as context_search tells them",
    "answer needs a question",
    "synthesize needs a question",
    'from "x" is no message; give a number, as 17',
    '{"changes":false}'
  ])
  expect(() => contextSearch.facts({ query: "\n" }, context.workspace)).toThrow("the query is empty")
})

test("where nothing is found, and where nothing is kept, it is said", async () => {
  const search = (query: string) => contextSearch.run({ query }, context)
  expect(textOf(await running([keeper(["one"])], () => search('"two" OR *')))).toBe('nothing that left the window holds "\\"two\\" OR *"; try fewer or other words')
  await expect(Effect.runPromise(search("one"))).rejects.toThrow("look for what left the window: nothing is kept here")
})
