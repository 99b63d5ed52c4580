import { edgeLaws } from "./laws.ts"
import { play, settled } from "./play.ts"
import type { Law } from "./search.ts"
import { sessionLaws } from "./sessions.ts"
import { Broken, type EdgeLaw } from "./world.ts"

/** Laws of one step, held over a whole session and until it settles. */
const overSession = (id: string, words: string, laws: readonly EdgeLaw[]): Law => ({
  id,
  words,
  check: (machine, plan) => void settled(machine, play(machine, plan, laws), laws)
})

/** Every law that the machine alone can show. */
export const allLaws: readonly Law[] = [...sessionLaws, ...edgeLaws.map((law) => overSession(law.id, law.words, [law]))]

/** The laws with this number. Errors: throws where there is none, for then a test would prove nothing. */
export const lawsOf = (id: string): readonly Law[] => {
  const laws = allLaws.filter((law) => law.id === id)
  if (laws.length === 0) throw new Error(`find law ${id}: no law has this number`)
  return laws
}

/** Everything that a law's number says, in one: broken only by what breaks this law. */
export const wholeLaw = (id: string): Law => {
  const edges = edgeLaws.filter((law) => law.id === id)
  const laws = [...sessionLaws.filter((law) => law.id === id), ...(edges.length === 0 ? [] : [overSession(id, "", edges)])]
  const words = lawsOf(id).map((law) => law.words).join("; ")
  return { id, words, check: (machine, plan) => laws.forEach((law) => ownFault(id, () => law.check(machine, plan))) }
}

const ownFault = (id: string, check: () => void): void => {
  try {
    check()
  } catch (error) {
    if (!(error instanceof Broken) || error.law === id) throw error
  }
}
