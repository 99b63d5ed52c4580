import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { breakpointOf, soughtBack, soughtOn, type Breakpoint } from "../../../../src/interfaces/view/player/breakpoint.ts"
import type { Move } from "../../../../src/interfaces/view/player/move.ts"
import { after, begin, makePlayer, PANES, type Played, type Player } from "../../../../src/interfaces/view/player/player.ts"
import { playedOn } from "../../../../src/interfaces/view/player/playing.ts"
import { found, wordsOf } from "../../../../src/interfaces/view/player/search.ts"
import { lineAt, storyLinesOf } from "../../../../src/interfaces/view/player/story-lines.ts"
import type { Tape } from "../../../../src/interfaces/view/player/tape.ts"
import { makeTimeline, type Moment } from "../../../../src/runtime/replay/timeline.ts"
import { sessions } from "../../../runtime/event-log/support/random-sessions.ts"
import { rowsOfLogged, rowsSaid, STORY, tapeOf } from "./tapes.ts"
import { gathered, modelSays, userSays } from "../../story.ts"

const RUNS = { numRuns: 60 * Math.max(1, Number(process.env["LOOM_RUNS"] ?? 1)) }

const tapes: fc.Arbitrary<Tape> = sessions.map((logged) => tapeOf(rowsOfLogged(logged)))

/** A tape and an event of it. */
const places = tapes.chain((tape) => fc.record({ tape: fc.constant(tape), n: fc.integer({ min: 1, max: tape.rows.length }) }))

const go = (tape: Tape, player: Player, move: Move): Player => after(tape, player, { type: "moved", move })
const at = (tape: Tape, position: number): Player => begin(tape, { position })
const momentsOf = ({ rows }: Tape): readonly Moment[] => {
  const timeline = makeTimeline(rows)
  return rows.map(({ n }) => timeline.at(n))
}

describe("moving", () => {
  test("one event on and one back is where one was, and so is one line", () => {
    fc.assert(
      fc.property(places, ({ tape, n }) => {
        if (n < tape.rows.length) expect(go(tape, go(tape, at(tape, n), { type: "events", by: 1 }), { type: "events", by: -1 }).position).toBe(n)
        const line = lineAt(tape.lines, n)
        const end = tape.lines[line]!.to
        if (line + 1 < tape.lines.length) expect(go(tape, go(tape, at(tape, end), { type: "lines", by: 1 }), { type: "lines", by: -1 }).position).toBe(end)
      }),
      RUNS
    )
  })

  test("to go to an event is to go on from the first, one by one; beyond the ends there is nothing", () => {
    fc.assert(
      fc.property(places, ({ tape, n }) => {
        let player = begin(tape)
        for (let step = 1; step < n; step++) player = go(tape, player, { type: "events", by: 1 })
        expect(go(tape, begin(tape), { type: "to", event: n })).toEqual(player)
        expect(go(tape, player, { type: "to", event: Number.MAX_SAFE_INTEGER }).position).toBe(tape.rows.length)
        expect(go(tape, player, { type: "events", by: -tape.rows.length }).position).toBe(1)
      }),
      RUNS
    )
  })

  test("every event stands on one line of the story, in order, and pieces of one block share theirs", () => {
    fc.assert(
      fc.property(tapes, ({ rows, lines }) => {
        expect(lines.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))).toEqual(rows.map(({ n }) => n))
        for (const { n } of rows) expect(lines[lineAt(lines, n)]).toSatisfy((line: { from: number; to: number }) => line.from <= n && n <= line.to)
      }),
      RUNS
    )
    expect(storyLinesOf(STORY).filter(({ from, to }) => from !== to)).toEqual([{ from: 5, to: 6 }])
  })

  test("turns, steps, tools and errors are where they are, both ways, and beyond the last one it says so", () => {
    const tape = tapeOf(STORY)
    expect(tape.landmarks).toEqual({ turns: [2, 15], steps: [3, 12, 16], tools: [11, 12], errors: [7, 12] })
    const walk = (of: "turns" | "steps" | "tools" | "errors", from: number, by: 1 | -1): readonly number[] => {
      const met: number[] = []
      let player = at(tape, from)
      while (player.message === "" && met.length < 20) {
        player = go(tape, player, { type: "landmark", of, by })
        met.push(player.position)
      }
      return met
    }
    expect([walk("turns", 1, 1), walk("steps", 18, -1), walk("tools", 11, 1), walk("errors", 18, -1)]).toEqual([[2, 15, 15], [16, 12, 3, 3], [12, 12], [12, 7, 7]])
    expect(go(tape, at(tape, 12), { type: "landmark", of: "errors", by: 1 })).toEqual({ ...at(tape, 12), message: "no error after event 12" })
  })
})

test("a search finds exactly the lines that hold the words, forwards in order and backwards the other way round", () => {
  const words = fc.constantFrom("a", "ok", "tool", "person", "E", "reads", "zzz", "…", "call_1")
  fc.assert(
    fc.property(tapes, words, (tape, text) => {
      const holds = (all: string): boolean => (text === text.toLowerCase() ? all.toLowerCase() : all).includes(text)
      const expected = tape.lines.filter((line) => holds(wordsOf(tape, line)))
      const walk = (start: number, backwards: boolean): readonly unknown[] => {
        const met: unknown[] = []
        for (let n = found(tape, start, { text, backwards }); n !== null; n = found(tape, n, { text, backwards })) met.push(tape.lines[lineAt(tape.lines, n)])
        return met
      }
      const [first, last] = [tape.lines[0], tape.lines.at(-1)]
      expect(walk(1, false)).toEqual(expected.filter((line) => line !== first))
      expect(walk(tape.rows.length, true)).toEqual(expected.filter((line) => line !== last).toReversed())
    }),
    RUNS
  )
})

test("words that come in pieces are found, at the piece that completes them; and what stands in the tool's output, too", () => {
  const tape = tapeOf(STORY)
  expect(found(tape, 1, { text: "look at", backwards: false })).toBe(6)
  expect(found(tape, 1, { text: "no such file", backwards: false })).toBe(12)
  const player = after(tape, begin(tape), { type: "searched", search: { text: "gather", backwards: false } })
  const again = after(tape, player, { type: "searchedAgain", back: false })
  expect([player.position, again.position, after(tape, again, { type: "searchedAgain", back: true }).position]).toEqual([2, 3, 2])
  expect(after(tape, player, { type: "searched", search: { text: "elephant", backwards: false } }).message).toBe("elephant does not stand after this line")
})

describe("breakpoints", () => {
  const parsed = (text: string): Breakpoint => {
    const breakpoint = breakpointOf(text)
    if (typeof breakpoint === "string") throw new Error(breakpoint)
    return breakpoint
  }

  test("a run stops at the next event where one holds, both ways, however little it looks at in one go", () => {
    const breakpoints = ["state=Error", "event=ToolCompleted", "n % 7 === 0", "actions.length > 1"].map(parsed)
    fc.assert(
      fc.property(places, fc.subarray(breakpoints, { minLength: 1 }), fc.integer({ min: 1, max: 40 }), ({ tape, n }, some, most) => {
        const held = momentsOf(tape).filter((moment) => some.some(({ holds }) => holds(moment))).map(({ row }) => row.n)
        const run = (seek: typeof soughtOn, end: number): number | null => {
          for (let from = n; ;) {
            const sought = seek(tape, some, from, most)
            if (sought.type === "failed") throw new Error(sought.message)
            if (sought.type === "stopped") return sought.event
            if (sought.event === end) return null
            from = sought.event
          }
        }
        expect(run(soughtOn, tape.rows.length)).toBe(held.find((event) => event > n) ?? null)
        expect(run(soughtBack, 1)).toBe(held.findLast((event) => event < n) ?? null)
      }),
      { numRuns: RUNS.numRuns / 2 }
    )
  })

  test("what means nothing is said; a run without one, and one that finds nothing, stays and says so", () => {
    expect(breakpointOf("state=Eror")).toBe("the expression state=Eror: there is no state Eror; did you mean Error?")
    const tape = tapeOf(STORY)
    expect(after(tape, begin(tape), { type: "seekBegun", by: 1 }).message).toBe("no breakpoint is set: b sets one, as state=Error")
    const set = after(tape, begin(tape), { type: "breakpointSet", breakpoint: parsed("state=Error") })
    const seeking = after(tape, set, { type: "seekBegun", by: 1 })
    expect([seeking.seeking, after(tape, seeking, { type: "seekEnded", event: 7 }).position]).toEqual([{ at: 1, by: 1 }, 7])
    expect(after(tape, seeking, { type: "seekEnded", event: null })).toMatchObject({ position: 1, seeking: null, message: "after event 1 nothing more holds state=Error" })
    const broken = after(tape, seeking, { type: "moved", move: { type: "events", by: 1 } })
    expect([broken.seeking, after(tape, broken, { type: "seekEnded", event: 7 }).position]).toEqual([null, 2])
  })
})

describe("playing", () => {
  const rows = rowsSaid(userSays("go"), gathered, { ...modelSays("a"), afterMs: 100 }, { ...modelSays("b"), afterMs: 10_000 }, { ...modelSays("c"), afterMs: 30 })

  test("events come in their real distances divided by the speed, and a long gap is cut", () => {
    expect(playedOn(rows, 1, 10, 1, 1500)).toEqual({ position: 2, left: 0 })
    expect(playedOn(rows, 1, 25, 1, 1500)).toEqual({ position: 3, left: 5 })
    expect(playedOn(rows, 3, 99, 1, 1500)).toEqual({ position: 3, left: 99 })
    expect(playedOn(rows, 3, 26, 4, 1500)).toEqual({ position: 4, left: 1 })
    expect(playedOn(rows, 4, 1499, 1, 1500)).toEqual({ position: 4, left: 1499 })
    expect(playedOn(rows, 4, 1500, 1, 1500)).toEqual({ position: 5, left: 0 })
    expect(playedOn(rows, 1, 1e9, 1, 1500)).toEqual({ position: 6, left: 0 })
  })

  test("in however many pieces the time comes, it leads to the same event", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 30 }), fc.constantFrom(0.5, 1, 4), (pieces, speed) => {
        const whole = playedOn(rows, 1, pieces.reduce((sum, piece) => sum + piece, 0), speed, 1500)
        let now = { position: 1, left: 0 }
        for (const piece of pieces) now = playedOn(rows, now.position, now.left + piece, speed, 1500)
        expect(now.position).toBe(whole.position)
      }),
      RUNS
    )
  })

  test("it pauses at the end and begins again from the start; whoever moves stops it", () => {
    const tape = tapeOf(STORY)
    const playing = after(tape, begin(tape), { type: "playTurned" })
    const ended = after(tape, playing, { type: "playedTo", event: 18 })
    expect([playing.playing, ended.playing, after(tape, ended, { type: "playTurned" }).position]).toEqual([true, false, 1])
    expect(go(tape, playing, { type: "events", by: 1 }).playing).toBe(false)
  })
})

test("whatever is done, the player stands on an event of the log, on a pane that there is", () => {
  const moves = fc.oneof(
    fc.record({ type: fc.constant("events" as const), by: fc.integer() }),
    fc.record({ type: fc.constant("lines" as const), by: fc.integer({ min: -1000, max: 1000 }) }),
    fc.record({ type: fc.constant("to" as const), event: fc.oneof(fc.integer(), fc.constant(Number.NaN)) }),
    fc.record({
      type: fc.constant("landmark" as const),
      of: fc.constantFrom("turns" as const, "steps" as const, "tools" as const, "errors" as const),
      by: fc.constantFrom(1 as const, -1 as const)
    })
  )
  const happenings: fc.Arbitrary<Played> = fc.oneof(
    moves.map((move): Played => ({ type: "moved", move })),
    fc.constantFrom<Played>(
      { type: "paneTurned", by: 1 },
      { type: "paneTurned", by: -1 },
      { type: "marked" },
      { type: "playTurned" },
      { type: "helpTurned" },
      { type: "exactTurned" },
      { type: "promptOpened", kind: "find" },
      { type: "typed", text: "x" },
      { type: "erased" },
      { type: "promptClosed" },
      { type: "searchedAgain", back: false },
      { type: "searched", search: { text: "e", backwards: true } },
      { type: "speedChanged", factor: 2 },
      { type: "seekBegun", by: 1 },
      { type: "scrolled", by: 3, max: 10 }
    )
  )
  fc.assert(
    fc.property(tapes, fc.array(happenings, { maxLength: 30 }), (tape, all) => {
      const store = makePlayer(tape, begin(tape))
      for (const played of all) store.send({ type: "played", played })
      const { position, pane, scroll, mark } = store.get().context
      expect(Number.isSafeInteger(position) && position >= 1 && position <= tape.rows.length).toBe(true)
      expect(PANES).toContain(pane)
      expect(scroll).toBeGreaterThanOrEqual(0)
      expect(mark === null || (mark >= 1 && mark <= tape.rows.length)).toBe(true)
    }),
    RUNS
  )
})
