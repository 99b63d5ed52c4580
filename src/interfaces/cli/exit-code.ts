import type { State } from "../../machine/state.ts"

/** How Loom leaves; each number is a promise to scripts. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  budget: 3,
  unapproved: 4,
  unavailable: 5,
  /** 128 and the number of the signal, as shells count. */
  hangup: 129,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What became of a run, from the state it came to rest in. `denials`: calls denied because nobody could be asked. */
export const exitCodeOf = (state: State, denials: number): ExitCode => {
  if (state.name === "Error") return EXIT.failed
  if (state.name !== "WaitingForInput") return EXIT.interrupted
  switch (state.why) {
    case "interrupted":
      return EXIT.interrupted
    case "cut-short":
    case "refused":
    case "stopped-by-hook":
      return EXIT.failed
    case "budget-steps":
    case "budget-tokens":
    case "budget-cost":
      return EXIT.budget
    case "completed":
    case "opened":
    case "offloaded":
      return denials > 0 ? EXIT.unapproved : EXIT.done
  }
}
