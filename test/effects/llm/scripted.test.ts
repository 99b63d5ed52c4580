import * as Effect from "effect/Effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { llmConfigFromEnv } from "../../../src/effects/llm/config.ts"
import { Llm } from "../../../src/effects/llm/llm.ts"
import type { Piece } from "../../../src/effects/llm/piece.ts"
import { readScript } from "../../../src/effects/llm/script-file.ts"
import { chooseAnswer, type Hearing, type Script, type ScriptedAnswer } from "../../../src/effects/llm/script.ts"
import type { CanonicalRequest } from "../../../src/machine/request.ts"
import { askWith, blocksOf, endOf, requestOf, says } from "./support.ts"

const say = (text: string, more: Partial<ScriptedAnswer> = {}): ScriptedAnswer => ({ blocks: [{ type: "text", text }], ...more })
const heard = (...results: readonly string[]): readonly Hearing[] => [{ results: [], words: ["go"] }, ...results.map((result) => ({ results: [result], words: [] }))]
const chosen = (script: Script, ...results: readonly string[]): string => {
  const block = chooseAnswer(script, heard(...results))?.blocks[0]
  return block === undefined ? "nothing" : block.type === "tool-call" ? block.name : block.text
}

describe("which answer a script gives", () => {
  test("follows from how often the model answered already", () => {
    const script: Script = { answers: [say("one"), say("two")] }
    expect([chosen(script), chosen(script, "r"), chosen(script, "r", "r")]).toEqual(["one", "two", "nothing"])
  })

  test("may repeat, number itself, and have a last word", () => {
    const script: Script = { answers: [say("step {{n}}", { times: 3 })], otherwise: say("done after {{n}}") }
    expect([chosen(script), chosen(script, "", ""), chosen(script, "", "", ""), chosen(script, "", "", "", "")]).toEqual([
      "step 1",
      "step 3",
      "done after 4",
      "done after 4"
    ])
  })

  test("branches on what was heard, the first that holds", () => {
    const script: Script = {
      answers: [
        [say("asked", { when: { wordsContain: "please" } }), say("told")],
        [say("red", { when: { lastResultContains: "1 failed" } }), say("green", { when: { lastResultLacks: "failed" } })]
      ]
    }
    expect([chosen(script), chosen(script, "1 failed"), chosen(script, "all passed"), chosen(script, "2 failed")]).toEqual([
      "told",
      "red",
      "green",
      "nothing"
    ])
  })

  test("looks where the outcome of a call is unknown, and makes the call anew where it did not happen, as often as it takes", () => {
    const step = (n: number): ScriptedAnswer => say(`write ${n}`, { ifUnknown: { look: [{ type: "text", text: `look ${n}` }], doneWhen: `${n} is there` } })
    const script: Script = { answers: [step(1), step(2), say("done")] }
    const unknown = "outcome unknown: the process restarted while this ran"
    const stories = [
      [["ok", "ok"], "done"],
      [[unknown], "look 1"],
      [[unknown, "1 is there"], "write 2"],
      [[unknown, "nothing"], "write 1"],
      [[unknown, "nothing", unknown], "look 1"],
      [[unknown, "nothing", unknown, "1 is there", unknown], "look 2"],
      [[unknown, "nothing", "ok", "ok"], "done"]
    ] as const
    for (const [results, answer] of stories) expect([results, chosen(script, ...results)]).toEqual([results, answer])
  })
})

const asked = async (script: Script, request: CanonicalRequest, chunkMs?: number): Promise<readonly Piece[]> => {
  const pieces: Piece[] = []
  await Effect.runPromise(Effect.provide(Llm.use((llm) => llm.ask(request, (piece) => pieces.push(piece))), Llm.layerScripted(script, chunkMs)))
  return pieces
}

const SCRIPT: Script = {
  chunkMs: 0,
  answers: [
    {
      chunkBytes: 4,
      blocks: [
        { type: "thinking", text: "hm" },
        { type: "text", text: "ich sehe nach " , repeat: 2 },
        { type: "tool-call", name: "file_read", arguments: { path: "a{{n}}" } },
        { type: "tool-call", name: "file_read", arguments: '{"path' }
      ]
    },
    { blocks: [{ type: "text", text: "fertig" }], stop: "max-tokens" }
  ]
}

test("a scripted answer streams in pieces like any other, and costs nothing", async () => {
  const pieces = await asked(SCRIPT, requestOf("scripted:demo"))
  expect(pieces.length).toBeGreaterThan(10)
  expect(blocksOf(pieces)).toEqual(["thinking: hm", "text: ich sehe nach ich sehe nach ", 'call 2: file_read{"path":"a1"}', 'call 3: file_read{"path'])
  expect(endOf(pieces)).toMatchObject({ type: "LlmCompleted", stop: "tool-calls", usage: { cost: 0 } })
  const second = requestOf("scripted:demo", says("user", "x"), says("assistant", "a"), says("user", "y"))
  expect(endOf(await asked(SCRIPT, second))).toMatchObject({ stop: "max-tokens" })
})

test("a request the script has no answer to is a permanent failure that says what to add", async () => {
  const long = requestOf("scripted:demo", says("user", "x"), says("assistant", "a"), says("user", "y"), says("assistant", "b"), says("user", "z"))
  expect(await asked(SCRIPT, long)).toMatchObject([{ type: "LlmFailed", failure: "permanent", message: expect.stringContaining("no answer to request 3 (2 positions)") as string }])
})

test("`scripted:FILE` plays that file, and says what is wrong with it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "loom-script-"))
  const good = join(directory, "good.json")
  const bad = join(directory, "bad.json")
  writeFileSync(good, JSON.stringify(SCRIPT))
  writeFileSync(bad, JSON.stringify({ answers: [{ blocks: [{ type: "song" }] }] }))
  const config = llmConfigFromEnv({})
  expect(endOf(await askWith(config, requestOf(`scripted:${good}`)))).toMatchObject({ type: "LlmCompleted" })
  for (const path of [bad, join(directory, "none.json")]) {
    expect(await askWith(config, requestOf(`scripted:${path}`))).toMatchObject([
      { type: "LlmFailed", failure: "permanent", message: expect.stringContaining(`read the script ${path}: `) as string }
    ])
  }
  expect(await Effect.runPromise(readScript(good))).toEqual(SCRIPT)
})
