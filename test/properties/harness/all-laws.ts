import { edgeLaws } from "./laws.ts"
import { play, settled } from "./play.ts"
import type { Law } from "./search.ts"
import { sessionLaws } from "./sessions.ts"
import type { EdgeLaw } from "./world.ts"

/** A law of one step, held over a whole session and until it settles. */
const overSession = (law: EdgeLaw): Law => ({
  id: law.id,
  words: law.words,
  check: (machine, plan) => void settled(machine, play(machine, plan, [law]), [law])
})

/** Every law that the machine alone can show. */
export const allLaws: readonly Law[] = [...sessionLaws, ...edgeLaws.map(overSession)]

/** The laws with this number. Errors: throws where there is none, for then a test would prove nothing. */
export const lawsOf = (id: string): readonly Law[] => {
  const laws = allLaws.filter((law) => law.id === id)
  if (laws.length === 0) throw new Error(`find law ${id}: no law has this number`)
  return laws
}
