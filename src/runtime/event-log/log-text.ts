import { hash } from "node:crypto"
import type { SessionOpened } from "../../machine/event.ts"
import type { State } from "../../machine/state.ts"
import { initial, step } from "../../machine/step.ts"
import { encodeHeader, type Header } from "./header.ts"
import { encodeRow, type Row } from "./line.ts"
import { comesToRest, makeLines } from "./lines.ts"
import { encodeClosingSeal } from "./seal.ts"
import { EMPTY_TRANSCRIPT } from "./state-hash.ts"

/**
 * Rows as a whole log, with seals and a closing seal, as an export of a session of these rows would be; blobs are left out.
 * Errors: throws where the machine of this build cannot hear an event.
 */
export const logText = (header: Header, rows: Iterable<Row>): string => {
  const text: string[] = []
  let block: string[] = []
  let count = 0
  const cover = (line: string): void => {
    text.push(line)
    if (line.startsWith("\t")) block = []
    block.push(line)
  }
  const first = encodeHeader(header)
  const lines = makeLines(
    { version: "", block: [first], sealedAt: 0, snapshotAt: 0, snapshotLength: 0, tailLength: 0, transcript: EMPTY_TRANSCRIPT },
    cover
  )
  cover(first)
  let state: State | null = null
  for (const { n, event, actions } of rows) {
    const before: State | null = state
    state = before === null ? initial(event as SessionOpened).state : step(before, event).state
    lines.add(n, encodeRow(n, event, actions), state, comesToRest(before?.name ?? state.name, state))
    count++
  }
  cover(encodeClosingSeal({ count, head: hash("sha256", `${block.join("\n")}\n`) }))
  return `${text.join("\n")}\n`
}
