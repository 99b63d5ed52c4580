import { hash } from "node:crypto"
import { readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect, test } from "vitest"
import { blobsOf } from "../../../src/runtime/event-log/blobs-sql.ts"
import { EventLog } from "../../../src/runtime/event-log/event-log.ts"
import { makeBlocks } from "../../../src/runtime/event-log/scan.ts"
import { makeMemoryStore } from "../../../src/runtime/event-log/store-memory.ts"
import type { Verdict } from "../../../src/runtime/replay/verdict.ts"
import { makeVerifier } from "../../../src/runtime/replay/verifier.ts"
import { conversation, recorded } from "../event-log/support/conversation.ts"
import { keepWhole, textOf } from "../event-log/support/journal.ts"
import { someSessions } from "../event-log/support/random-sessions.ts"

/*
 * Each damage is done to a log as somebody might have it: real sessions, random ones, long ones, one with a blob, and each of them cut.
 * Noticed means: the verdict is not `exact`. A soak does ten times as many and says how many of each kind were noticed.
 */

const DAMAGES = process.env["LOOM_SOAK"] === "1" ? 10_000 : 1000

const verdictOn = (bytes: Buffer): Verdict => {
  const verifier = makeVerifier()
  const pieces = makeBlocks()
  for (const block of pieces.blocks(bytes)) verifier.take(block)
  verifier.take(pieces.rest())
  return verifier.verdict()
}

const golden = ["0.1.0-a-row-an-event", "0.1.0-checkpoints"].map((name) => readFileSync(new URL(`../../replays/${name}.jsonl`, import.meta.url)))

const withBlob = async (): Promise<Buffer> => {
  const store = makeMemoryStore()
  const blob = await Effect.runPromise(blobsOf(store).put(Buffer.from("an image")))
  const rows = recorded(
    conversation(2, 20).map(({ event }) =>
      event.type === "UserInput" ? { ...event, parts: [{ type: "image", mediaType: "image/png", blob, bytes: 8 } as const] } : event
    )
  )
  return Buffer.from(await Effect.runPromise(Effect.provide(Effect.andThen(keepWhole(rows), textOf("s")), EventLog.layerMemory(store))))
}

const made = async (rows: ReturnType<typeof conversation>): Promise<Buffer> =>
  Buffer.from(await Effect.runPromise(Effect.provide(Effect.andThen(keepWhole(rows), textOf("s")), EventLog.layerMemory())))

const whole = [...golden, await withBlob(), await made(conversation(2, 300)), ...(await Promise.all(someSessions(6).map(made)))]
const logs = [...whole, ...whole.map((log, index) => log.subarray(0, Math.floor((log.length * (index + 2)) / (whole.length + 3))))]

// ── the damages ──────────────────────────────────────────────────────────────────────────────────────────────────

interface Chance {
  readonly log: Buffer
  readonly other: Buffer
  readonly place: number
  readonly second: number
  readonly byte: number
}

const spliced = (log: Buffer, at: number, count: number, ...bytes: readonly number[]): Buffer => Buffer.concat([log.subarray(0, at), Buffer.from(bytes), log.subarray(at + count)])

const inLines = (log: Buffer, change: (lines: string[]) => void): Buffer => {
  const lines = log.toString("latin1").split(/(?<=\n)/)
  change(lines)
  return Buffer.from(lines.join(""), "latin1")
}

/** Changes one digit or letter of the chosen line, if it has one after the chosen place. */
const edited = (log: Buffer, pattern: RegExp, which: (line: string, index: number) => boolean, { place, second, byte }: Chance): Buffer =>
  inLines(log, (lines) => {
    const chosen = lines.flatMap((line, index) => (which(line, index) ? [index] : []))
    const index = chosen[place % Math.max(1, chosen.length)]
    if (index === undefined) return
    const places = [...lines[index]!.matchAll(pattern)].map((found) => found.index)
    const at = places[second % Math.max(1, places.length)]
    if (at !== undefined) lines[index] = `${lines[index]!.slice(0, at)}${"0123456789abcdef"[byte % (pattern === DIGIT ? 10 : 16)]}${lines[index]!.slice(at + 1)}`
  })

const DIGIT = /\d/g
const HEX = /[0-9a-f]/g
const isSeal = (line: string): boolean => line.startsWith("\t")

const blocksIn = (log: Buffer): readonly string[] => log.toString("latin1").split(/(?<=\n\t[^\n]*\n)/)

const DAMAGE_BY_KIND: Readonly<Record<string, (chance: Chance) => Buffer>> = {
  "a bit flipped": ({ log, place, byte }) => spliced(log, place % log.length, 1, log[place % log.length]! ^ (1 << byte % 8)),
  "a byte replaced": ({ log, place, byte }) => spliced(log, place % log.length, 1, byte),
  "a byte put in": ({ log, place, byte }) => spliced(log, place % (log.length + 1), 0, byte),
  "a byte left out": ({ log, place }) => spliced(log, place % log.length, 1),
  "a byte replaced near the end": ({ log, place, byte }) => spliced(log, log.length - 1 - (place % Math.min(log.length, 300)), 1, byte),
  "two lines swapped": ({ log, place, second }) =>
    inLines(log, (lines) => {
      const [one, other] = [place % lines.length, second % lines.length]
      ;[lines[one], lines[other]] = [lines[other]!, lines[one]!]
    }),
  "a line left out": ({ log, place }) => inLines(log, (lines) => void lines.splice(place % lines.length, 1)),
  "a line doubled": ({ log, place }) => inLines(log, (lines) => void lines.splice(place % lines.length, 0, lines[place % lines.length]!)),
  "a block of another log": ({ log, other, place, second }) => {
    const [blocks, foreign] = [blocksIn(log), blocksIn(other)]
    return Buffer.from(blocks.map((block, index) => (index === place % blocks.length ? foreign[second % foreign.length]! : block)).join(""), "latin1")
  },
  "the end left out": ({ log, place }) => log.subarray(0, place % log.length),
  "a seal edited": (chance) => edited(chance.log, HEX, isSeal, chance),
  "the header edited": (chance) => edited(chance.log, DIGIT, (_, index) => index === 0, chance),
  "a number edited": (chance) => edited(chance.log, DIGIT, (line, index) => index > 0 && !isSeal(line), chance)
}

const chances = fc.record({ which: fc.nat(logs.length - 1), another: fc.nat(logs.length - 1), place: fc.nat(), second: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) })

test(`of ${DAMAGES} damages of all kinds none leaves a log exact; proves LOG-7`, () => {
  expect(whole.map((log) => verdictOn(log).verdict)).toEqual(whole.map(() => "exact"))
  const counts = new Map<string, Record<string, number>>()
  const kinds = Object.keys(DAMAGE_BY_KIND)
  fc.assert(
    fc.property(fc.constantFrom(...kinds), chances, (kind, { which, another, ...rest }) => {
      const chance = { ...rest, log: logs[which]!, other: logs[another]! }
      const changed = DAMAGE_BY_KIND[kind]!(chance)
      fc.pre(!changed.equals(chance.log) && !whole.some((log) => log.equals(changed)))
      const { verdict } = verdictOn(changed)
      const count = counts.get(kind) ?? {}
      counts.set(kind, { ...count, [verdict]: (count[verdict] ?? 0) + 1 })
      expect(verdict).not.toBe("exact")
    }),
    { numRuns: DAMAGES, maxSkipsPerRun: 100 }
  )
  expect([...counts.keys()].toSorted()).toEqual(kinds.toSorted())
  if (DAMAGES > 1000) process.stdout.write(`${JSON.stringify(Object.fromEntries(counts))}\n`)
}, 600_000)

test("what comes after a damage does not take its place, though it be an end that agrees", () => {
  const [log] = whole as [Buffer]
  const closing = log.subarray(log.lastIndexOf("\t"))
  expect(verdictOn(Buffer.concat([log, closing]))).toMatchObject({ verdict: "damaged", message: expect.stringContaining("it comes after the closing seal") })
})

// ── what somebody changed who also knew how to seal ──────────────────────────────────────────────────────────────

/** The log with its chain computed again from the bytes as they are now; the hashes of the states stay. */
const sealedAgain = (log: Buffer): Buffer => {
  let block = ""
  const sealed: string[] = []
  for (const line of log.toString().split(/(?<=\n)/)) {
    if (!isSeal(line)) {
      block += line
      sealed.push(line)
      continue
    }
    const chain = hash("sha256", block)
    block = line.replace(/"(chain|head)":"[0-9a-f]{64}"/, (_, name: string) => `"${name}":"${chain}"`)
    sealed.push(block)
  }
  return Buffer.from(sealed.join(""))
}

test("an event that was edited and sealed again is found where it changes an action, a request or a state: a word of the person, of the model, the end of a tool", () => {
  for (const log of golden) {
    const text = log.toString()
    expect(verdictOn(sealedAgain(log)).verdict).toBe("exact")
    for (const [from, to] of [
      ["Mend it.", "Mend me."],
      ['"LlmTextDelta","at":', '"LlmTextDelta","at":1'],
      ['"status":"ok"', '"status":"error"'],
      ["Now the tests", "Now the texts"]
    ] as const) {
      if (!text.includes(from)) throw new Error(`the log holds no ${from}`)
      const { verdict } = verdictOn(sealedAgain(Buffer.from(text.replace(from, to))))
      // A time that nothing waits for enters no state and no action: only the seals knew it.
      expect([from, verdict]).toEqual([from, from.endsWith('"at":') ? "exact" : "diverged"])
    }
  }
})
