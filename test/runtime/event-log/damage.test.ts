import * as Effect from "effect/Effect"
import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import type { ChainVerdict } from "../../../src/runtime/event-log/chain.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { checkBytes } from "./support/check.ts"
import { keepWhole, textOf } from "./support/journal.ts"
import { conversation, recorded, type Recorded } from "./support/conversation.ts"
import { someSessions } from "./support/random-sessions.ts"

const logOf = (rows: readonly Recorded[]): Promise<Buffer> =>
  Effect.runPromise(Effect.provide(Effect.map(Effect.andThen(keepWhole(rows), textOf("s")), (text) => Buffer.from(text)), EventLog.layerMemory()))

let small: Buffer
let large: Buffer
let logs: readonly Buffer[]

beforeAll(async () => {
  small = await logOf(conversation(2, 2))
  large = await logOf(conversation(3, 400))
  logs = [small, large, ...(await Promise.all(someSessions(8).map(logOf)))]
})

/** Numbers of the first and the last line that a verdict points at. */
const pointedAt = (log: Buffer, { damage }: ChainVerdict): readonly [number, number] => {
  if (damage === null) return [0, 0]
  if (damage.at === "line") return [damage.line, damage.line]
  const lines = log.toString("latin1").split("\n")
  const lineOf = (n: number) => lines.findIndex((line) => line.startsWith(`{"n":${n},`)) + 1
  return [lineOf(damage.from) - 1, (lineOf(damage.to) || lines.length - 2) + 1]
}

const lineAt = (log: Buffer, position: number): number => log.subarray(0, position).filter((byte) => byte === 10).length + 1

const replaced = (log: Buffer, position: number, byte: number): Buffer => {
  const copy = Buffer.from(log)
  copy[position] = byte
  return copy
}

/** Errors: throws where the change is not noticed, or another place is named. */
const expectNoticed = (log: Buffer, changed: Buffer, position: number): void => {
  const verdict = checkBytes(changed)
  expect(verdict.verdict, `byte ${position}: ${verdict.message}`).not.toBe("whole")
  if (verdict.verdict !== "damaged") return expect([verdict.verdict, isEndOrHeader(log, position)]).toEqual([expect.stringMatching(/cut|newer/), true])
  const [from, to] = pointedAt(log, verdict)
  const line = lineAt(log, position)
  expect([line >= from && line <= to, verdict.message], `byte ${position} in line ${line}`).toEqual([true, verdict.message])
}

/** Only the last byte can make the closing seal look as if it had not been written to its end, and only the header can claim a newer format. */
const isEndOrHeader = (log: Buffer, position: number): boolean => position === log.length - 1 || position < log.indexOf("\n")

describe("a log that was changed; proves LOG-7", () => {
  test("every byte of a small log, whatever it becomes", () => {
    for (let position = 0; position < small.length; position++) {
      const odd = [0x20, 0x0a, 0x09, 0x22, 0x30, 0xff][position % 6]!
      for (const byte of [small[position]! ^ 1, odd]) if (byte !== small[position]) expectNoticed(small, replaced(small, position, byte), position)
    }
  })

  test("any byte of any log: header, events, seals, closing seal", () => {
    const places = fc.oneof(
      fc.nat(),
      fc.nat(399).map((near) => -near - 1),
      fc.nat(299)
    )
    fc.assert(
      fc.property(fc.nat(), places, fc.integer({ min: 0, max: 255 }), (which, place, byte) => {
        const log = logs[which % logs.length]!
        const position = ((place % log.length) + log.length) % log.length
        if (log[position] !== byte) expectNoticed(log, replaced(log, position, byte), position)
      }),
      { numRuns: 600 }
    )
  })

  test("the state in a seal, which no line of an event says", () => {
    const at = large.indexOf('"state":"') + 12
    expect(checkBytes(replaced(large, at, large[at] === 0x61 ? 0x62 : 0x61))).toMatchObject({ verdict: "damaged", damage: { at: "block", from: 257, to: 405 } })
  })

  test("the number in a seal, which only the seal after it covers", () => {
    const line = large.toString().split("\n").findIndex((text) => text.startsWith("\t")) + 1
    const changed = large.toString().replace('\t{"seal":{"n":256,', '\t{"seal":{"n":255,')
    expect(checkBytes(Buffer.from(changed)).damage).toEqual({ at: "line", line, why: "the seal names another event than the one it follows" })
  })

  test("lines that are swapped, left out or doubled, anywhere", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (which, first, second) => {
        const lines = logs[which % logs.length]!.toString().split("\n").slice(0, -1)
        const [a, b] = [first % lines.length, second % lines.length]
        const swapped = lines.map((line, index) => (index === a ? lines[b]! : index === b ? lines[a]! : line))
        const without = lines.filter((_, index) => index !== a)
        const doubled = lines.flatMap((line, index) => (index === a ? [line, line] : [line]))
        for (const changed of [...(a === b ? [] : [swapped]), without, doubled]) {
          expect(checkBytes(Buffer.from(`${changed.join("\n")}\n`)).verdict).not.toBe("whole")
        }
      }),
      { numRuns: 300 }
    )
  })

  test("a blank that means nothing to JSON", () => {
    const at = large.indexOf(":", 2000)
    const changed = Buffer.concat([large.subarray(0, at), Buffer.from(" "), large.subarray(at)])
    expect(checkBytes(changed).damage).toEqual({ at: "line", line: lineAt(large, at), why: expect.stringContaining("not as it was written") })
  })

  test("the sentence says which line is bad, where one is", () => {
    const text = large.toString()
    const said = (changed: string) => checkBytes(Buffer.from(changed)).message
    expect(said(text.replace('{"n":9,', '{"n":9.'))).toBe("damaged at line 10: it is not a JSON object")
    expect(said(text.replace('{"n":9,', '{"n":8,'))).toBe("damaged at line 10: it is event 8 where 9 is due")
    expect(said(text.replace('"n":9,"type":"LlmTextDelta"', '"n":9,"type":"LlmTextDelto"'))).toMatch(/^damaged at line 10: read an event: its type LlmTextDelto is not known here/)
    expect(said(text.replace(" word 100", " ward 100"))).toBe("damaged at events 1 to 256: the bytes are not those that were sealed")
    expect(said(text.replaceAll("\n", "\r\n"))).toMatch(/^damaged at line 1: it ends with CR LF/)
    expect(said("")).toBe("damaged at line 1: the file is empty")
    expect(said("not a log\n")).toBe("damaged at line 1: it is not a JSON object")
    expect(said(`${text}{"n":1236}\n`)).toBe(`damaged at line ${text.split("\n").length}: it comes after the closing seal`)
    expect(said(`${text}x`)).toMatch(/it comes after the closing seal/)
  })
})

test("a log that ends anywhere but at its end is called cut, and says how far it goes; proves LOG-7", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (which, place) => {
      const log = logs[which % logs.length]!
      const end = log.indexOf("\n") + 1 + (place % (log.length - log.indexOf("\n") - 1))
      const whole = log.subarray(0, end).toString().split("\n").filter((line, index, all) => index < all.length - 1 && line.startsWith('{"n"')).length
      expect(checkBytes(log.subarray(0, end))).toMatchObject({ verdict: "cut", events: whole })
    }),
    { numRuns: 400 }
  )
})

test("a log of a newer format is refused with a sentence, not read; proves LOG-11", () => {
  const changed = small.toString().replace('{"loom":1,', '{"loom":7,')
  expect(checkBytes(Buffer.from(changed))).toMatchObject({ verdict: "newer", message: "the log was written in format 7 by memory; this one reads up to 1, update it" })
})

test("an empty session is a whole log too", async () => {
  const log = await logOf(recorded([conversation(1, 0)[0]!.event]))
  expect(checkBytes(log)).toMatchObject({ verdict: "whole", events: 1, seals: 0 })
})
