import { readFileSync } from "node:fs"
import { checkChain } from "../src/runtime/event-log/chain.ts"
import { replayFile } from "../src/runtime/replay/replay-file.ts"
import { verifyFile } from "../src/runtime/replay/verify.ts"
import { writeLogFile, type LogFile } from "./log-file.ts"
import { collectGarbage, bestRatioOf, timed, type Figure, type Measure, type Size } from "./measure.ts"

/** A long log from its file: what it takes to read it again, against `JSON.parse` of its lines alone. */

const EVENTS = 1_000_000

export const replay: Measure = (size) =>
  againstParse(size, { name: "replay", limit: 1.25, what: "a log of 1,000,000 events from its file to its last state" }, ({ path, events }) => {
    const replayed = replayFile(path)
    if (replayed.log.verdict !== "whole" || replayed.events !== events) throw new Error(`replay ${path}: ${replayed.log.message}`)
  })

export const verify: Measure = (size) =>
  againstParse(size, { name: "verify", limit: 2, what: "the same log, every action, request and seal compared" }, ({ path }) => {
    const { verdict, message } = verifyFile(path)
    if (verdict !== "exact") throw new Error(`verify ${path}: ${message}`)
  })

export const chain: Measure = (size) =>
  againstParse(size, { name: "chain", limit: 0.12, what: "the same log, its seals alone" }, ({ path }) => {
    const { verdict, message } = checkChain(path)
    if (verdict !== "whole") throw new Error(`check the seals of ${path}: ${message}`)
  })

const againstParse = async (size: Size, { name, limit, what }: Pick<Figure, "name" | "limit" | "what">, read: (log: LogFile) => void): Promise<readonly Figure[]> => {
  const log = await longLog(size.count(EVENTS))
  const lines = readFileSync(log.path, "utf8").trimEnd().split("\n")
  const { ratio, floor } = await bestRatioOf(size.rounds(7), () => quiet(() => read(log)), () => quiet(() => parseAll(lines)))
  return [{ name, ratio, floor, unit: "ms", limit, what: `${what}, against JSON.parse of its lines` }]
}

let written: { readonly events: number; readonly log: Promise<LogFile> } | null = null

/** One log serves all three. */
const longLog = (events: number): Promise<LogFile> => {
  if (written?.events !== events) written = { events, log: writeLogFile(events) }
  return written.log
}

const parseAll = (lines: readonly string[]): number => {
  let parsed = 0
  for (const line of lines) if (JSON.parse(line) !== null) parsed++
  return parsed
}

const quiet = (work: () => void): number => {
  collectGarbage()
  return timed(work)
}
