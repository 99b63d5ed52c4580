import type { Emit, Unstamped } from "../../../src/effects/emit.ts"
import type { Rumour } from "./plan.ts"

/** Answers on their way from the rooms to the session: told once, twice, late, or again to the next process. */
export interface Post {
  readonly through: (emit: Emit) => Emit
  /** What a new process hears of an old one. */
  readonly ghosts: () => readonly Unstamped[]
  /** Nothing is mistaken any more. */
  readonly mend: () => void
}

export const postOf = (rumours: readonly Rumour[], happened: (what: string) => void): Post => {
  let faults = new Map(rumours.map((rumour) => [rumour.answer, rumour]))
  let answers = 0
  let ghosts: Unstamped[] = []
  return {
    through: (emit) => (answer) => {
      const fault = faults.get(answers++)
      // Signed thinking that is doubled would be another text: nothing could tell, and no room does it.
      if (fault === undefined || answer.type === "LlmThinkingDelta") return emit(answer)
      happened(`answer ${fault.fault}`)
      switch (fault.fault) {
        case "twice":
          emit(answer)
          return void setTimeout(() => emit(answer), fault.afterMs)
        case "late":
          return void setTimeout(() => emit(answer), fault.byMs)
        case "ghost":
          ghosts.push(answer)
          return emit(answer)
      }
    },
    ghosts: () => {
      const all = ghosts
      ghosts = []
      return all
    },
    mend: () => void (faults = new Map())
  }
}
