import { hash } from "node:crypto"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { trace } from "../../src/machine/replay.ts"
import { encodeActions } from "../../src/runtime/event-log/line.ts"
import { EMPTY_TRANSCRIPT, makeStateHash } from "../../src/runtime/event-log/state-hash.ts"
import { readSettled } from "../../src/runtime/replay/settled.ts"
import { verifyFile } from "../../src/runtime/replay/verify.ts"

/*
 * Logs of real sessions, each written by the build that was main then. They replay to exactly these states and actions for ever.
 * Where a later machine would decide some of it otherwise, `exact` becomes `compatible`, and nothing else.
 * A new one is added beside them: put the file here and run this test with GOLDEN=add. What stands in the index is never changed.
 */

const folder = fileURLToPath(new URL(".", import.meta.url))
const indexFile = join(folder, "index.json")

interface Golden {
  /** What it was when it was added. */
  readonly verdict: string
  readonly events: number
  /** SHA-256 of the actions of all events, as they are written. */
  readonly actions: string
  /** SHA-256 of the hashes of the state after each event. */
  readonly states: string
}

const goldenOf = (file: string): Golden => {
  const rows = [...readSettled(file)]
  const hashes = makeStateHash(EMPTY_TRANSCRIPT, "digested")
  const actions: string[] = []
  const states: string[] = []
  for (const { step } of trace(rows.map(({ event }) => event))) {
    actions.push(encodeActions(step.actions))
    states.push(hashes.of(step.state))
  }
  return { verdict: verifyFile(file).verdict, events: rows.length, actions: hash("sha256", actions.join("\n")), states: hash("sha256", states.join("\n")) }
}

const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"))
const readIndex = () => JSON.parse(readFileSync(indexFile, "utf8")) as Readonly<Record<string, Golden>>

if (process.env["GOLDEN"] === "add") {
  const index = readIndex()
  const added = files.filter((name) => index[basename(name, ".jsonl")] === undefined)
  const all = { ...index, ...Object.fromEntries(added.map((name) => [basename(name, ".jsonl"), goldenOf(join(folder, name))])) }
  writeFileSync(indexFile, `${JSON.stringify(all, null, 2)}\n`)
}

const index = readIndex()

test("every golden log has its place in the index, and every place its log", () => {
  expect(files.map((name) => basename(name, ".jsonl")).toSorted()).toEqual(Object.keys(index).toSorted())
})

test.each(Object.entries(index))("%s replays to the states and actions it had when it was written; proves LOG-14", (name, golden) => {
  const found = goldenOf(join(folder, `${name}.jsonl`))
  expect({ ...found, verdict: golden.verdict }).toEqual(golden)
  expect(found.verdict).toBeOneOf([golden.verdict, "compatible"])
})
