import { appendFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { errorCode } from "../os/problem.ts"
import type { Shadow } from "./shadow.ts"

/** One line of the journal: when, which tree, why. It outlives the process, so that a tree no event names can be found again. */
export interface JournalLine {
  readonly at: string
  readonly tree: string
  readonly reason: string
}

const pathOf = ({ directory }: Shadow): string => join(directory, "journal")

export const writeJournal = (shadow: Shadow, { at, tree, reason }: JournalLine): void =>
  appendFileSync(pathOf(shadow), `${at} ${tree} ${reason.replaceAll("\n", " ")}\n`)

/** The newest tree of that reason; `null` where there is none. */
export const findInJournal = (shadow: Shadow, reason: string): string | null => {
  const line = textOf(pathOf(shadow)).split("\n").findLast((each) => each.endsWith(` ${reason}`) && each.split(" ").slice(2).join(" ") === reason)
  return line?.split(" ")[1] ?? null
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return ""
    throw thrown
  }
}
