import { describe, expect, test } from "vitest"
import { makeFrames } from "../../../../src/interfaces/view/player/frame.ts"
import { after, begin, PANES, type Player } from "../../../../src/interfaces/view/player/player.ts"
import type { Tape } from "../../../../src/interfaces/view/player/tape.ts"
import { columnsOf } from "../../../../src/interfaces/view/width.ts"
import { makeTimeline } from "../../../../src/runtime/replay/timeline.ts"
import { wholeSession } from "../../../../bench/sessions.ts"
import { someSessions } from "../../../runtime/event-log/support/random-sessions.ts"
import { gathered, modelSays, userSays } from "../../story.ts"
import { rowsOfLogged, rowsSaid, STORY, tapeOf, textOf } from "./tapes.ts"

const screen = (tape: Tape, given: Partial<Player>, columns = 80, rows = 24): readonly string[] =>
  makeFrames(tape).of({ ...begin(tape), ...given }, { columns, rows }).map(textOf)

describe("the screen", () => {
  const tape = tapeOf(STORY)

  test("place, bar, panes, the story around the event with what it caused, and the keys", () => {
    expect(screen(tape, { position: 7 }, 80, 20)).toEqual([
      " event 7 of 18 · turn 1 of 2 · step 1 · +0.1s · error: the line broke, attempt …",
      "━━━━┃━━━━┴━━━━━━━━━━━━━━━━━●───────────────────────✗─────────────┃───┴──────────",
      "[1 story] 2 state  3 changes  4 event  5 actions  6 request  7 files",
      "                    → gather the context of turn 1 (1)",
      "                    → remember the goal: mend it",
      "      3      +0.0s  nothing to gather",
      "                    → ask scripted:x, step 1 (2)",
      "      4      +0.0s  request 2 leaves (000000000000)",
      "    5–6      +0.0s  text: I look at it.",
      "▶     7      +0.1s  answer 2 failed (transient): the line broke",
      "                    → try again at 1000558 (3)",
      "                    → show the error: the line broke",
      "                    = error: the line broke, attempt 2 at 1000558",
      "      8      +0.1s  the wait for the retry is over",
      "                    → ask scripted:x, step 1, attempt 2 (4)",
      "      9      +0.1s  call 0 file_read: {\"path\":\"a.ts\"}",
      "     10      +0.1s  answer 4 is complete (tool-calls)",
      "                    → vet file_read {\"path\":\"a.ts\"} (5)",
      "     11      +0.1s  1 call vetted: reads",
      " ? keys  q quit  ←→ event  ↑↓ line  t turn  s step  e error  / find  Tab pane"
    ])
  })

  test("a pane under the story: what the event changed in the state is marked, and more than fits can be scrolled to", () => {
    const rows = screen(tape, { position: 7, pane: "changes" }, 60, 24)
    expect(rows.slice(10)).toEqual([
      " 1  2 [3 changes] 4  5  6  7",
      "what event 7 changed; m marks an event to compare with",
      "~ is: error: the line broke, attempt 2 at 1000558  was call…",
      "~ name: Error  was CallingLlm",
      "+ error:",
      "+   kind: transient",
      "+   message: the line broke",
      "+ retry:",
      "+   effect: 3",
      "+   attempt: 1",
      "+   dueAt: 1000558",
      "  session:",
      "  … 4 more rows, J scrolls",
      " ? keys  q quit  ←→ event  ↑↓ line  t turn  s step  / find"
    ])
    expect(screen(tape, { position: 7, pane: "changes", scroll: 99 }, 60, 24).slice(-5)).toEqual([
      "~   random: 1831565820  was 7",
      "~   effect: 3  was 2",
      "- call: an object",
      "- streamed: I look at it.",
      " ? keys  q quit  ←→ event  ↑↓ line  t turn  s step  / find"
    ])
  })

  test("from a mark to here, both ways; what is equal is left out", () => {
    const forth = screen(tape, { position: 14, pane: "changes", mark: 4 }, 100, 60)
    expect(forth.find((row) => row.includes("from event 4 to event 14"))).toBeDefined()
    expect(forth.find((row) => /^\+ {5}3 tools: call_1 error: no such file$/.test(row))).toBeDefined()
    expect(screen(tape, { position: 4, pane: "changes", mark: 4 }, 100, 60).slice(-40)).toContain("nothing")
    expect(screen(tape, { position: 4, pane: "changes", mark: 14 }, 100, 60).find((row) => /^- {5}3 tools: /.test(row))).toBeDefined()
  })

  test("the event, its actions, and the request with its hash against the recorded one", () => {
    const pane = (name: Player["pane"], position: number, given: Partial<Player> = {}): readonly string[] => {
      const rows = screen(tape, { position, pane: name, ...given }, 200, 40)
      return rows.slice(3, -1).map((row) => row.split(" │ ")[1] ?? "").filter((row) => row !== "")
    }
    expect(pane("event", 12)).toEqual([
      "ToolCompleted  1970-01-01T00:16:40.220Z  +0.2s",
      "6 ended error: no such file",
      "  effect: 6",
      "  status: error",
      "  parts:",
      "    0:",
      "      type: text",
      "      text: no such file"
    ])
    expect(pane("actions", 8)).toEqual([
      "SendLlmRequest  ask scripted:x, step 1, attempt 2 (4)",
      "  effect: 4",
      "  model: scripted:x",
      "  attempt: 2",
      "  step: 1",
      "  from: 0",
      "  to: 1"
    ])
    expect(pane("request", 2)).toEqual(["no request has left yet; s goes to the next step"])
    expect(pane("request", 5).slice(0, 2)).toEqual([
      "request of step 1, event 3, 172 bytes; r shows it byte by byte, or readable",
      "7897c0402a775508… recorded was 0000000000000000…: this build makes another request"
    ])
    expect(pane("request", 5, { exact: true }).slice(2).join("")).toBe(
      '{"model":"scripted:x","parameters":{"outputTokensMax":4000},"system":"You are a test.","tools":[],"messages":[{"role":"user","content":[{"type":"text","text":"mend it"}]}]}'
    )
    expect(pane("files", 5)).toEqual(["no checkpoint was taken in this step: nothing in it may have changed a file"])
  })

  test("a text that streams is told as far as it came", () => {
    const long = tapeOf(rowsSaid(userSays("go"), gathered, ...Array.from({ length: 30 }, (_, index) => modelSays(`word ${index} of them. `))))
    const rows = screen(long, { position: 12 }, 60, 12)
    expect(rows.slice(-6)).toEqual([
      "▶  4–12      +0.0s  text: word 0 of them. word 1 of them. w…",
      "                    word 0 of them. word 1 of them. word 2",
      "                    of them. word 3 of them. word 4 of them.",
      "                    word 5 of them. word 6 of them. word 7",
      "                    of them. word 8 of them.",
      " ? keys  q quit  ←→ event  ↑↓ line  t turn  s step  / find"
    ])
  })

  test("what a log says is shown, never obeyed", () => {
    const wild = tapeOf(rowsSaid(userSays("a\u001b[2Jb\u009bc\rd\te\u202ef"), gathered, modelSays("\u001b]0;x\u0007\n\u001b[31m")))
    for (const pane of PANES) {
      for (const position of [2, 4]) {
        const all = makeFrames(wild).of({ ...begin(wild), position, pane }, { columns: 150, rows: 40 }).flatMap((row) => row.map(({ text }) => text)).join("")
        expect(all).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
      }
    }
  })
})

test("every screen has exactly its rows, none wider than it is, for any session, size, pane and place", () => {
  for (const logged of someSessions(12)) {
    const tape = tapeOf(rowsOfLogged(logged))
    const frames = makeFrames(tape)
    for (const [columns, rows] of [[1, 1], [12, 3], [40, 12], [80, 24], [119, 20], [160, 50]] as const) {
      for (const pane of PANES) {
        for (const n of [1, Math.ceil(tape.rows.length / 2), tape.rows.length]) {
          const drawn = frames.of({ ...begin(tape), position: n, pane, mark: 1, exact: n === 1, help: columns === 40 && pane === "state" }, { columns, rows })
          expect(drawn.length).toBe(rows)
          expect(Math.max(...drawn.map((row) => columnsOf(row.map(({ text }) => text).join(""))))).toBeLessThanOrEqual(columns)
        }
      }
    }
  }
})

test("a log that this build cannot replay is still told: the sentence stands where the state would", () => {
  const tape = tapeOf(STORY, { rows: STORY, at: (n) => (n >= 8 ? fail() : makeTimeline(STORY).at(n)) })
  expect(screen(tape, { position: 9, pane: "state" }, 100, 20).join("\n")).toContain("this build cannot replay the log as far as event 9: it is too odd")
})

const fail = (): never => {
  throw new Error("it is too odd")
}

test("once the states were made ahead, a jump anywhere replays at most 256 events", () => {
  let n = 0
  const rows = [...wholeSession(20_000, 400)].map(({ event, taken }) => ({ n: ++n, event, actions: taken.actions }))
  let heard = 0
  const counted = rows.map((row) => ({ ...row, get event() {
    heard++
    return row.event
  } }))
  const timeline = makeTimeline(counted)
  timeline.at(rows.length)
  const tape = tapeOf(rows, timeline)
  const frames = makeFrames(tape)
  let player: Player = { ...begin(tape), pane: "state" }
  for (const event of [1, rows.length, 256, 257, 513, 10_000, 9_999, 19_967]) {
    player = after(tape, player, { type: "moved", move: { type: "to", event } })
    for (const pane of ["story", "state", "event", "actions"] as const) {
      heard = 0
      frames.of({ ...player, pane }, { columns: 160, rows: 50 })
      // And the event itself.
      expect(heard).toBeLessThanOrEqual(257)
    }
  }
})
