import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import { step } from "../../../src/machine/step.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { makeStory, storyOfFile, storyOfSession } from "../../../src/runtime/replay/story.ts"
import { conversation } from "../event-log/support/conversation.ts"
import { keepWhole, textOf } from "../event-log/support/journal.ts"
import { someSessions } from "../event-log/support/random-sessions.ts"

const run = <A, E>(program: Effect.Effect<A, E, EventLog>) => Effect.runPromise(Effect.provide(program, EventLog.layerMemory()))

test("a log is told line by line: what happened and when, what it caused, where it led; pieces of an answer are one line", async () => {
  const rows = conversation(1, 3)
  const text = await run(Effect.andThen(keepWhole(rows), textOf("s")))
  const file = join(mkdtempSync(join(tmpdir(), "loom-story-")), "log.jsonl")
  writeFileSync(file, text)
  const story = [...storyOfFile(file)]
  expect(story.map((line) => line.replace(/[0-9a-f]{12}/, "HASH"))).toEqual([
    "          1      +0.0s  session s opened with test:one, 4 tools",
    "                        → wait for the person: opened",
    "                        = waiting for input: opened",
    "          2      +0.0s  the person says: question 1",
    "                        → gather the context of turn 1 (1)",
    "                        → remember the goal: question 1",
    "                        = calling test:one: gathering",
    "          3      +0.0s  nothing to gather",
    "                        → ask test:one, step 1 (2)",
    "          4      +0.0s  request 2 leaves (HASH)",
    "        5–7      +0.0s  text: wörter 0 word 1 word 2",
    "          8      +0.1s  answer 2 is complete (end, 10 tokens in, 3 out)",
    "                        → remember the outcome: turn 1: completed",
    "                        → wait for the person: completed",
    "                        = waiting for input: completed"
  ])
  const told = await run(Effect.andThen(keepWhole(rows), Stream.runCollect(storyOfSession("s"))))
  expect([...told]).toEqual(story)
  writeFileSync(file, text.slice(0, -5))
  expect(restOf(storyOfFile(file))).toMatchObject({ verdict: "cut", message: expect.stringMatching(/^cut: its last line was not written to the end/) })
  writeFileSync(file, text.replace('{"n":5,', '{"n":6,'))
  expect(() => restOf(storyOfFile(file))).toThrow("damaged at line 6")
})

const restOf = (story: ReturnType<typeof storyOfFile>) => {
  for (;;) {
    const next = story.next()
    if (next.done === true) return next.value
  }
}

test("every event of a session is in its story once, in order", () => {
  for (const rows of someSessions(40)) {
    const story = makeStory()
    const lines = [...rows.flatMap(({ event, actions }, index) => story.hear({ n: index + 1, event, actions })), ...story.end()]
    const numbers = lines.flatMap((line) => {
      const [, from, to] = /^ *(\d+)(?:–(\d+))?  /.exec(line) ?? []
      return from === undefined ? [] : Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, index) => Number(from) + index)
    })
    expect(numbers).toEqual(rows.map((_, index) => index + 1))
    const inert = rows.filter(({ event }, index) => index > 0 && step(rows[index - 1]!.state, event).outcome !== "ok")
    expect(lines.filter((line) => /\((stale|ignored)\)$/.test(line)).length).toBe(inert.length)
    expect(lines.filter((line) => line.includes("→")).length).toBe(rows.flatMap(({ actions }) => actions).length)
  }
})
