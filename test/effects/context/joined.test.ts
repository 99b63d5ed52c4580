import * as Effect from "effect/Effect"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { totalTokens } from "../../../src/effects/context/budgets.ts"
import { gatherAll, type Gathered, type Source } from "../../../src/effects/context/gather.ts"
import { joinWithin, readGathered, textOf, type Joined } from "../../../src/effects/context/joined.ts"
import { countTokens } from "../../../src/effects/llm/tokens.ts"
import type { Session } from "../../../src/machine/session.ts"
import { emptyDirectory } from "../git/place.ts"
import { sessionWith } from "./session.ts"

const FACTOR = Math.max(1, Number(process.env["LOOM_RUNS"] ?? 1))

const MODEL = "anthropic:claude"

const body = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.lorem({ maxCount: 12 }),
        fc.constantFrom("<", "漢字仮名交じり", "\n", "\ud800", "😀😀😀"),
        fc.string({ unit: "binary", maxLength: 30 })
      ),
      { maxLength: 30 }
    )
    .map((lines) => lines.join("\n")),
  fc.tuple(fc.constantFrom("a", " ", "=", "\n"), fc.nat(3000)).map(([unit, times]) => unit.repeat(times))
)
const fragment = fc
  .tuple(fc.constantFrom("map", "graph", "rules"), body, fc.boolean())
  .map(([tag, text, closed]): Gathered => ({ fragment: { source: tag, text: `<${tag}>\n${text}${closed ? `\n</${tag}>` : ""}` } }))
const given = fc.array(fc.oneof({ weight: 6, arbitrary: fragment }, { weight: 1, arbitrary: fc.constant<Gathered>({ fragment: null }) }), {
  maxLength: 4
})

const GARBAGE: readonly unknown[] = [
  null,
  "text",
  [null],
  [{}],
  [{ fragment: 3 }],
  [{ fragment: { source: "a" } }],
  [{ fragment: { source: "a", text: "no tag" } }],
  [{ missing: 1 }],
  { length: 1 }
]

/** How a source behaves, and what it then gives; `null`: what it gives is not heard. */
const behaviour = fc.oneof(
  {
    weight: 5,
    arbitrary: given.chain((gathered) =>
      fc
        .constantFrom(Effect.succeed(gathered), Effect.andThen(Effect.yieldNow, Effect.succeed(gathered)))
        .map((gather) => ({ gather, heard: gathered as readonly Gathered[] | null, patienceMs: 60_000 }))
    )
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom<Effect.Effect<readonly Gathered[]>>(
        Effect.never,
        Effect.uninterruptible(Effect.never),
        Effect.sleep(60_000).pipe(Effect.as([])),
        Effect.die("broken"),
        Effect.interrupt,
        Effect.suspend(() => {
          throw new Error("thrown")
        }),
        ...GARBAGE.map((garbage) => Effect.succeed(garbage as readonly Gathered[]))
      )
      .map((gather) => ({ gather, heard: null, patienceMs: 2 }))
  }
)

const sources = fc
  .array(fc.tuple(fc.nat(400), behaviour), { maxLength: 5 })
  .map((all) => all.map(([budgetTokens, each], index) => ({ name: `source ${index}`, budgetTokens, ...each })))

const within = (session: Session, all: readonly Source[]) => Effect.runPromise(gatherAll(session, all))

describe("what was gathered is joined under its budgets (CONTEXT-42 to CONTEXT-45)", () => {
  const root = emptyDirectory()

  test(
    "never over any budget, in the order of the sources, the same bytes each time; a source that hangs, breaks or gives garbage costs only itself",
    async () => {
      await fc.assert(
        fc.asyncProperty(sources, fc.integer({ min: 400, max: 8000 }), async (all, windowTokens) => {
          const session = {
            ...sessionWith({ roots: [root] }),
            modelsByName: { [MODEL]: { windowTokens, outputTokensMax: 100, images: false, priced: true } }
          }
          const asked = { ...session, settings: { ...session.settings, model: MODEL } }
          const { joined, missing } = await within(asked, all)
          expect(countTokens(textOf(joined), MODEL)).toBeLessThanOrEqual(totalTokens(asked))
          for (const { name, budgetTokens } of all) {
            expect(countTokens(textOf(joined.filter(({ from }) => from === name)), MODEL)).toBeLessThanOrEqual(budgetTokens)
          }
          const places = joined.map(({ from }) => ["environment", ...all.map(({ name }) => name)].indexOf(from))
          expect(places).toEqual(places.toSorted((one, other) => one - other))
          for (const { name, heard } of all) expect(missing.includes(name)).toBe(heard === null)
          expect(await within(asked, all)).toEqual({ joined, missing })
          // Without those that cost only themselves, all is as it was.
          const quiet = all.filter(({ heard }) => heard !== null)
          expect((await within(asked, quiet)).joined).toEqual(joined)
        }),
        { numRuns: 60 * FACTOR }
      )
    },
    60_000 * FACTOR
  )

  const source = (name: string, budgetTokens: number) => ({ name, budgetTokens })
  const says = (name: string, text: string): readonly Gathered[] => [{ fragment: { source: name, text } }]
  const shown = ({ from, cut, fragment: { text } }: Joined) => `${from}${cut ? " (cut)" : ""}: ${text}`

  test("what is over its budget is cut where it stands, says so, and is closed as it was", () => {
    const lines = Array.from({ length: 50 }, (_, line) => `line ${line}`).join("\n")
    const { joined, missing } = joinWithin(
      [{ source: source("map", 40), gathered: says("map", `<map of="all">\n${lines}\n</map>`) }],
      1000,
      MODEL
    )
    expect(joined.map(shown)).toEqual([
      `map (cut): <map of="all">\nline 0\nline 1\nline 2\nline 3\n[cut here: map may take 40 tokens]\n</map>`
    ])
    expect(missing).toEqual([])
  })

  test("what has no room is missing, and the next that fits still goes", () => {
    const long = "word ".repeat(100)
    const answers = [
      { source: source("rules", 200), gathered: says("LOOM.md", `<rules>\n${long}\n</rules>`) },
      { source: source("decisions", 200), gathered: says("decisions", `<decisions>\n${long}\n</decisions>`) },
      { source: source("date", 200), gathered: says("date", "<date>today</date>") },
      { source: source("map", 200), gathered: null }
    ]
    const { joined, missing } = joinWithin(answers, 140, MODEL)
    expect(joined.map(({ from, cut }) => [from, cut])).toEqual([
      ["rules", false],
      ["date", false]
    ])
    expect(missing).toEqual(["decisions: no room is left for it", "map"])
    expect(joinWithin(answers, 1000, MODEL).joined.map(({ from }) => from)).toEqual(["rules", "decisions", "date"])
  })

  test("a quarter of the model's window at most, or of what a person lets it grow to", () => {
    const session = sessionWith({})
    const limited = (windowTokensMax: number) =>
      totalTokens({ ...session, settings: { ...session.settings, limits: { ...session.settings.limits, windowTokensMax } } })
    expect([totalTokens(session), limited(8000), limited(900_000), totalTokens({ ...session, modelsByName: {} })]).toEqual([
      25_000,
      2000,
      25_000,
      Number.MAX_SAFE_INTEGER
    ])
  })

  test("what a source may give is read, anything else is nothing", () => {
    const right: readonly Gathered[] = [{ fragment: null }, { missing: "it" }, { fragment: { source: "a", text: "<a>b</a>" } }]
    expect(readGathered(right)).toEqual(right)
    expect(readGathered([{ fragment: { source: "a", text: "<a>\ud800</a>" } }])).toEqual([
      { fragment: { source: "a", text: "<a>\uFFFD</a>" } }
    ])
    for (const garbage of GARBAGE) expect(readGathered(garbage)).toBeNull()
  })
})
