import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { History } from "../../../src/effects/repo/history.ts"
import { graphOf, pageRank } from "../../../src/effects/repo/page-rank.ts"
import { rankBase, rankBaseInPieces, type RankBase } from "../../../src/effects/repo/rank-base.ts"
import { NO_QUERY, rankFiles, WEIGHTS, type MapQuery } from "../../../src/effects/repo/rank.ts"
import type { FileSymbols } from "../../../src/effects/repo/symbols.ts"
import { partsOf, stemOf, stemsOf } from "../../../src/effects/repo/words.ts"
import { asked, file } from "./any-repository.ts"

const runs = { numRuns: Number(process.env["LOOM_RUNS"] ?? 100) }

/** The paths in the order of their ranks. */
const order = (files: readonly FileSymbols[], query: Partial<MapQuery> = {}, history: History = []): readonly string[] => {
  const base = rankBase(files, history)
  return rankFiles(base, { ...NO_QUERY, ...query }).map(({ file }) => base.paths[file] as string)
}

const reasons = (files: readonly FileSymbols[], path: string, query: Partial<MapQuery> = {}, history: History = []) => {
  const base = rankBase(files, history)
  return rankFiles(base, { ...NO_QUERY, ...query }).find(({ file }) => base.paths[file] === path)?.reasons.map(({ reason }) => reason)
}

/** All that a base says of a query, and the steps that its names lead to. */
const shown = (base: RankBase, query: MapQuery) => [
  rankFiles(base, query).map(({ file, score, reasons }) => [base.paths[file], score, reasons]),
  base.rows.map((row) => [...row].sort(([a], [b]) => a - b)),
  [...base.names.definersByName].sort(([a], [b]) => (a < b ? -1 : 1)),
  [...base.names.definedByStem].map(([stem, names]) => [stem, [...names].sort()]).sort()
]

const drained = (work: Generator<undefined, RankBase>): RankBase => {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

describe("words (MAP-10)", () => {
  test("names are cut where people hear a new word", () => {
    expect(["parseHTTPRequest_v2", "snake_case_name", "kebab-case", "Ünïcode42x", "a", ""].map(partsOf)).toEqual([
      ["parse", "http", "request", "v2"], ["snake", "case", "name"], ["kebab", "case"], ["ünïcode42x"], [], []
    ])
  })

  test("one word in its usual forms is one, and different words stay apart", () => {
    const same = (...words: readonly string[]): number => new Set(words.map(stemOf)).size
    expect(same("route", "routes", "router", "routers", "routing", "routed")).toBe(1)
    expect(same("parse", "parser", "parsing", "parsed")).toBe(1)
    expect(same("query", "queries")).toBe(1)
    expect(same("class", "classes")).toBe(1)
    expect(same("ring", "rate", "red", "bus", "is", "status")).toBe(6)
  })

  test("what says nothing of which files are meant is left out", () => {
    expect(stemsOf("fix: The Router should not use 42 of these URLs, and APIKeys")).toEqual(["rout", "url", "api", "key"])
  })
})

describe("page rank", () => {
  test("who is needed by those who are needed is needed most; ranks are shares", () => {
    // 0 → 1 → 2, 3 → 2, and 2 leads nowhere
    const ranks = pageRank(graphOf([new Map([[1, 1]]), new Map([[2, 1]]), new Map(), new Map([[2, 1]])]), new Float64Array(4))
    expect([...ranks.keys()].sort((a, b) => (ranks[b] as number) - (ranks[a] as number))).toEqual([2, 1, 0, 3])
    expect(ranks.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
  })

  test("who starts at a node sees what that leads to, and nothing else", () => {
    const start = Float64Array.from([1, 0, 0, 0])
    const ranks = pageRank(graphOf([new Map([[1, 1]]), new Map(), new Map([[3, 1]]), new Map()]), start)
    expect([...ranks].map((rank) => rank > 0)).toEqual([true, true, false, false])
  })

  test("an arrow of twice the weight passes on twice as much", () => {
    const ranks = pageRank(graphOf([new Map([[1, 2], [2, 1]]), new Map(), new Map()]), Float64Array.from([1, 0, 0]))
    expect((ranks[1] as number) / (ranks[2] as number)).toBeCloseTo(2, 6)
    expect(ranks.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
  })
})

describe("which files are wanted (MAP-10 to MAP-13)", () => {
  const files = [
    file("src/http/router.ts", ["Router", "matchRoute"], ["parseUrl"], ["src/http/url.ts"]),
    file("src/http/url.ts", ["parseUrl"]),
    file("src/mail/queue.ts", ["mailQueue"], ["sendMail"], ["src/mail/send.ts"]),
    file("src/mail/send.ts", ["sendMail"]),
    file("src/theme.ts", ["useTheme"]),
    { ...file("docs/router.md"), language: null }
  ]

  test("those whose path, definitions and uses are what was asked for, in this order", () => {
    expect(order(files, { words: "the router forgets a route" }).slice(0, 2)).toEqual(["src/http/router.ts", "docs/router.md"])
    expect(order(files, { words: "mails are sent twice from the queue" }).slice(0, 2)).toEqual(["src/mail/queue.ts", "src/mail/send.ts"])
  })

  test("one that is named stands first, by its path, by the end of it, by its name and with a line behind it", () => {
    for (const words of ["src/theme.ts", "look at http/../theme.ts? no: theme.ts", "in ./src/theme.ts:12:3.", "`theme.ts`, a router for mail and url"]) {
      expect(order(files, { words })[0], words).toBe("src/theme.ts")
    }
  })

  test("the one that defines a name which is asked for exactly so stands before those that only use it", () => {
    expect(order(files, { words: "parseUrl" })[0]).toBe("src/http/url.ts")
  })

  test("one that the agent touched, and then what it imports", () => {
    expect(order(files, { touched: ["src/mail/queue.ts"] }).slice(0, 2)).toEqual(["src/mail/queue.ts", "src/mail/send.ts"])
  })

  test("those that failing tests and diagnostics name", () => {
    expect(order(files, { trouble: "src/mail/send.ts(3,1): error TS2304: Cannot find name 'x'" })[0]).toBe("src/mail/send.ts")
  })

  test("where nothing is asked, those on which others lean", () => {
    expect(order(files).slice(0, 2)).toEqual(["src/http/url.ts", "src/mail/send.ts"])
  })

  test("a name leads to the file that is imported and not to another that defines the same", () => {
    const both = [file("a.ts", [], ["load"], ["z.ts"]), file("b.ts", ["load"]), file("z.ts", ["load"])]
    expect(order(both).indexOf("z.ts")).toBeLessThan(order(both).indexOf("b.ts"))
    const names = Array.from({ length: 8 }, (_, n) => `name${n}`)
    const used = [file("a.ts", [], ["load", ...names], ["z.ts"]), file("lib/many.ts", names), file("z.ts", ["load"])]
    expect(order(used)).toEqual(["z.ts", "lib/many.ts", "a.ts"])
  })

  test("commits whose words were like these speak for the files they touched, and files that were changed together come together", () => {
    const history = [
      { subject: "dark colours on the login page", files: ["src/theme.ts", "src/mail/send.ts"] },
      { subject: "release", files: ["src/http/url.ts"] }
    ]
    expect(order(files, { words: "login page" }, history).slice(0, 2)).toEqual(["src/mail/send.ts", "src/theme.ts"])
    expect(order(files, { touched: ["src/theme.ts"] }, history).slice(0, 2)).toEqual(["src/theme.ts", "src/mail/send.ts"])
    expect(order(files, {}, [{ subject: "release", files: ["src/theme.ts"] }])[0]).not.toBe("docs/router.md")
  })

  test("what was changed lately stands before what was not, and a commit of very many files says nothing", () => {
    const plain = [file("a.ts"), file("b.ts"), file("c.ts")]
    expect(order(plain, {}, [{ subject: "x", files: ["c.ts"] }, { subject: "y", files: ["b.ts"] }])).toEqual(["c.ts", "b.ts", "a.ts"])
    expect(order(plain, {}, [{ subject: "x", files: ["c.ts", ...Array.from({ length: 40 }, (_, n) => `${n}.ts`)] }])).toEqual(["a.ts", "b.ts", "c.ts"])
  })

  test("why a file stands where it does is said, the strongest reason first", () => {
    const history = [{ subject: "login page", files: ["src/theme.ts"] }]
    expect(reasons(files, "src/http/router.ts", { words: "router" })?.[0]).toBe("words")
    expect(reasons(files, "src/theme.ts", { words: "login page", touched: ["src/theme.ts"] }, history)?.slice(0, 2)).toEqual(["touched", "history"])
    expect(reasons(files, "src/mail/send.ts", { touched: ["src/mail/queue.ts"] })).toEqual(["imports"])
    expect(reasons(files, "src/theme.ts", { words: "theme.ts" })?.slice(0, 2)).toEqual(["named", "words"])
  })
})

describe("laws of the order (MAP-12)", () => {
  const shuffled = asked.chain((all) => fc.record({ all: fc.constant(all), files: fc.shuffledSubarray([...all.files], { minLength: all.files.length }) }))

  test("the order in which files are found changes nothing", () => {
    fc.assert(
      fc.property(shuffled, ({ all: { files: given, history, query }, files }) => {
        const sorted = order(given, query, history)
        expect(order(files, query, history)).toEqual(sorted)
        expect(order(given.toReversed(), query, history)).toEqual(sorted)
      }),
      runs
    )
    expect(order([file("c.ts"), file("a.ts"), file("b.ts")])).toEqual(["a.ts", "b.ts", "c.ts"])
  })

  test("what is gone on from another state, file by file, is what is worked out anew", () => {
    const step = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 })
    fc.assert(
      fc.property(asked, asked, fc.array(step, { maxLength: 4 }), ({ files: given, history, query }, { files: others }, steps) => {
        let files = given.toSorted((a, b) => (a.path < b.path ? -1 : 1))
        let base = rankBase(files, history)
        for (const changes of steps.filter(() => files.length > 0 && others.length > 0)) {
          for (const [place, from] of changes) {
            const { definitions, references, imports } = (from % 2 === 0 ? others : given)[from % (from % 2 === 0 ? others : given).length] as FileSymbols
            files = files.with(place % files.length, { ...(files[place % files.length] as FileSymbols), definitions, references, imports })
          }
          base = drained(rankBaseInPieces(files, history, base))
          expect(shown(base, query)).toEqual(shown(rankBase(files, history), query))
        }
      }),
      runs
    )
  })

  test("every file has one place, a finite score that never rises down the list, and reasons that are shares of it", () => {
    fc.assert(
      fc.property(asked, ({ files, history, query }) => {
        const ranked = rankFiles(rankBase(files, history), query)
        expect(ranked.map(({ file }) => file).sort((a, b) => a - b)).toEqual(files.map((_, number) => number))
        ranked.forEach(({ score, reasons }, place) => {
          expect(Number.isFinite(score) && score >= 0 && (place === 0 || score <= (ranked[place - 1]?.score as number))).toBe(true)
          expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9)
        })
      }),
      runs
    )
  })

  test("a file never falls behind by being touched", () => {
    const touching = asked.filter(({ files }) => files.length > 0).chain((all) => fc.record({ all: fc.constant(all), path: fc.constantFrom(...all.files.map(({ path }) => path)) }))
    fc.assert(
      fc.property(touching, ({ all: { files, history, query }, path }) => {
        const before = { ...query, touched: query.touched.filter((one) => one !== path) }
        const after = { ...before, touched: [...before.touched, path] }
        expect(order(files, after, history).indexOf(path)).toBeLessThanOrEqual(order(files, before, history).indexOf(path))
      }),
      { numRuns: runs.numRuns * 3 }
    )
  })

  test("a file that shares no word, name or folder with anything, and that nothing is said of, changes the order of no others, where nothing is asked for by words", () => {
    fc.assert(
      fc.property(asked, ({ files, history, query }) => {
        const stranger: FileSymbols = { ...file("zz apart/quixotic.zz"), language: null }
        const silent = { ...query, words: "", trouble: "" }
        expect(order([...files, stranger], silent, history).filter((path) => path !== stranger.path)).toEqual(order(files, silent, history))
      }),
      runs
    )
  })

  test("what a touched file gains is more than all that can change with it", () => {
    expect(WEIGHTS.touched).toBeGreaterThan(2 * (WEIGHTS.together + WEIGHTS.needed))
  })
})
