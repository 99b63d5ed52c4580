import { readdirSync, type Dirent } from "node:fs"
import * as Effect from "effect/Effect"
import type { Session } from "../../machine/session.ts"
import type { Source } from "../gathered.ts"
import { languageOf } from "./language.ts"

/** The most that a turn waits for its first map. Units: ms. */
const PATIENCE_MS = 1_600

/** The map of the repository that a session works in. Where there is no code nothing of it is loaded: no start waits for it. */
export const mapSource = (session: Session, budgetTokens: number): Source => ({
  name: "repository map",
  budgetTokens,
  patienceMs: PATIENCE_MS,
  gather: Effect.suspend(() => {
    const root = rootOfMap(session, budgetTokens)
    if (root === null) return Effect.succeed([])
    return Effect.flatMap(Effect.promise(() => import("./gathered-map.ts")), ({ gatherMap }) => gatherMap(session, root, budgetTokens))
  })
})

/** Makes what a first map stands on, so that it is there when it is asked for: a person who begins a conversation types for a while. */
export const readyMap = (session: Session, budgetTokens: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const root = rootOfMap(session, budgetTokens)
    if (root === null) return Effect.void
    return Effect.flatMap(Effect.promise(() => import("./gathered-map.ts")), ({ readyBase }) => readyBase(root))
  })

/** The repository that a map is wanted of, if one is and there is code in it. */
const rootOfMap = ({ opened: { roots: [root], tools } }: Session, budgetTokens: number): string | null =>
  root === undefined || budgetTokens === 0 || tools.length === 0 || !hasCode(root) ? null : root

/** So many folders are looked into before a workspace counts as one with code. */
const FOLDERS_MAX = 60

/** Whether there may be code somewhere below; a first glance, for which nothing is read but names. */
export const hasCode = (root: string): boolean => {
  const ahead = [root]
  for (let looked = 0; looked < ahead.length; looked++) {
    if (looked === FOLDERS_MAX) return true
    for (const entry of entriesOf(ahead[looked] as string)) {
      if (entry.isFile() && languageOf(entry.name) !== null) return true
      if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith(".")) ahead.push(`${ahead[looked]}/${entry.name}`)
    }
  }
  return false
}

const entriesOf = (folder: string): readonly Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // It vanished or may not be read: then nothing of it can be shown.
    return []
  }
}
