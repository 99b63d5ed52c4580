import { createHash } from "node:crypto"
import type { NamedInBundle } from "../../effects/git/bundle.ts"
import type { Row } from "../event-log/line.ts"
import { turnsOf } from "./turns.ts"
import type { NamedTree } from "./trees.ts"

/** Where the checkpoints of a log file lie: beside it. */
export const bundleOf = (file: string): string => `${file}.bundle`

/** The checkpoints of a log by the names they have in its bundle: each tree once, and each turn, which may stand in no event. */
export const namesOf = (session: string, rows: readonly Row[], trees: readonly NamedTree[]): readonly NamedInBundle[] => {
  const all = [...new Set(trees.map(({ tree }) => tree))].map((tree) => ({ name: `${placeOf(session)}/tree/${tree}`, tree }))
  const turns = turnsOf(rows).flatMap(({ turn, from }) => {
    const begun = trees.find((named) => named.from === from)
    return begun === undefined ? [] : [{ name: `${placeOf(session)}/turn/${turn}`, tree: begun.tree }]
  })
  return [...all, ...turns]
}

/** The turn that a name is of; `null` where it is of something else, or of another session. */
export const turnIn = (name: string, session: string): number | null => {
  const start = `${placeOf(session)}/turn/`
  return name.startsWith(start) ? Number(name.slice(start.length)) : null
}

/** A session's name as a part of git's references, which may not be any text. */
const placeOf = (session: string): string => (/^[\w-]+$/.test(session) ? session : createHash("sha256").update(session).digest("hex"))
