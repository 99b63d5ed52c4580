import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"
import { keeperText, messagesOf } from "../../../src/effects/context/keeper-text.ts"
import { startModelServer, type ModelServer } from "../../support/model-server/server.ts"
import { answersIn, converse, lineOf, linesIn, makePlace, sentencesOf, speaker, transcriptOf, withApp } from "./zero-loss.ts"

/**
 * Zero loss, shown: a conversation of which everything leaves the window, in processes that are killed with SIGKILL, exported,
 * imported where no keeper ever was, and compared with what the person and the model said.
 */
const SOAK = process.env["LOOM_SOAK"] === "1"
const TURNS = SOAK ? 200 : 24
const KILLS = 3

const { said, speak } = speaker()
let server: ModelServer
beforeAll(async () => {
  server = await startModelServer({ wire: "anthropic", answer: speak })
})
afterAll(() => server.close())

test(
  `after more than ${TURNS} offloads, ${KILLS} kills, an export and an import all that was said is there, byte by byte, and every sentence is found (CONTEXT-7, CONTEXT-8, CONTEXT-14)`,
  async () => {
    const place = makePlace(server.url, TURNS)
    let spoken = 0
    let id = ""
    for (let run = 0; run <= KILLS; run++) {
      const lines = Array.from({ length: TURNS - spoken }, (_, index) => lineOf(spoken + index + 1))
      const kill = run === KILLS ? null : { answers: Math.ceil(TURNS / (KILLS + 2)), afterMs: (run * 7) % 16 }
      expect((await converse(place, run === 0 ? [] : ["-r", id], lines, kill)).code).toBe(run === KILLS ? 0 : null)
      const known = await withApp(place, "home", (app) =>
        Effect.gen(function*() {
          const [session] = yield* app.sessions.list()
          return { id: session?.id ?? "", spoken: linesIn(yield* transcriptOf(app, session?.id ?? "")).length }
        })
      )
      id = known.id
      spoken = known.spoken
    }
    const file = join(place.folder, "s.jsonl")
    expect((await converse(place, ["export", id, "--to", file, "-q"], [], null)).code).toBe(0)
    expect((await converse(place, ["import", file, "-q"], [], null, "elsewhere")).code).toBe(0)

    const told = await withApp(place, "home", (app) => transcriptOf(app, id))
    // What the person said is there once, in order; what the model said is what it sent, in order. An answer that a kill cut off was asked for again.
    expect(linesIn(told)).toEqual(Array.from({ length: TURNS }, (_, index) => lineOf(index + 1)))
    const answers = answersIn(told)
    expect(answers).toEqual([...new Set(said)])

    const foundIn = (home: string) =>
      withApp(place, home, (app) =>
        Effect.map(app.kept.search(place.work, "line 1 wants", 1, null), ({ hits }) => hits.map(({ imported }) => imported))
      )
    expect([await foundIn("home"), await foundIn("elsewhere")]).toEqual([[false], [true]])
    await withApp(place, "elsewhere", (app) =>
      Effect.gen(function*() {
        const entries = yield* transcriptOf(app, id)
        expect(JSON.stringify(entries)).toBe(JSON.stringify(told))
        const spans = yield* app.kept.spans(place.work, id)
        expect(spans.length).toBeGreaterThanOrEqual(TURNS)
        // The keepers follow each other without a hole, none begins with a result, and with what is still in the window they are the whole.
        expect(spans.map(({ from }) => from)).toEqual([0, ...spans.slice(0, -1).map(({ to }) => to)])
        expect(spans.filter(({ from }) => entries[from]?.type === "results")).toEqual([])
        const base = spans.at(-1)?.to ?? 0
        const texts = yield* Effect.forEach(spans, ({ name }) =>
          Effect.map(app.kept.read(place.work, name, id), ({ messages, notes }) => (expect(notes).toEqual([]), keeperText(messages)))
        )
        const window = keeperText(messagesOf(entries.slice(base), base))
        expect([...texts, ...(window === "" ? [] : [window])].join("\n\n")).toBe(keeperText(messagesOf(told, 0)))
        const missed: string[] = []
        let sentences = 0
        for (const { number, text } of messagesOf(entries.slice(0, base), 0)) {
          for (const sentence of sentencesOf(text)) {
            sentences++
            const { hits } = yield* app.kept.search(place.work, sentence, 2000, id)
            if (!hits.some((hit) => hit.number === number)) missed.push(`#${number}: ${sentence}`)
          }
        }
        expect(missed).toEqual([])
        if (SOAK)
          console.log(
            `${TURNS} turns, ${spans.length} offloads, ${KILLS} kills, ${entries.length} messages, ${sentences} sentences, each found`
          )
      })
    )
    rmSync(place.folder, { recursive: true, force: true })
  },
  SOAK ? 900_000 : 90_000
)
