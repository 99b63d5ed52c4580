import { answerLaws } from "./laws/answers.ts"
import { budgetLaws } from "./laws/budget.ts"
import { effectLaws } from "./laws/effects.ts"
import { restLaws } from "./laws/rest.ts"
import { retryLaws } from "./laws/retry.ts"
import { toolLaws } from "./laws/tools.ts"
import { transcriptLaws } from "./laws/transcript.ts"
import { windowLaws } from "./laws/window.ts"
import type { EdgeLaw } from "./world.ts"

/** The laws that one step can show, by the number they have in `specs/machine.md`. */
export const edgeLaws: readonly EdgeLaw[] = [
  ...effectLaws,
  ...answerLaws,
  ...transcriptLaws,
  ...toolLaws,
  ...retryLaws,
  ...budgetLaws,
  ...windowLaws,
  ...restLaws
]

/** The laws with this number. Errors: throws where there is none, for then a test would prove nothing. */
export const edgeLawsOf = (id: string): readonly EdgeLaw[] => {
  const laws = edgeLaws.filter((law) => law.id === id)
  if (laws.length === 0) throw new Error(`find law ${id}: no law of one edge has this number`)
  return laws
}
