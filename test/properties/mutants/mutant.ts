import { fault, mutatedModule, type Fault } from "../../support/mutated-module.ts"
import type { Machine } from "../harness/machine.ts"

/** A fault that a law must find. */
export interface Mutant extends Fault {
  /** The law, by its number, or how its complaint begins. */
  readonly law: string
}

/** A mutant of the machine with one edit in a file of `src/machine`, the usual kind. */
export const mutant = (law: string, does: string, file: string, find: string, put: string): Mutant => ({ law, ...fault(does, `machine/${file}`, find, put) })

/** The machine with the fault in it. Errors: rejects where the text to replace is not found exactly once. */
export const machineWith = ({ edits }: Mutant): Promise<Machine> => mutatedModule(["src/machine/step.ts", "src/machine/request.ts"], edits)
